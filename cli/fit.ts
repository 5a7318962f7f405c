import { basename, resolve } from "node:path";
import { Command, Option } from "commander";
import {
  chooseSettings,
  createRunFolder,
  fitOwn,
  imageTask,
  type OwnData,
  type OwnResult,
  type OwnTask,
  openKernels,
  readOwnData,
  SettingsError,
  tableTask,
  writeRecord,
  writeRun,
} from "../src/node.ts";
import { formatSeconds } from "./format.ts";
import { count, interruption, type KernelFlags, number, withKernels } from "./options.ts";
import { describeOwnData, plural } from "./ownData.ts";
import { trainingProgress } from "./progress.ts";

interface Flags extends KernelFlags {
  readonly target?: string;
  readonly task?: "classification" | "regression";
  readonly size: number;
  readonly flip?: boolean;
  readonly layers?: readonly number[];
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: string;
}

export function fitCommand(): Command {
  const command = new Command("fit")
    .description(
      "train on your own data: a CSV, a folder with a folder of images for each class, .npz, MNIST, CIFAR-10",
    )
    .argument("<data>", "file or folder")
    .option("--target <column>", "the column to predict, of a table")
    .addOption(
      new Option("--task <kind>", "classes or numbers (default: as the target looks)").choices([
        "classification",
        "regression",
      ]),
    )
    .option("--size <pixels>", "images become squares of this side", count, 32)
    .option("--flip", "also train on mirrored images (not for letters and digits)")
    .option("--hidden <sizes>", "hidden layers: 128,64 (default: by the size of the data)", parseHidden)
    .option("--epochs <n>", "at most (default: by the size of the data)", count)
    .option("--learning-rate <η>", "(default: 0.003; for images 0.002)", number({ minimum: 0 }))
    .option(
      "--seed <n>",
      "of split, weights and shuffles",
      number({ minimum: 0, maximum: 2 ** 32 - 3, whole: true }),
      1,
    )
    .option("--out <dir>", "folder for the model (default: a new one in runs/)")
    .option("--json <file>", "also write the verdict there");
  return withKernels(command).action(fitCommandAction);
}

function parseHidden(text: string): number[] {
  const sizes = text.split(/[,-]/).map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1))
    throw new SettingsError(`--hidden: wanted sizes such as 128,64, got ${text}`);
  return sizes;
}

async function fitCommandAction(path: string, flags: Flags & { readonly hidden?: readonly number[] }): Promise<void> {
  const signal = interruption();
  const started = performance.now();
  const data = await readOwnData(path, { height: flags.size, width: flags.size, signal });
  const task = taskOf(data, flags);
  for (const line of describeOwnData(data, task)) console.log(line);

  const { labelNames, inputShape, labels } = task.splits.train;
  const inputs = inputShape.reduce((product, length) => product * length, 1);
  const { epochs, learningRate, seed, hidden, flip } = flags;
  const chosen = chooseSettings(task);
  const settings = chooseSettings(task, {
    ...{ seed, ...(epochs && { epochs }), ...(learningRate && { learningRate }) },
    ...(hidden && { layers: [inputs, ...hidden, labelNames.length] }),
    ...(flip && { augmentation: { ...chosen.augmentation, flip } }),
  });
  const kernels = openKernels(flags);
  console.log(
    `network   ${settings.layers.join(" → ")}, at most ${plural(settings.epochs, "epoch")} of ${labels.length} rows`,
  );
  const steps = settings.epochs * Math.floor(labels.length / settings.batchSize);
  const progress = trainingProgress(steps, settings.epochs);
  const what = task.kind === "classification" ? "accuracy" : "R²";
  const every = Math.max(1, Math.round(settings.epochs / 10));
  let result: OwnResult;
  try {
    result = await fitOwn(task, settings, {
      ...{ kernels, signal },
      onStep: ({ step, epoch, loss }) => progress.update(step + 1, { loss, epoch }),
      onEpoch({ epoch, trainAccuracy, valAccuracy }) {
        if (epoch % every > 0 && epoch + 1 < settings.epochs) return;
        progress.above(() =>
          console.error(
            `epoch ${epoch + 1}/${settings.epochs}: ${what} in training ${show(task, trainAccuracy)}, validation ${show(task, valAccuracy)}`,
          ),
        );
      },
    });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    console.error("stopped before the end of the first epoch: there is nothing to judge or save");
    return;
  } finally {
    progress.stop();
  }
  const seconds = (performance.now() - started) / 1000;

  const folder =
    flags.out ?? createRunFolder("runs", `fit-${basename(path).replace(/\W+/g, "-").toLowerCase()}`, new Date());
  const { history, stopped } = result.result;
  const record = { config: settings, ...history, seconds, kernels: kernels.name, standIn: false, stopped };
  await writeRun(folder, record, result.model);
  if (flags.json) {
    const { score, majority, linear, metrics } = result;
    await writeRecord(flags.json, { ...record, ...{ score, majority, linear, metrics } });
  }
  for (const line of verdict(task, result)) console.log(line);
  const epochsDone = history.valAccuracy.length;
  console.log(
    `\nbest epoch ${(result.result.best?.epoch ?? 0) + 1} of ${epochsDone}${epochsDone === settings.epochs ? "" : stopped ? " (stopped by hand)" : " (stopped early: no better for a while)"}, ${formatSeconds(seconds)}`,
  );
  console.log(`model: ${resolve(folder, "model.safetensors")}`);
  for (const line of nextSteps(task, folder)) console.log(line);
  kernels.close();
}

