import { type Command, InvalidArgumentError, Option } from "commander";
import {
  activations,
  parseSettings,
  type RecipeName,
  recipes,
  SettingsError,
  type TrainSettings,
  trainSettings,
} from "../src/node.ts";
import { count, number } from "./options.ts";

/** The settings of training as flags. */
export interface SettingsFlags extends Partial<Omit<TrainSettings, "labels" | "learningRateDecay" | "normalization">> {
  readonly recipe?: RecipeName;
  readonly settings?: Record<string, unknown>;
  readonly fine?: boolean;
  readonly mean?: number[];
  readonly deviation?: number[];
  readonly lrDecay?: number;
  readonly lrDecayEvery?: number;
}

const { optimizer, initializer } = trainSettings.shape;
const share = number({ minimum: 0, maximum: 1 });
const notNegative = number({ minimum: 0 });

/** The names of the flags that `withSettings` adds, as commander calls them. */
export function withSettings(command: Command): Command {
  return command
    .addOption(new Option("--recipe <name>", "settings to start from (default: tinynet)").choices(Object.keys(recipes)))
    .option("--fine", "the 100 fine labels instead of the 20 superclasses")
    .option("--train-images <n>", "train on the first n images only", count)
    .option("--mean <r,g,b>", "normalize by these means of byte / 255 (default: measured)", parseNumbers)
    .option("--deviation <r,g,b>", "and by these deviations (default: measured)", parseNumbers)
    .option("--layers <sizes>", "sizes of inputs, hidden layers, outputs: 3072,128,20", parseSizes)
    .addOption(
      new Option("--activation <name>", "between the layers (default: gelu)").choices(Object.keys(activations)),
    )
    .option("--init-scale <s>", "weights start as s · N(0, 1)", notNegative)
    .option("--keep-prob <p>", "dropout after each hidden layer keeps a value with probability p", share)
    .addOption(new Option("--optimizer <name>", "(default: sgd)").choices(optimizer.unwrap().options))
    .option("--learning-rate <η>", "(default: 0.1; for adam 0.0001)", notNegative)
    .option("--momentum <μ>", "of sgd", share)
    .option("--weight-decay <λ>", "decoupled: θ ← θ − λθ each step, not multiplied by η", notNegative)
    .addOption(new Option("--regularization <name>", "penalty on all parameters").choices(["none", "l1", "l2"]))
    .option("--lambda <λ>", "factor of the penalty", notNegative)
    .option("--lr-decay <factor>", "multiplies the learning rate", notNegative)
    .option("--lr-decay-every <epochs>", "how often it does", count)
    .option("--batch-size <n>", "images a step (default: 100)", count)
    .option("--epochs <n>", "passes over the training images (default: 5)", count)
    .option("--patience <n>", "stop when the validation has not improved for so many epochs", count)
    .option(
      "--seed <n>",
      "of weights and shuffles (default: 123)",
      number({ minimum: 0, maximum: 2 ** 32 - 2, whole: true }),
    )
    .addOption(
      new Option("--dtype <type>", "numbers to compute with (default: float32)").choices(["float32", "float64"]),
    )
    .addOption(new Option("--initializer <name>", "of the weights").choices(initializer.unwrap().options))
    .option("--settings <json>", 'further settings: \'{"schedule": {"kind": "cosine"}}\'', parseObject);
}

/** The settings that the flags ask for: a recipe, over it --settings, over both flags of their own. Throws SettingsError. */
export function settingsFrom(flags: SettingsFlags): TrainSettings {
  const { recipe = "tinynet", settings = {}, fine, mean, deviation, lrDecay, lrDecayEvery, ...rest } = flags;
  if (!mean !== !deviation) throw new SettingsError("--mean and --deviation go together; one of them is missing");
  const given = {
    ...(fine && { labels: "fine" }),
    ...(mean && deviation && { normalization: { mean, deviation } }),
    ...((lrDecay ?? lrDecayEvery) !== undefined && { learningRateDecay: { factor: lrDecay, every: lrDecayEvery } }),
  };
  const known = Object.fromEntries(Object.entries(rest).filter(([name]) => Object.hasOwn(trainSettings.shape, name)));
  const all: Record<string, unknown> = { ...recipes[recipe], ...settings, ...known, ...given };
  const learningRate = all.learningRate ?? (all.optimizer === "adam" ? 1e-4 : 0.1);
  return parseSettings({ ...all, learningRate });
}

/** The flags of settings that were given, as they are written: those that a resumed run cannot take. */
export function settingsGiven(command: Command): string[] {
  const names = new Set(withSettings(command.createCommand()).options.map((option) => option.attributeName()));
  const options = command.options.filter((option) => names.has(option.attributeName()));
  return options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === "cli")
    .map(({ long }) => long ?? "");
}

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

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new InvalidArgumentError("Wanted a JSON object, such as '{\"patience\": 5}'.");
}
