import type { Section } from "../../src/report/document.ts";
import { formatCount, formatNumber, formatSetting, listOf, percent } from "../../src/report/format.ts";
import { markup, type RichText, tex } from "../../src/report/markup.ts";
import { checksTable, endingsTable, figure, formula, parametersTable, question, task, text } from "./blocks.ts";
import { problem1Figures } from "./figures.ts";
import type { ComparisonName, Problem1Results } from "./results.ts";
import { endingOf, largestDifference, runLooks, setting, shareBelow } from "./runs.ts";

export function sgdUpdateSection(results: Problem1Results): Section {
  return {
    id: "sgd-update",
    title: "SGD with weight decay: the update",
    blocks: [
      task("Make one step of SGD with weight decay."),
      formula(tex`\theta \leftarrow \theta - \eta \nabla J - \lambda \theta`),
      text("The decay λ is not multiplied by the learning rate η."),
      checksTable(results, (section) => section.startsWith("SGD step")),
    ],
  };
}

const names: readonly ComparisonName[] = ["sgd", "sgdw", "l1", "l2"];

/** The second of the assignment's three items. */
export function decaySection(results: Problem1Results): Section {
  const { runs, decay } = results;
  const { sgdw, l2 } = runs;
  const learningRate = setting(sgdw, "learningRate");
  const weightDecay = setting(sgdw, "weightDecay");
  const lossApart = largestDifference(sgdw.loss, l2.loss);
  const trainApart = largestDifference(sgdw.trainAccuracy, l2.trainAccuracy);
  const valApart = largestDifference(sgdw.valAccuracy, l2.valAccuracy);
  return {
    id: "sgd-comparison-section",
    title: "SGD, weight decay, L1 and L2",
    blocks: [
      task(
        "Train the network of five hidden layers with plain SGD, with weight decay, with L1 and with L2; find the λ with which L2 gives exactly the curve of weight decay; explain.",
      ),
      formula(
        tex`R_1 = \lambda \sum_i \left| \theta_i \right|, \quad \nabla R_1 = \lambda \operatorname{sign} \theta; \qquad R_2 = \lambda \sum_i \theta_i^2, \quad \nabla R_2 = 2 \lambda \theta`,
      ),
      text(trainingText(results)),
      figure(problem1Figures.decay(results)),
      endingsTable(results, names),
      question(
        "With which λ does L2 give exactly the same curve as weight decay?",
        markup`Plain SGD on the penalized loss makes the step $\theta \leftarrow \theta - \eta (\nabla J + 2 \lambda \theta) = \theta - \eta \nabla J - 2 \eta \lambda \theta$. The step with weight decay is $\theta \leftarrow \theta - \eta \nabla J - \texttt{weightDecay} \cdot \theta$. The two are the same, for every $\theta$ and every gradient, exactly if $2 \eta \lambda = \texttt{weightDecay}$:`,
        tex`\lambda = \frac{\texttt{weightDecay}}{2 \cdot \texttt{learningRate}} = \frac{${weightDecay}}{2 \cdot ${learningRate}} = ${weightDecay / (2 * learningRate)}`,
        markup`Our two runs: the largest difference of all ${formatCount(sgdw.loss.length)} losses is **${formatNumber(lossApart, 2)}**, of the training accuracies **${formatNumber(trainApart, 2)}**, of the validation accuracies **${formatNumber(valApart, 2)}**, and of any of the ${formatCount(sgdw.parameters.count)} parameters of the best epochs **${formatNumber(decay.largestParameterDifference, 2)}** (the largest parameter is ${formatNumber(decay.largestParameter, 3)}). The rest is rounding: the two expressions are equal as real numbers, and are added up in another order in float64.`,
        "The learning rate must stay the same for that: under a schedule a fixed λ is a decay that changes with η. And it holds for plain SGD alone, as Adam shows below.",
      ),
      question("How do the four runs differ?", ...differences(results)),
      figure(problem1Figures.decayMagnitudes(results)),
      parametersTable(results, names, shareBelow),
      question("What do L1 and L2 (or weight decay) do to the parameters?", ...parameterAnswer(results)),
    ],
  };
}

function trainingText({ runs, plan }: Problem1Results): string {
  const layers = (runs.sgd.config.layers as number[]).join("–");
  return `Network ${layers} with GELU between, ${formatCount(Number(runs.sgd.config.trainImages))} images, ${plan.comparison.epochs} epochs, batches of ${runs.sgd.config.batchSize}, seed ${runs.sgd.config.seed}, float64. All runs start from the same weights and see the same batches. The loss shown is that of the batch, without the penalty.`;
}

