import { type Command, Option } from "commander";
import {
  activationNames,
  type DataSource,
  initializerNames,
  keepsDefaultNetwork,
  lossNames,
  optimizerNames,
  type Precision,
  type RecipeName,
  readSettings,
  recipes,
  SettingsError,
  scheduleNames,
  settingsFor,
  type TrainSettings,
  trainSettings,
} from "../src/node.ts";
import { count, number } from "./numberOption.ts";
import { precisionOption } from "./options.ts";
import { parseClassWeights, parseLayers, parseNumbers, parseObject, parseSizes } from "./settingValues.ts";

export type Settings = Readonly<Record<string, unknown>>;

/** The settings of training as flags. */
export interface SettingsFlags
  extends Partial<Omit<TrainSettings, "labels" | "normalization" | "schedule" | "precision">> {
  readonly precision?: Precision | undefined;
  readonly recipe?: RecipeName;
  readonly settings?: Settings;
  readonly schedule?: string;
  readonly hidden?: readonly number[];
  readonly flip?: boolean;
  readonly fine?: boolean;
  readonly mean?: number[];
  readonly deviation?: number[];
  readonly lrDecay?: number;
  readonly lrDecayEvery?: number;
}

const share = number({ minimum: 0, maximum: 1 });
const notNegative = number({ minimum: 0 });

/** Adds the flags of all settings. Their choices come from the tables of the library. */
export function withSettings(command: Command): Command {
  return command
    .addOption(
      new Option("--recipe <name>", "settings to start from (default: tinynet for CIFAR-100)").choices(
        Object.keys(recipes),
      ),
    )
    .option("--layers <sizes>", "sizes of inputs, hidden layers, outputs: 3072,128,20; or layers as JSON", parseLayers)
    .option("--hidden <sizes>", "sizes of the hidden layers only: 128,64 (default: depends on the data)", parseSizes)
    .addOption(new Option("--activation <name>", "activation between layers (default: gelu)").choices(activationNames))
    .addOption(
      new Option("--initializer <name>", "initial weights (default: he; scaled for TinyNet)").choices(initializerNames),
    )
    .option("--init-scale <s>", "initial weights are s · N(0, 1)", notNegative)
    .option(
      "--keep-prob <p>",
      "dropout after each hidden layer keeps a value with probability p; 0 and 1 mean none",
      share,
    )
    .addOption(new Option("--loss <name>", "loss to minimize (default: depends on the data)").choices(lossNames))
    .option("--delta <δ>", "error above which the loss huber is linear (default: 1)", number({ above: 0 }))
    .option(
      "--class-weights <weights>",
      "weights of the classes in the loss: balanced, a list such as 1,2,5, or names as JSON: '{\"rare\": 5}'",
      parseClassWeights,
    )
    .addOption(
      new Option("--optimizer <name>", "optimizer (default: sgd for CIFAR-100, else adam)").choices(optimizerNames),
    )
    .option("--learning-rate <η>", "learning rate (default: depends on optimizer and data)", number({ above: 0 }))
    .option("--momentum <μ>", "momentum of sgd and muon", share)
    .option("--weight-decay <λ>", "decoupled weight decay: θ ← θ − λθ in each step, not multiplied by η", notNegative)
    .addOption(new Option("--regularization <name>", "penalty on all parameters").choices(["none", "l1", "l2"]))
    .option("--lambda <λ>", "factor of the penalty", notNegative)
    .addOption(
      new Option("--schedule <name>", "learning-rate schedule (default: depends on the data)").choices(scheduleNames),
    )
    .option("--lr-decay <factor>", "factor of the learning rate in the schedule `step`", number({ above: 0 }))
    .option("--lr-decay-every <epochs>", "epochs between two such steps (default: 1)", count)
    .option("--batch-size <n>", "rows per step (default: 100 for CIFAR-100, else depends on the data)", count)
    .option(
      "--shards <n>",
      "divide each batch into n parts, for training with several processes (docs/several-machines.md)",
      count,
    )
    .option(
      "--in-parts",
      "divide the rows into as many fixed parts as --shards; each process keeps its own rows in memory",
    )
    .option("--epochs <n>", "passes over the training rows (default: 5 for CIFAR-100, else depends on the data)", count)
    .option("--patience <n>", "stop when the validation score has not improved for n epochs", count)
    .option(
      "--seed <n>",
      "seed for the split, the weights and the shuffles",
      number({ minimum: 0, maximum: 2 ** 32 - 3, whole: true }),
    )
    .addOption(
      new Option("--dtype <type>", "type of all numbers in training (default: float32)").choices([
        "float32",
        "float64",
      ]),
    )
    .addOption(precisionOption())
    .option("--flip", "also train on mirrored images (not for letters and digits)")
    .option(
      "--train-images <n>",
      "train on the first n training rows only; for CIFAR-100 up to 49999: more than 40000 leave fewer for validation",
      count,
    )
    .option(
      "--teacher <run>",
      'also learn from the answers of a trained run or model for the same classes, 90 % of the targets (knowledge distillation; other shares: --settings \'{"teacher": {"model": RUN, "weight": 0.5}}\')',
      (model: string) => ({ model }),
    )
    .option("--fine", "the 100 fine labels instead of the 20 superclasses (CIFAR-100)")
    .option("--mean <r,g,b>", "normalize images by these means of byte / 255 (default: measured)", parseNumbers)
    .option("--deviation <r,g,b>", "and by these standard deviations (default: measured)", parseNumbers)
    .option("--settings <json>", 'further settings: \'{"normalizationLayers": "batch"}\'', parseObject);
}

