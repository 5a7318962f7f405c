import type { Section, TableCell } from "../../src/report/document.ts";
import { readableName } from "../../src/report/figures/confusion.ts";
import { formatCount, formatNumber, formatSetting, percent } from "../../src/report/format.ts";
import { markup, type RichText, tex } from "../../src/report/markup.ts";
import { formatShape } from "../../src/tensor/tensor.ts";
import { checksTable, figure, formula, task, text } from "./blocks.ts";
import { problem1Figures } from "./figures.ts";
import type { Problem1Results } from "./results.ts";
import { endingOf } from "./runs.ts";

export function networkSections(results: Problem1Results): Section[] {
  return [
    {
      id: "small-network",
      title: "Small network: initialization, forward, loss, gradients",
      blocks: [
        task("Build fc1 (4→30), GELU, fc2 (30→7), and check initialization, scores, loss and gradients."),
        formula(tex`z = \operatorname{GELU}(x W_1 + b_1) W_2 + b_2`),
        text(
          "The weights start as 0.02 times normal numbers: their deviation must be within 10 % of 0.02, and all biases must be 0. The other rows use the assignment’s fixed weights; its tolerance is 10⁻⁶ for the sum of the scores’ differences and 10⁻¹⁰ for the loss.",
        ),
        checksTable(results, (section) => section === "small network"),
      ],
    },
    {
      id: "dropout-network",
      title: "Network with dropout",
      blocks: [
        task("Check the gradients of three layers with GELU and dropout, for p of 0, 0.25 and 0.5."),
        checksTable(results, (section) => section.startsWith("dropout network")),
        text(
          markup`The assignment accepts errors below 10⁻³. Its differences are of second order with $h = 10^{-5}$, Handgrad’s are of fourth order with $h = 10^{-3}$ and more exact.`,
        ),
      ],
    },
    tinynetSection(results),
  ];
}

/** The first of the assignment's three items. */
export function tinynetSection(results: Problem1Results): Section {
  const { run, validation, test, last, loaded, parametersEqual } = results.tinynet;
  const { best, bestEpoch, train } = endingOf(run);
  const { plan, data } = results;
  const reached = best >= 0.3;
  const rows = run.trainAccuracy.map((accuracy, epoch) => [
    String(epoch + 1),
    percent(accuracy),
    percent(run.valAccuracy[epoch]),
    ...(run.published && !data.standIn
      ? [percent(run.published.trainAccuracy[epoch]), percent(run.published.valAccuracy[epoch])]
      : []),
  ]);
  const titles = [
    "epoch",
    "training",
    "validation",
    ...(run.published && !data.standIn ? ["published training", "published validation"] : []),
  ];
  const { reference } = run;
  return {
    id: "tinynet",
    title: "TinyNet on the 20 superclasses",
    blocks: [
      task(
        "Train flatten, fc1 (3072→128), GELU, fc2 (128→20) to at least 30 % validation accuracy, show loss and accuracy curves, save the parameters, load them into a new network, and report validation and test accuracy.",
      ),
      formula(tex`z = \operatorname{GELU}(x W_1 + b_1) W_2 + b_2, \qquad \theta \leftarrow \theta - \eta \nabla J`),
      text(
        markup`SGD with η = ${formatSetting(Number(run.config.learningRate))}, batches of ${Number(run.config.batchSize)}, ${plan.tinynet.epochs} epochs of ${formatCount(Number(run.config.trainImages))} images, seed ${Number(run.config.seed)}, float64. Best validation accuracy: **${percent(best)}** after epoch ${bestEpoch}, with ${percent(train)} on the training images in the end. ${reached ? "That is more than the required 30 %." : plan.quick ? "The required 30 % need the 5 epochs of the full lab." : "That is below the required 30 %."}`,
      ),
      {
        kind: "table",
        columns: [
          { title: "saved, loaded into a new network" },
          { title: "validation", align: "right" },
          { title: "test", align: "right" },
          { title: "validation loss", align: "right" },
          { title: "test loss", align: "right" },
        ],
        rows: [
          scoreRow(markup`**best epoch** (${bestEpoch})`, validation, test),
          ...(last ? [scoreRow(`last epoch (${run.valAccuracy.length})`, last.validation, last.test)] : []),
        ],
      },
      ...(last && run.published && !data.standIn
        ? [
            text(
              "The assignment keeps the parameters of the last epoch and printed 31.12 % and 30.9 %; Handgrad keeps both, and the best epoch counts.",
            ),
          ]
        : []),
      text(`The first loss is ${run.loss[0]}.`),
      text(
        parametersEqual
          ? markup`The loaded parameters are equal to those that were saved, bit for bit; the file is \`runs/tinynet/model.safetensors\`, and \`last.safetensors\` beside it contains those of the last epoch.`
          : markup`The loaded parameters are **not** equal to those that were saved; the file is \`runs/tinynet/model.safetensors\`.`,
      ),
      ...(loaded
        ? [
            text(
              `Loaded, in this order: ${loaded.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ")}.`,
            ),
          ]
        : []),
      figure(problem1Figures.tinynetLoss(results)),
      figure(problem1Figures.tinynetAccuracy(results)),
      { kind: "table", columns: titles.map((title) => ({ title, align: "right" as const })), rows },
      ...(reference && reference.publishedRows > 0
        ? [
            text(
              `${reference.equalPublishedRows} of ${reference.publishedRows} epochs are equal to the published ones, digit for digit; the first ${formatCount(reference.losses)} losses differ from the NumPy reference by at most ${formatNumber(reference.largestLossDifference, 2)}, relative.`,
            ),
          ]
        : []),
    ],
  };
}

interface Score {
  readonly accuracy: number;
  readonly loss: number;
}

function scoreRow(name: RichText, validation: Score, test: Score): TableCell[] {
  const accuracies = [validation, test].map(({ accuracy }) => markup`**${percent(accuracy)}**`);
  return [name, ...accuracies, validation.loss.toFixed(4), test.loss.toFixed(4)];
}

/** More about TinyNet than the assignment requires: its weights and its mistakes. */
export function tinynetCloserSection(results: Problem1Results): Section {
  const { confusion } = results.tinynet.test;
  const names = results.data.labelNames.map(readableName);
  const share = (truth: number, predicted: number): number => {
    const total = confusion[truth].reduce((sum, count) => sum + count, 0);
    return total > 0 ? confusion[truth][predicted] / total : 0;
  };
  const classes = [...names.keys()].sort((a, b) => share(b, b) - share(a, a) || a - b);
  const mistakes = [...names.keys()]
    .flatMap((truth) => [...names.keys()].filter((other) => other !== truth).map((other) => [truth, other] as const))
    .sort((a, b) => share(...b) - share(...a))
    .slice(0, 3)
    .map(([truth, other]) => `${names[truth]} for ${names[other]} (${percent(share(truth, other), 0)})`);
  return {
    id: "tinynet-closer",
    title: "TinyNet’s weights and mistakes",
    blocks: [
      text(
        `It recognizes ${names[classes[0]]} best (${percent(share(classes[0], classes[0]), 0)} right) and ${names[classes[classes.length - 1]]} least (${percent(share(classes[classes.length - 1], classes[classes.length - 1]), 0)}). Its most frequent mistakes: ${mistakes.join("; ")}.`,
      ),
      figure(problem1Figures.weights(results)),
      figure(problem1Figures.confusion(results)),
      figure(problem1Figures.wrong(results)),
    ],
  };
}
