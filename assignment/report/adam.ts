import type { Section } from "../../src/report/document.ts";
import { formatCount, formatNumber, formatSetting, listOf, percent } from "../../src/report/format.ts";
import { markup, type RichText, tex } from "../../src/report/markup.ts";
import { checksTable, endingsTable, figure, formula, parametersTable, question, task, text } from "./blocks.ts";
import { problem1Figures } from "./figures.ts";
import type { ComparisonName, Problem1Results } from "./results.ts";
import { endingOf, largestDifference, runLooks, setting, shareBelow } from "./runs.ts";

const update = tex`m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad \theta \leftarrow \theta - \eta \frac{\hat{m}}{\sqrt{\hat{v}} + \varepsilon} - \lambda \theta`;

export function adamUpdateSection(results: Problem1Results): Section {
  return {
    id: "adam-update",
    title: "Adam: the update",
    blocks: [
      task("Make one step of Adam from given moments."),
      formula(update),
      text(markup`With $\hat{m} = m / (1 - \beta_1^t)$ and $\hat{v} = v / (1 - \beta_2^t)$; t rises first.`),
      checksTable(results, (section) => section.startsWith("Adam step")),
    ],
  };
}

const names: readonly ComparisonName[] = ["adamw", "adaml2", "sgd"];

/** The third of the assignment's three items. */
export function adamSection(results: Problem1Results): Section {
  return {
    id: "adam-comparison-section",
    title: "AdamW and Adam with L2, compared with SGD",
    blocks: [
      task(
        "Train the same network with AdamW (decoupled decay) and with Adam on the loss with an L2 penalty, compare with SGD without and with weight decay, and explain.",
      ),
      formula(update),
      text(
        markup`AdamW has the decay λθ outside of the moments, as written. Adam with L2 has no decay, but $g = \nabla J + 2 \lambda \theta$, so that the penalty passes through m and v.`,
      ),
      figure(problem1Figures.adam(results)),
      endingsTable(results, [...names, "sgdw"]),
      question("How do AdamW, Adam with L2 and SGD differ?", ...differences(results)),
      question("Why is L2 not the same as weight decay under Adam?", ...notTheSame(results)),
      figure(problem1Figures.adamMagnitudes(results)),
      parametersTable(results, names, shareBelow),
      question("What do AdamW and Adam with L2 do to the parameters?", ...parameterAnswer(results)),
    ],
  };
}

function differences({ runs, plan }: Problem1Results): RichText[] {
  const faster = [...names].sort(
    (a, b) => endingOf(runs[b]).train - endingOf(runs[a]).train || names.indexOf(a) - names.indexOf(b),
  );
  const described = faster.map((name) => {
    const { best, bestEpoch, train, validation } = endingOf(runs[name]);
    return `${runLooks[name].name} ends at ${percent(train)} on training and ${percent(validation)} on validation images (best ${percent(best)}, epoch ${bestEpoch})`;
  });
  const valApart = largestDifference(runs.adamw.valAccuracy, runs.adaml2.valAccuracy);
  const trainApart = largestDifference(runs.adamw.trainAccuracy, runs.adaml2.trainAccuracy);
  return [
    `${listOf(described)}. AdamW and Adam with L2 are never further apart than ${formatNumber(100 * trainApart, 3)} percentage points in training and ${formatNumber(100 * valApart, 3)} in validation accuracy.`,
    "Adam divides each step by the gradient’s recent size: a parameter whose gradient is steady moves by about η whatever the gradient’s size, and one whose gradient changes its sign moves less. With SGD, layers with small gradients hardly move. A run that fits the training images faster also reaches its best validation accuracy sooner: after that it only memorizes training images.",
    ...(plan.quick
      ? [`With ${plan.comparison.epochs} epochs on few images the differences are small; the full lab has 50 epochs.`]
      : []),
  ];
}

function notTheSame({ runs }: Problem1Results): RichText[] {
  const rate = setting(runs.adamw, "learningRate");
  const decay = setting(runs.adamw, "weightDecay");
  const { lambda } = runs.adaml2;
  return [
    markup`In L2 the penalty’s gradient is divided by $\sqrt{\hat{v}}$ like any other: parameters with large gradients are penalized less, those with small ones more. Decoupled decay takes the same fraction of all of them. No λ makes the two equal, because the factor between them, $2 \eta \lambda / \sqrt{\hat{v}}$, differs from parameter to parameter and from step to step.`,
    markup`Here AdamW takes ${formatSetting(decay)} of each parameter a step. Adam with L2 has 2ηλ = ${formatNumber(2 * rate * lambda, 2)}, and divides by $\sqrt{\hat{v}}$: for gradients of the size ${formatNumber((2 * rate * lambda) / decay, 2)} both have the same effect, for smaller ones L2 is stronger.`,
  ];
}

function parameterAnswer({ runs, decay }: Problem1Results): RichText[] {
  const norm = (name: ComparisonName): string =>
    `${formatNumber(runs[name].parameters.norm, 5)} (${runLooks[name].name})`;
  const share = (name: ComparisonName): string =>
    `${percent(shareBelow(runs[name], decay.magnitudeThresholds))} (${runLooks[name].name})`;
  const steps = runs.adamw.loss.length;
  const kept = (1 - setting(runs.adamw, "weightDecay")) ** steps;
  const shorter = 1 - runs.adaml2.parameters.norm / runs.adamw.parameters.norm;
  return [
    `Norms at the end: ${listOf(names.map(norm))}. Shares of parameters below 10⁻³: ${listOf(names.map(share))}.`,
    `AdamW’s decay is weak here: over ${formatCount(steps)} steps, a parameter without gradient would keep ${percent(kept, 1)} of its size. L2 inside Adam adds 2λθ to every gradient and divides the sum by its recent size, so that it is strongest where the gradients of the data are small; its norm ends ${percent(Math.abs(shorter), 1)} ${shorter >= 0 ? "below" : "above"} AdamW’s. Neither makes weights sparse, as L1 does. AdamW’s decay, λθ, vanishes with the parameter. The decay of L2 inside Adam vanishes only where the gradients of the data are larger: where these are 0, m and √v are both about 2λθ, their ratio is near 1, and each step takes nearly η off the parameter, whatever λ is. A parameter of 10 with η = 10⁻³ and no other gradient still moves by 0.96 η after 1,000 steps. The steps shrink only when the parameter comes close to 0, within the distance that Adam moves while v still contains larger gradients.`,
  ];
}