/** The settings given by the user: --settings, overridden by individual flags. */
export function givenSettings(flags: SettingsFlags): Settings {
  const { settings = {}, fine, mean, deviation, lrDecay, lrDecayEvery, schedule, ...rest } = flags;
  if (!mean !== !deviation) throw new SettingsError("--mean, --deviation: expected both, found one of them");
  if (schedule && (lrDecay ?? lrDecayEvery) !== undefined)
    throw new SettingsError("--schedule: expected one schedule, found --lr-decay beside it");
  if (lrDecayEvery !== undefined && lrDecay === undefined)
    throw new SettingsError("--lr-decay-every: expected --lr-decay beside it, found none");
  const known = Object.fromEntries(Object.entries(rest).filter(([name]) => Object.hasOwn(trainSettings.entries, name)));
  return {
    ...settings,
    ...known,
    ...(fine && { labels: "fine" }),
    ...(mean && deviation && { normalization: { mean, deviation } }),
    ...(schedule && { schedule: { kind: schedule } }),
    ...((lrDecay ?? lrDecayEvery) !== undefined && {
      schedule: { kind: "step", factor: lrDecay ?? 1, every: lrDecayEvery ?? 1 },
    }),
  };
}

/** The settings that are needed before the data is read. */
export function dataSettings(
  flags: SettingsFlags,
): Pick<TrainSettings, "labels" | "trainImages" | "seed" | "normalization" | "precision" | "shards" | "inParts"> {
  const asked: Settings = { ...(flags.recipe && recipes[flags.recipe]), ...givenSettings(flags) };
  const { labels, trainImages, seed, normalization, precision, shards, inParts } = readSettings({
    ...("labels" in asked && { labels: asked.labels }),
    ...("trainImages" in asked && { trainImages: asked.trainImages }),
    ...("normalization" in asked && { normalization: asked.normalization }),
    seed: asked.seed ?? 1,
    precision: asked.precision,
    inParts: asked.inParts,
    // the batch size may depend on the data, so shards are checked with a batch that they divide
    ...(asked.shards !== undefined && { shards: asked.shards, batchSize: asked.shards }),
  });
  return { labels, trainImages, seed, normalization, precision, shards, inParts };
}

/** Whether the network is the default one. */
export function isDefaultNetwork(flags: SettingsFlags): boolean {
  const { hidden, recipe, flip } = flags;
  return keepsDefaultNetwork({ given: givenSettings(flags), hidden, recipe, flip });
}

/** The settings of a run on the data: see `settingsFor`. Throws SettingsError. */
export function settingsFrom(flags: SettingsFlags, source: DataSource, chosen?: Settings): TrainSettings {
  if (source.kind === "table" && (flags.flip || flags.mean))
    throw new SettingsError(`${flags.flip ? "--flip" : "--mean"}: expected images, found a table`);
  const { recipe, hidden, flip } = flags;
  return settingsFor(source, { given: givenSettings(flags), recipe, hidden, flip }, chosen);
}

type SettingName = keyof TrainSettings;

/** Flags whose name differs from that of the setting. */
const settingsOfFlags: Readonly<Record<string, readonly SettingName[]>> = {
  recipe: Object.keys(trainSettings.entries) as SettingName[],
  settings: Object.keys(trainSettings.entries) as SettingName[],
  hidden: ["layers"],
  flip: ["augmentation", "testTimeAugmentation"],
  fine: ["labels"],
  mean: ["normalization"],
  deviation: ["normalization"],
  lrDecay: ["schedule"],
  lrDecayEvery: ["schedule"],
};

/** The flags of settings that were given, and what they set. */
export function settingsGiven(command: Command): { readonly flag: string; readonly keys: readonly SettingName[] }[] {
  const names = new Set(withSettings(command.createCommand()).options.map((option) => option.attributeName()));
  return command.options
    .filter((option) => names.has(option.attributeName()))
    .filter((option) => command.getOptionValueSource(option.attributeName()) === "cli")
    .map((option) => {
      const name = option.attributeName();
      return { flag: option.long ?? name, keys: settingsOfFlags[name] ?? [name as SettingName] };
    });
}
