import { basename, extname, resolve } from "node:path";
import {
  type DataSource,
  describeLayers,
  isCifar100,
  isSizes,
  type Kernels,
  runNameOf,
  shellLine,
  type TestResult,
  type TrainingRun,
  type TrainSettings,
} from "../src/node.ts";
import { plural } from "./describeData.ts";
import { standInNotice } from "./loadData.ts";
import { outcome, testResultLines } from "./testResultLines.ts";

/** The name of a new run's folder. */
export function nameOf(source: DataSource, settings: TrainSettings): string {
  const { layers, optimizer } = settings;
  if (!isCifar100(source)) return runNameOf(basename(source.request.path ?? source.name));
  if (!isSizes(layers)) return `network-${optimizer}`;
  return layers.join("-") === "3072-128-20" ? "tinynet" : `mlp-${layers.slice(1, -1).join("-")}-${optimizer}`;
}

/** The network, the training and the kernels of a run, a line each. */
export function describeRun(settings: TrainSettings, rows: number, kernels: Kernels): string[] {
  const { optimizer, learningRate, batchSize, dtype, precision, seed, epochs, schedule, teacher } = settings;
  const rate = schedule.kind === "constant" ? "" : `, ${schedule.kind}`;
  return [
    `network   ${describeLayers(settings)}, ${dtype}${precision ? `, products in ${precision}` : ""}, seed ${seed}`,
    `training  at most ${plural(epochs, "epoch")} of ${plural(rows, "row")}, batches of ${batchSize}, ${optimizer}, learning rate ${learningRate}${rate}`,
    ...(teacher ? [`teacher   ${teacher.model}, weight ${teacher.weight}`] : []),
    `kernels   ${kernels.name}, ${plural(kernels.threads, "thread")}`,
  ];
}

/** Prints the result of a run and where it is stored. Returns the lines about its scores. */
export function printResult(
  source: DataSource,
  run: TrainingRun,
  testResult: TestResult | undefined,
  folder: string,
): string[] {
  const resume = shellLine("handgrad", "train", "--resume", folder);
  const lines = testResult
    ? [...outcome(run, testResult), ...testResultLines(testResult)]
    : [`\nstopped after ${plural(run.record.loss.length, "step")}; continue with: ${resume}`];
  for (const line of lines) console.log(line);
  if (run.record.standIn) console.log(`\n${standInNotice}`);
  console.log(`\nresults: ${resolve(folder)}`);
  if (!run.model) return lines;
  const { path = "" } = source.request;
  const example = source.kind === "table" || extname(path) ? `NEW${extname(path) || ".csv"}` : "IMAGE.png";
  const file = isCifar100(source) ? "IMAGE.png" : example;
  console.log(`next:    ${shellLine("handgrad", "predict", folder, file)}`);
  return lines;
}
