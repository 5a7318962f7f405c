import { basename, extname, resolve } from "node:path";
import { Command, Option } from "commander";
import {
  chooseSettings,
  createRunFolder,
  imageTask,
  type JudgeOptions,
  judgeOwn,
  type OwnData,
  type OwnRequest,
  type OwnTask,
  RunFolder,
  readOwnData,
  runTraining,
  type SavedOwnRun,
  SettingsError,
  shellLine,
  type TrainingRun,
  type TrainSettings,
  tableTask,
  writeRecord,
} from "../src/node.ts";
import { outcome, show, verdict } from "./fitVerdict.ts";
import { count, interruption, type KernelFlags, number, withKernels } from "./options.ts";
import { describeOwnData, plural } from "./ownData.ts";
import { trainingProgress } from "./progress.ts";
import { type CheckpointFlags, describeResumption, kernelsOf, withCheckpoints } from "./resume.ts";

interface Flags extends KernelFlags, CheckpointFlags {
  readonly target?: string;
  readonly task?: "classification" | "regression";
  readonly size: number;
  readonly flip?: boolean;
  readonly hidden?: readonly number[];
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly seed: number;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: string;
}

export function fitCommand(): Command {
  const command = new Command("fit")
    .description(
      "train on your own data: a CSV, a folder with a folder of images for each class, .npz, MNIST, CIFAR-10",
    )
    .argument("[data]", "file or folder; a resumed run knows its own")
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
    .option("--resume <run>", "go on with a run that was stopped or killed, to the bit")
    .option("--json <file>", "also write the verdict there");
  withCheckpoints(command);
  return withKernels(command).action((data: string | undefined, flags: Flags) => fitAction(data, flags, command));
}

function parseHidden(text: string): number[] {
  const sizes = text.split(/[,-]/).map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1))
    throw new SettingsError(`--hidden: wanted sizes such as 128,64, got ${text}`);
  return sizes;
}

async function fitAction(given: string | undefined, flags: Flags, command: Command): Promise<void> {
  const signal = interruption();
  let folder = flags.resume === undefined ? undefined : RunFolder.resume(flags.resume);
  try {
    const saved = folder?.savedOwn();
    const choices = saved ? keptChoices(saved, flags, command) : flags;
    const path = given ?? saved?.own.data;
    if (path === undefined)
      throw new SettingsError("fit what? Name a file or a folder, or with --resume a run that is to go on");
    const data = await readOwnData(path, { height: choices.size, width: choices.size, signal });
    const task = taskOf(data, choices);
    for (const line of describeOwnData(data, task)) console.log(line);
    const settings = saved?.settings ?? settingsOf(task, flags);
    const name = `fit-${basename(path).replace(/\W+/g, "-").toLowerCase()}`;
    folder ??= RunFolder.create(flags.out ?? createRunFolder("runs", name, new Date()));
    const target = task.preprocessing?.target.name;
    const request = { data: resolve(path), ...(target && { target }), task: task.kind, size: choices.size };
    await fitIn(folder, { task, request }, { settings, flags, saved, signal });
  } finally {
    folder?.close();
  }
}

interface Fit {
  readonly settings: TrainSettings;
  readonly flags: Flags;
  readonly saved: SavedOwnRun | undefined;
  readonly signal: AbortSignal;
}

