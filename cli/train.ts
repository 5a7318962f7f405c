import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import {
  activations,
  createRunFolder,
  evaluate,
  fit,
  type Model,
  openKernels,
  parseSettings,
  prepareFit,
  type RunRecord,
  SettingsError,
  type TrainSettings,
  writeRecord,
  writeRun,
} from "../src/node.ts";
import { loadData, standInNotice } from "./loadData.ts";
import { count, interruption, type KernelFlags, number, withKernels } from "./options.ts";
import { formatSeconds, trainingProgress } from "./progress.ts";

interface Flags extends KernelFlags, Partial<Omit<TrainSettings, "labels" | "learningRateDecay">> {
  readonly data?: string;
  readonly fine?: boolean;
  readonly mean?: number[];
  readonly deviation?: number[];
  readonly lrDecay?: number;
  readonly lrDecayEvery?: number;
  readonly out?: string;
  readonly json?: string;
}

export function trainCommand(): Command {
  const command = new Command("train")
    .description("train a fully connected network on CIFAR-100 (default: TinyNet, 3072-128-20, 5 epochs)")
    .option("--data <dir>", "folder with CIFAR-100, or `stand-in` (default: found, downloaded, or the stand-in)")
    .option("--fine", "the 100 fine labels instead of the 20 superclasses")
    .option("--train-images <n>", "train on the first n images only", count)
    .option("--mean <r,g,b>", "normalize by these means of byte / 255 (default: measured)", parseNumbers)
    .option("--deviation <r,g,b>", "and by these deviations (default: measured)", parseNumbers)
    .option("--layers <sizes>", "sizes of inputs, hidden layers, outputs: 3072,128,20", parseSizes)
    .addOption(
      new Option("--activation <name>", "between the layers (default: gelu)").choices(Object.keys(activations)),
    )
    .option("--init-scale <s>", "weights start as s · N(0, 1)", number({ minimum: 0 }))
    .option(
      "--keep-prob <p>",
      "dropout after each hidden layer keeps a value with probability p",
      number({ minimum: 0, maximum: 1 }),
    )
    .addOption(new Option("--optimizer <name>", "(default: sgd)").choices(["sgd", "adam"]))
    .option("--learning-rate <η>", "(default: 0.1; for adam 0.0001)", number({ minimum: 0 }))
    .option("--weight-decay <λ>", "decoupled: θ ← θ − λθ each step, not multiplied by η", number({ minimum: 0 }))
    .addOption(new Option("--regularization <name>", "penalty on all parameters").choices(["none", "l1", "l2"]))
    .option("--lambda <λ>", "factor of the penalty", number({ minimum: 0 }))
    .option("--lr-decay <factor>", "multiplies the learning rate", number({ minimum: 0 }))
    .option("--lr-decay-every <epochs>", "how often it does", count)
    .option("--batch-size <n>", "images a step (default: 100)", count)
    .option("--epochs <n>", "passes over the training images (default: 5)", count)
    .option(
      "--seed <n>",
      "of weights and shuffles (default: 123)",
      number({ minimum: 0, maximum: 2 ** 32 - 2, whole: true }),
    )
    .addOption(
      new Option("--dtype <type>", "numbers to compute with (default: float32)").choices(["float32", "float64"]),
    )
    .option("--out <dir>", "folder to write the run to (default: a new one in runs/)")
    .option("--json <file>", "also write settings and history there");
  return withKernels(command).action(train);
}