function differences({ runs, plan }: Problem1Results): RichText[] {
  const ordered = [...names].sort(
    (a, b) => endingOf(runs[b]).train - endingOf(runs[a]).train || names.indexOf(a) - names.indexOf(b),
  );
  const gap = (name: ComparisonName): number => endingOf(runs[name]).train - endingOf(runs[name]).validation;
  const gaps = ordered.map((name) => `${runLooks[name].name} ${percent(gap(name))}`);
  const bests = [...names]
    .sort((a, b) => endingOf(runs[b]).best - endingOf(runs[a]).best || names.indexOf(a) - names.indexOf(b))
    .map(
      (name) =>
        `${runLooks[name].name} ${percent(endingOf(runs[name]).best)} (epoch ${endingOf(runs[name]).bestEpoch})`,
    );
  const fitted = `In the end, training accuracies are ${listOf(ordered.map((name) => `${percent(endingOf(runs[name]).train)} for ${runLooks[name].name}`))}. Training exceeds validation by: ${gaps.join(", ")}. Best validation accuracies: ${bests.join(", ")}.`;
  const meaning =
    "Without a penalty the network continues to fit the training images, and the gap to validation grows. Weight decay (and L2, the same thing here) holds all parameters back in proportion to their size: training is slower and the gap smaller. L1 pulls every parameter to 0 with the same force whatever its size: large weights hardly change, and small ones become 0.";
  const short = `After ${plan.comparison.epochs} epochs these differences are still small; the full lab has 50 epochs.`;
  return plan.quick ? [fitted, meaning, short] : [fitted, meaning];
}

function parameterAnswer({ runs, decay }: Problem1Results): RichText[] {
  const share = (name: ComparisonName): string => percent(shareBelow(runs[name], decay.magnitudeThresholds));
  const norm = (name: ComparisonName): string => formatNumber(runs[name].parameters.norm, 4);
  const sum = (name: ComparisonName): string => formatNumber(runs[name].parameters.sumOfMagnitudes, 5);
  const { lambda } = runs.l1;
  const rate = setting(runs.l1, "learningRate");
  return [
    markup`L1’s gradient is $\lambda \operatorname{sign} \theta$: each step takes $\eta \lambda$ = ${formatNumber(rate * lambda, 2)} off every magnitude. A parameter whose data gradient is smaller than λ reaches 0 and then jumps across it by up to that step. The share of parameters below 10⁻³ rises from ${share("sgd")} (plain SGD) to ${share("l1")}, and Σ|θ| goes from ${sum("sgd")} to ${sum("l1")}: L1 gives sparse weights.`,
    `L2 and weight decay take the same fraction of each parameter, ${formatSetting(setting(runs.sgdw, "weightDecay"))} a step: large ones shrink most, none becomes 0. The norm falls from ${norm("sgd")} to ${norm("sgdw")}, while the share below 10⁻³ goes only from ${share("sgd")} to ${share("sgdw")}.`,
  ];
}

/** The erratum on the published L1 curve. */
export function erratumSection(results: Problem1Results): Section {
  const { l1, l1pub } = results.runs;
  const { data, plan } = results;
  const compared = l1pub.reference;
  const apart = Math.max(
    largestDifference(l1.valAccuracy, l1pub.valAccuracy),
    largestDifference(l1.trainAccuracy, l1pub.trainAccuracy),
  );
  const shown =
    compared && compared.publishedRows > 0
      ? markup`The run that adds λ·sign(gradient) coincides with the published curve: **${compared.equalPublishedRows} of ${compared.publishedRows}** epochs are equal to it, digit for digit. The true L1 run is up to ${formatNumber(100 * apart, 3)} percentage points away.`
      : `${data.standIn ? "This needs CIFAR-100" : plan.quick ? "This needs the whole lab" : "There are no published rows to compare with"}; here the two runs are up to ${formatNumber(100 * apart, 3)} percentage points apart.`;
  return {
    id: "l1-erratum-section",
    title: "Erratum: the published L1 curve",
    blocks: [
      text(
        "The curve that the assignment published as L1 did not come from the formula in its text. It added the sign of the gradient instead of the sign of the parameter:",
      ),
      formula(
        tex`\nabla J + \lambda \operatorname{sign}(\nabla J) \qquad \text{instead of} \qquad \nabla J + \lambda \operatorname{sign} \theta`,
      ),
      text(shown),
      figure(problem1Figures.publishedL1(results)),
      text(
        "Adding the sign of the gradient makes every step longer by ηλ in its own direction. That is not regularization: it trains a little faster, and fits the training images a little more. It has no effect on the size of the parameters as such.",
      ),
      endingsTable(results, ["l1pub", "l1"]),
    ],
  };
}