async function fitIn(
  folder: RunFolder,
  own: { readonly task: OwnTask; readonly request: OwnRequest },
  { settings, flags, saved, signal }: Fit,
): Promise<void> {
  const { task } = own;
  const rows = task.splits.train.labels.length;
  const { kernels, kernelRecord } = kernelsOf(flags, saved);
  console.log(
    `network   ${settings.layers.join(" → ")}, at most ${plural(settings.epochs, "epoch")} of ${rows.toLocaleString("en")} rows`,
  );
  if (saved) {
    const complete = `all ${settings.epochs} epochs are done; what is left is the verdict`;
    describeResumption(saved, kernelRecord, { complete });
  }
  const steps = settings.epochs * Math.floor(rows / settings.batchSize);
  const progress = trainingProgress(steps, settings.epochs, saved?.state.history.loss.length);
  const what = task.kind === "classification" ? "accuracy" : "R²";
  const every = Math.max(1, Math.round(settings.epochs / 10));
  let run: TrainingRun;
  try {
    run = await runTraining({
      ...{ folder, own, settings, kernels, kernelRecord, saved, signal },
      data: { ...task.splits, standIn: false },
      checkpointEvery: flags.checkpointEvery,
      onWarning: (message) => progress.above(() => console.error(`warning: ${message}`)),
      onStep: ({ step, epoch, loss }) => progress.update(step + 1, { loss, epoch }),
      onEpoch({ epoch, trainAccuracy, valAccuracy }) {
        if (epoch % every > 0 && epoch + 1 < settings.epochs) return;
        const scores = `${what} in training ${show(task, trainAccuracy)}, validation ${show(task, valAccuracy)}`;
        progress.above(() => console.error(`epoch ${epoch + 1}/${settings.epochs}: ${scores}`));
      },
    });
  } finally {
    progress.stop();
  }
  const judged = await judge(task, run, { kernels, signal });
  kernels.close();
  const { score, majority, linear, metrics } = judged ?? {};
  if (flags.json) await writeRecord(flags.json, { ...run.record, ...(judged && { score, majority, linear, metrics }) });
  if (!judged) {
    const done = run.record.loss.length;
    console.log(
      `\nstopped after ${plural(done, "step")}; go on with: ${shellLine("handgrad", "fit", "--resume", folder.path)}`,
    );
    return;
  }
  for (const line of [...verdict(task, judged), ...outcome(run, folder.path)]) console.log(line);
  const example = extname(own.request.data) ? `NEW${extname(own.request.data)}` : "IMAGE.jpg";
  console.log(`next:  ${shellLine("handgrad", "predict", folder.path, example)}`);
}

/** The verdict of the test rows; undefined where the run was stopped before it. */
async function judge(task: OwnTask, { model, result }: TrainingRun, options: JudgeOptions) {
  if (!model || result.stopped) return undefined;
  try {
    return await judgeOwn(task, model, result, options);
  } catch (error) {
    if (!options.signal?.aborted || error !== options.signal.reason) throw error;
    return undefined;
  }
}

/** The choices that the run began with. Throws SettingsError where others are given now: it could not go on with them. */
function keptChoices({ own, settings, warnings }: SavedOwnRun, flags: Flags, command: Command): Flags {
  for (const warning of warnings) console.error(`warning: ${warning}; the checkpoint before it is used`);
  const { seed, epochs, learningRate, layers, augmentation } = settings;
  if (flags.out !== undefined && resolve(flags.out) !== resolve(String(flags.resume)))
    throw new SettingsError(`--out ${flags.out}: a resumed run stays in its folder, ${flags.resume}`);
  const begun = {
    ...{ target: own.target, task: own.task, size: own.size, seed, epochs, learningRate },
    ...{ hidden: layers.slice(1, -1), flip: augmentation?.flip },
  };
  for (const option of command.options) {
    const name = option.attributeName();
    if (!isKey(begun, name) || command.getOptionValueSource(name) !== "cli") continue;
    const [was, now] = [begun[name], flags[name]];
    if (String(was) === String(now)) continue;
    const difference = was === undefined ? "without it" : `with ${was}`;
    throw new SettingsError(`${option.long} ${now}: the run was begun ${difference}; a resumed run keeps its settings`);
  }
  return { ...flags, ...own, seed };
}

function isKey<Of extends object>(object: Of, name: PropertyKey): name is keyof Of {
  return Object.hasOwn(object, name);
}

function settingsOf(task: OwnTask, { seed, epochs, learningRate, hidden, flip }: Flags): TrainSettings {
  const { layers, augmentation, views } = chooseSettings(task);
  return chooseSettings(task, {
    ...{ seed, ...(epochs && { epochs }), ...(learningRate && { learningRate }) },
    ...(hidden && { layers: [layers[0], ...hidden, layers[layers.length - 1]] }),
    ...(flip && { augmentation: { ...augmentation, flip }, views: { ...views, flip } }),
  });
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
