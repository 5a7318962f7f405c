import { resolve } from "node:path";
import { Command } from "commander";
import {
  createRunFolder,
  type Dataset,
  evaluate,
  type Kernels,
  networkInputs,
  parseSettings,
  RunFolder,
  restoreNetwork,
  runTraining,
  type SavedRun,
  SettingsError,
  shellLine,
  TensorboardWriter,
  type TrainingRun,
  type TrainSettings,
  writeRecord,
} from "../src/node.ts";
import { formatSeconds, percent } from "./format.ts";
import { type LoadedData, loadData, standInNotice } from "./loadData.ts";
import { interruption, type KernelFlags, withKernels } from "./options.ts";
import { trainingProgress } from "./progress.ts";
import { type CheckpointFlags, describeResumption, kernelsOf, withCheckpoints } from "./resume.ts";
import { type SettingsFlags, settingsFrom, settingsGiven, withSettings } from "./trainSettings.ts";

interface Flags extends KernelFlags, SettingsFlags, CheckpointFlags {
  readonly data?: string;
  readonly out?: string;
  readonly json?: string;
  readonly resume?: string;
  readonly tensorboard?: boolean;
}

export function trainCommand(): Command {
  const command = new Command("train")
    .description("train a fully connected network on CIFAR-100 (default: TinyNet, 3072-128-20, 5 epochs)")
    .option("--data <dir>", "folder with CIFAR-100, or `stand-in` (default: found, downloaded, or the stand-in)");
  withSettings(command)
    .option("--out <dir>", "folder to write the run to (default: a new one in runs/)")
    .option("--resume <run>", "go on with a run that was stopped or killed, to the bit; --epochs may be raised")
    .option("--json <file>", "also write settings and history there")
    .option("--tensorboard", "also write event files for TensorBoard to the run's folder");
  withCheckpoints(command);
  return withKernels(command).action((flags: Flags) => train(flags, command));
}

async function train(flags: Flags, command: Command): Promise<void> {
  const signal = interruption();
  const folder = flags.resume !== undefined ? RunFolder.resume(flags.resume) : newFolder(flags);
  try {
    await trainIn(folder, flags, command, signal);
  } finally {
    folder.close();
  }
}

function newFolder(flags: Flags): RunFolder {
  return RunFolder.create(flags.out ?? createRunFolder("runs", nameOf(settingsFrom(flags)), new Date()));
}

async function trainIn(folder: RunFolder, flags: Flags, command: Command, signal: AbortSignal): Promise<void> {
  const saved = flags.resume === undefined ? undefined : savedRun(folder, flags, command);
  const requested = saved?.settings ?? settingsFrom(flags);
  const { kernels, kernelRecord } = kernelsOf(flags, saved);
  const data = await loadData({
    data: flags.data ?? (saved?.standIn ? "stand-in" : undefined),
    labels: requested.labels,
    trainImages: requested.trainImages,
    signal,
    allocateBytes: kernels.allocateBytes.bind(kernels),
  });
  const settings = parseSettings({
    ...fitToData(requested, flags, saved, data.train),
    normalization: requested.normalization ?? data.normalization,
    classGroups: requested.classGroups ?? data.classGroups,
  });
  console.log(describeRun(settings, data.train.labels.length, data.validation.labels.length));
  console.log(`kernels: ${kernels.name}, ${kernels.threads} ${kernels.threads === 1 ? "thread" : "threads"}`);
  if (saved) {
    const complete = `all ${settings.epochs} epochs are done; --epochs goes on to more`;
    describeResumption(saved, kernelRecord, { complete });
  }

  const stepsPerEpoch = Math.floor(data.train.labels.length / settings.batchSize);
  const progress = trainingProgress(settings.epochs * stepsPerEpoch, settings.epochs, saved?.state.history.loss.length);
  const tensorboard = flags.tensorboard ? new TensorboardWriter(folder.path) : undefined;
  let epochStarted = performance.now();
  let run: TrainingRun;
  try {
    run = await runTraining({
      ...{ folder, settings, data, kernels, kernelRecord, saved, signal },
      checkpointEvery: flags.checkpointEvery,
      onWarning: (message) => progress.above(() => console.error(`warning: ${message}`)),
      onStep: ({ step, epoch, loss }) => {
        progress.update(step + 1, { loss, epoch });
        tensorboard?.scalar("loss", step + 1, loss);
      },
      onEpoch({ epoch, trainAccuracy, valAccuracy, improved }) {
        tensorboard?.scalar("accuracy/training", (epoch + 1) * stepsPerEpoch, trainAccuracy);
        tensorboard?.scalar("accuracy/validation", (epoch + 1) * stepsPerEpoch, valAccuracy);
        const seconds = formatSeconds((performance.now() - epochStarted) / 1000);
        epochStarted = performance.now();
        const accuracies = `training ${percent(trainAccuracy)}, validation ${percent(valAccuracy)}${improved ? " (best)" : ""}`;
        const line = `epoch ${epoch + 1}/${settings.epochs}: ${accuracies}, ${seconds}`;
        progress.above(() => console.error(line));
      },
    });
  } finally {
    progress.stop();
    tensorboard?.close();
  }
  if (flags.json) await writeRecord(flags.json, run.record);
  await report(run, data, folder.path, kernels);
  kernels.close();
}

