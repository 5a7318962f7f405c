import { Command, Option } from "commander";
import {
  type Dataset,
  evaluate,
  type Kernels,
  type Model,
  openKernels,
  predictOutputs,
  readModel,
  restoreNetwork,
  SettingsError,
  scorerFor,
} from "../src/node.ts";
import { ownPart, rowsOf } from "./evaluatedRows.ts";
import { type JsonFlag, withJson, writeJson } from "./json.ts";
import { standInNotice } from "./loadData.ts";
import { interruption, type KernelFlags, precisionOption, withKernels } from "./options.ts";
import { type Evaluated, type Scores, scoreReport, unusableLines } from "./scoreReport.ts";

interface Flags extends KernelFlags, JsonFlag {
  readonly data?: string;
  readonly part?: "train" | "validation" | "test";
}

export function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("score a trained model on labelled rows or images: all metrics, per class, with a confusion matrix")
    .argument("<run>", "run folder or model file")
    .argument(
      "[data]",
      "labelled rows or images in any form that train reads; `-` is standard input (default: the test rows of the model's own data)",
    )
    .option("--data <path>", "without DATA: where the model's own data is now (default: where it was in training)")
    .addOption(
      new Option("--part <name>", "without DATA: part of the model's own data (default: test)").choices([
        "train",
        "validation",
        "test",
      ]),
    );
  return withKernels(withJson(command, "all scores as JSON").addOption(precisionOption()))
    .addHelpText("after", examples)
    .action(evaluateRun);
}

const examples = `
Examples:
  The test rows of the training data again:
  $ handgrad evaluate runs/plants-csv-…

  Other rows, with the column that the model predicts; or a folder of images
  with one folder per class:
  $ handgrad evaluate runs/plants-csv-… new.csv
  $ handgrad evaluate runs/pictures-… more/ --json scores.json

  Standard input:
  $ cat new.csv | handgrad evaluate model.safetensors -

Rows without a label, or with a label that is not a class of the model, are
counted by reason and left out. Intervals are 95 % intervals: Wilson's for
accuracy, bootstrap for numbers.`;

async function evaluateRun(run: string, data: string | undefined, { part, json, ...flags }: Flags): Promise<void> {
  if (data !== undefined && flags.data !== undefined)
    throw new SettingsError("--data: expected DATA to score, or --data with the model's own data, found both");
  if (data !== undefined && part !== undefined)
    throw new SettingsError("--part: expected no DATA, because all of it is scored; found both");
  const model = readModel(run);
  const signal = interruption();
  const kernels = openKernels(flags);
  const rows =
    data === undefined
      ? await ownPart(run, model, { part, data: flags.data, signal })
      : await rowsOf(model, data, signal);
  const scores = await scoresOf(model, rows.dataset, kernels, signal);
  kernels.close();
  const found = { ...rows, ...scores };
  if (json !== undefined) await writeJson(json, jsonOf(found));
  else for (const line of [...unusableLines(rows), ...scoreReport(found)]) console.log(line);
  if (json === undefined && rows.standIn) console.log(`\n${standInNotice}`);
}

async function scoresOf(model: Model, dataset: Dataset, kernels: Kernels, signal: AbortSignal): Promise<Scores> {
  const { normalization } = model;
  const network = restoreNetwork(model, kernels);
  const scorer = scorerFor(dataset, model);
  if (!scorer) {
    const { metric, score, loss } = await evaluate(network, dataset, { normalization, signal });
    return { metric, score, loss, rows: dataset.labels.length };
  }
  const outputs = await predictOutputs(network, dataset, { normalization, signal });
  const scores = scorer.scores(outputs);
  const { metrics } = scores;
  // In a regression the loss is the mean squared error of the standardized target
  const loss = metrics.kind === "classification" ? metrics.loss : -mean(scorer.rows(outputs));
  return { ...scores, loss };
}

/** Adds the score under the name of its metric, as in version 0.1. */
function jsonOf({ dataset: _, metric, score, notes, standIn, ...rest }: Evaluated): object {
  return { ...rest, [metric]: score, notes, standIn };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value / values.length, 0);