function taskOf(data: OwnData, { target, task, seed }: Flags): OwnTask {
  if (data.kind === "images") {
    if (target)
      throw new SettingsError("--target names a column of a table; the classes of images are their folders or labels");
    return imageTask(data.dataset, { given: data.test, seed });
  }
  const named = target ?? data.target;
  if (named === undefined) {
    const columns = data.table.columns.map(({ name }) => name).join(", ");
    throw new SettingsError(`which column is to be predicted? Name it with --target; there are ${columns}`);
  }
  return tableTask(data.table, { target: named, task }, { seed });
}

function show(task: OwnTask, score: number): string {
  return task.kind === "classification" ? `${(100 * score).toFixed(1)} %` : score.toFixed(3);
}

/** The figures on the test rows, and in words what they mean. */
function verdict(task: OwnTask, { score, majority, linear, metrics }: OwnResult): string[] {
  const of = (value: number) => show(task, value).padStart(8);
  const rows = metrics.rows;
  const what = task.kind === "classification" ? "accuracy" : "R² (1 is perfect, 0 is as good as the mean)";
  const always = task.kind === "classification" ? `always "${majority.label}"` : `always ${majority.label}, the mean`;
  const lines = [
    `\non ${plural(rows, "row")} that took no part in training, ${what}:`,
    `  this network           ${of(score)}`,
    `  a linear model         ${of(linear.score)}   the network is ${linear.comparison.outcome}`,
    `  ${always.padEnd(22)} ${of(majority.score)}   the network is ${majority.comparison.outcome}`,
  ];
  if (metrics.kind === "classification") {
    const weakest = metrics.classes.filter((each) => each.rows > 0).sort((a, b) => a.recall - b.recall)[0];
    lines.push(
      `  most often missed: ${weakest.label}, ${Math.round(weakest.recall * weakest.rows)} of ${weakest.rows} found; calibration error ${(100 * metrics.calibrationError).toFixed(1)} %`,
    );
  } else {
    lines.push(
      `  typical error ${metrics.meanAbsoluteError.toPrecision(3)} (mean absolute), ${metrics.rootMeanSquaredError.toPrecision(3)} (root mean square)`,
    );
  }
  return [...lines, "", `verdict: ${inWords(majority.comparison.outcome, linear.comparison.outcome)}`];
}

function inWords(overMajority: string, overLinear: string): string {
  if (overMajority !== "better") {
    return "not useful yet: no better than always giving the same answer. More rows, or columns that have to do with the target, would help.";
  }
  if (overLinear === "better") return "useful: it has learned more than a linear model can.";
  if (overLinear === "worse")
    return "use a linear model (--hidden 4 comes close): the network is worse; more rows would help it.";
  return "useful, but a linear model does about as well on these rows: the network may not be needed.";
}

function nextSteps(task: OwnTask, folder: string): string[] {
  const example = task.preprocessing ? "NEW.csv" : "IMAGE.jpg";
  return [`next:  handgrad predict ${folder} ${example}`];
}