async function report({ result, record, model }: TrainingRun, data: LoadedData, folder: string, kernels: Kernels) {
  const settings = record.config;
  if (result.stopped) {
    console.log(
      `\nstopped after ${record.loss.length} steps; go on with: ${shellLine("handgrad", "train", "--resume", folder)}`,
    );
  }
  if (result.best && model && !result.stopped) {
    const test: Dataset = await data.test();
    const { accuracy } = await evaluate(restoreNetwork(model, kernels), test, {
      normalization: settings.normalization,
    });
    console.log(`\nbest epoch ${result.best.epoch + 1} of ${settings.epochs} (${formatSeconds(record.seconds)})`);
    console.log(`  validation accuracy  ${percent(result.best.valAccuracy)}`);
    const views = settings.views ? " in the model's views" : "";
    console.log(`  test accuracy        ${percent(accuracy)}${views}`);
  }
  if (record.standIn) console.log(`\n${standInNotice}`);
  console.log(`\nresults: ${resolve(folder)}`);
  if (model) console.log(`next:    ${shellLine("handgrad", "predict", folder, "IMAGE.png")}`);
}

/** Where the run stands; its settings are fixed, but for the number of epochs. */
function savedRun(folder: RunFolder, flags: Flags, command: Command): SavedRun {
  const fixed = [...settingsGiven(command).filter((flag) => flag !== "--epochs"), ...(flags.out ? ["--out"] : [])];
  if (fixed.length > 0) {
    throw new SettingsError(`${fixed.join(", ")}: a resumed run keeps its settings; only --epochs may be raised`);
  }
  const saved = folder.saved();
  for (const warning of saved.warnings) console.error(`warning: ${warning}; the checkpoint before it is used`);
  const { epochs = saved.settings.epochs } = flags;
  return { ...saved, settings: { ...saved.settings, epochs } };
}

/** The numbers of inputs and outputs follow the images and labels, unless layers were given. */
function fitToData(
  settings: TrainSettings,
  flags: Flags,
  saved: SavedRun | undefined,
  { inputShape, labelNames, finer }: Dataset,
): TrainSettings {
  if (saved || flags.layers || flags.settings?.layers) return settings;
  const inputs = networkInputs(inputShape, settings.frequencies);
  const classes = (finer ?? { labelNames }).labelNames.length;
  return { ...settings, layers: [inputs, ...settings.layers.slice(1, -1), classes] };
}

function nameOf({ layers, optimizer }: TrainSettings): string {
  return layers.join("-") === "3072-128-20" ? "tinynet" : `mlp-${layers.slice(1, -1).join("-")}-${optimizer}`;
}

function describeRun(settings: TrainSettings, train: number, validation: number): string {
  const { layers, activation, optimizer, learningRate, batchSize, dtype, seed } = settings;
  const network = `network: ${layers.join(" → ")}, ${activation}, ${dtype}, seed ${seed}`;
  const training = `training: ${train.toLocaleString("en")} images, batches of ${batchSize}, ${optimizer}, learning rate ${learningRate}`;
  return `${network}\n${training}; ${validation.toLocaleString("en")} images for validation`;
}