async function train(flags: Flags): Promise<void> {
  const signal = interruption();
  const requested = settingsFrom(flags);
  const kernels = openKernels(flags);
  const { trainImages, labels } = requested;
  const data = await loadData({
    data: flags.data,
    labels,
    trainImages,
    signal,
    allocateBytes: kernels.allocateBytes.bind(kernels),
  });
  const settings = parseSettings({
    ...fitToData(requested, flags, data.train.labelNames.length),
    normalization: requested.normalization ?? data.normalization,
  });
  const prepared = prepareFit(settings, { ...data, normalization: settings.normalization }, kernels);

  console.log(describeRun(settings, data.train.labels.length, data.validation.labels.length));
  console.log(`kernels: ${kernels.name}, ${kernels.threads} ${kernels.threads === 1 ? "thread" : "threads"}`);
  const progress = trainingProgress(
    settings.epochs * Math.floor(data.train.labels.length / settings.batchSize),
    settings.epochs,
  );
  const started = performance.now();
  let epochStarted = started;
  const result = await fit({
    ...prepared,
    signal,
    onStep: ({ step, epoch, loss }) => progress.update(step + 1, { loss, epoch }),
    onEpoch({ epoch, trainAccuracy, valAccuracy, improved }) {
      const seconds = formatSeconds((performance.now() - epochStarted) / 1000);
      epochStarted = performance.now();
      const accuracies = `training ${percent(trainAccuracy)}, validation ${percent(valAccuracy)}${improved ? " (best)" : ""}`;
      progress.line(`epoch ${epoch + 1}/${settings.epochs}: ${accuracies}, ${seconds}`);
    },
  });
  progress.stop();

  const seconds = (performance.now() - started) / 1000;
  const record: RunRecord = {
    config: settings,
    ...result.history,
    seconds,
    kernels: kernels.name,
    standIn: data.standIn === true,
    stopped: result.stopped,
  };
  const { labelNames, inputShape } = data.train;
  const model: Model | undefined = result.best && {
    settings,
    normalization: settings.normalization ?? data.normalization,
    labelNames,
    inputShape,
    standIn: record.standIn,
    parameters: result.best.parameters,
  };
  const folder = flags.out ?? createRunFolder("runs", nameOf(settings), new Date());
  await writeRun(folder, record, model);
  if (flags.json) await writeRecord(flags.json, record);

  if (result.stopped) console.log(`\nstopped after ${record.loss.length} steps; what was done is kept`);
  if (result.best && !result.stopped) {
    prepared.network.load(result.best.parameters);
    const test = await evaluate(prepared.network, await data.test(), { normalization: model?.normalization });
    console.log(`\nbest epoch ${result.best.epoch + 1} of ${settings.epochs} (${formatSeconds(seconds)})`);
    console.log(`  validation accuracy  ${percent(result.best.valAccuracy)}`);
    console.log(`  test accuracy        ${percent(test.accuracy)}`);
  }
  if (record.standIn) console.log(`\n${standInNotice}`);
  console.log(`\nresults: ${resolve(folder)}`);
  if (model) console.log(`next:    handgrad predict ${folder} IMAGE.png`);
  kernels.close();
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function parseSizes(text: string): number[] {
  const sizes = text.split(/[,-]/).map(Number);
  if (sizes.length < 2 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new InvalidArgumentError("Wanted at least two sizes of at least 1, such as 3072,128,20.");
  }
  return sizes;
}

function parseNumbers(text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) {
    throw new InvalidArgumentError("Wanted three numbers, such as 0.5069,0.4867,0.4414.");
  }
  return numbers;
}

function settingsFrom(flags: Flags): TrainSettings {
  const { layers, activation, initScale, keepProb, dtype, optimizer, weightDecay, regularization, lambda } = flags;
  const { batchSize, epochs, seed, trainImages, learningRate = optimizer === "adam" ? 1e-4 : 0.1 } = flags;
  return parseSettings({
    ...{ layers, activation, initScale, keepProb, dtype, optimizer, learningRate, weightDecay, regularization, lambda },
    ...{ batchSize, epochs, seed, trainImages, labels: flags.fine ? "fine" : "coarse" },
    normalization: normalizationFrom(flags),
    learningRateDecay: { factor: flags.lrDecay, every: flags.lrDecayEvery },
  });
}

function normalizationFrom({ mean, deviation }: Flags): TrainSettings["normalization"] {
  if (!mean !== !deviation) throw new SettingsError("--mean and --deviation go together; one of them is missing");
  return mean && deviation && { mean, deviation };
}

/** The number of outputs follows the labels, unless it was given. */
function fitToData(settings: TrainSettings, flags: Flags, classes: number): TrainSettings {
  return flags.layers ? settings : { ...settings, layers: [...settings.layers.slice(0, -1), classes] };
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
