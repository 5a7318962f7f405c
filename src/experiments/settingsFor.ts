import type { LayerDescription } from "../layers/registry.ts";
import { SettingsError } from "../tensor/errors.ts";
import { networkInputs } from "./build.ts";
import { classGroupsOf, type DataSource, isCifar100 } from "./dataSource.ts";
import { withCurrentNames } from "./oldSettings.ts";
import { chooseSettings, outputsOf, plainNormalization } from "./prepareData.ts";
import { type RecipeName, recipes } from "./recipes.ts";
import { readSettings, type TrainSettings } from "./settings.ts";

/** @inline */
type Settings = Readonly<Record<string, unknown>>;

/** The user's changes of the default settings of the data. */
export interface AskedSettings {
  /** settings by name, from a form, flags or JSON */
  readonly given?: Settings;
  /** settings to start from */
  readonly recipe?: RecipeName | undefined;
  /** sizes of the hidden layers of a multilayer perceptron */
  readonly hidden?: readonly number[] | undefined;
  /** also trains on mirrored images */
  readonly flip?: boolean | undefined;
}

/** Settings with which the default network is still an ensemble; any other setting selects a plain network. */
const ofEnsembles = ["seed", "dtype", "precision", "trainImages", "normalization"];

/** Whether the network stays the default one, which validates small data fold by fold (`folds` of its request). */
export function keepsDefaultNetwork({ given = {}, hidden, recipe, flip }: AskedSettings): boolean {
  return !(hidden ?? recipe ?? flip) && Object.keys(given).every((name) => ofEnsembles.includes(name));
}

/** Default settings: those of the recipe, for CIFAR-100 those of the assignment, for other data by its size. */
export function defaultSettings(source: DataSource, recipe?: RecipeName): Settings {
  const name = recipe ?? (isCifar100(source) ? "tinynet" : undefined);
  return name ? recipes[name] : chooseSettings(source);
}

/**
 * The settings of a run on the data: the defaults (of `defaultSettings`, unless others are given), overridden by the user's settings.
 * Settings that only a multilayer perceptron has select one instead of a convolutional network. The numbers of inputs and outputs follow
 * from the data. Throws SettingsError.
 */
export function settingsFor(
  source: DataSource,
  asked: AskedSettings = {},
  defaults: Settings = defaultSettings(source, asked.recipe),
): TrainSettings {
  const given = withCurrentNames(asked.given ?? {});
  const chosen = withCurrentNames(defaults);
  const base = isConvolution(chosen) && !asked.recipe && asksForPerceptron(asked, given) ? perceptron(source) : chosen;
  const recipe = asked.recipe ?? (isCifar100(source) ? "tinynet" : undefined);
  if (recipe && recipe !== "tinynet" && !isCifar100(source))
    throw new SettingsError(
      `--recipe: expected CIFAR-100, for which ${recipe} is, found ${source.name}; without --recipe the settings follow the data`,
    );
  const all: Record<string, unknown> = { ...base, ...given };
  if ("optimizer" in given && given.optimizer !== base.optimizer && !("learningRate" in given)) {
    // The assignment trains Adam with 1e-4
    all.learningRate = recipe === "tinynet" && given.optimizer === "adam" ? 1e-4 : undefined;
    if (!recipe) delete all.scaledWeightDecay;
    for (const name of ["momentum", "nesterov"]) if (!(name in given)) delete all[name];
  }
  if (Number.isInteger(given.shards) && !("batchSize" in given)) {
    // A default that the shards divide
    const [shards, { batchSize }] = [given.shards as number, readSettings({ batchSize: all.batchSize })];
    all.batchSize = Math.ceil(batchSize / shards) * shards;
  }
  if ("initScale" in given && !("initializer" in given)) all.initializer = "scaled";
  if ("initializer" in given && given.initializer !== "scaled" && !("initScale" in given)) delete all.initScale;
  if (given.loss && given.loss !== "crossEntropy" && !("labelSmoothing" in given)) delete all.labelSmoothing;
  if (asked.flip) {
    all.augmentation = { ...(all.augmentation as object), flip: true };
    if (all.testTimeAugmentation) all.testTimeAugmentation = { ...(all.testTimeAugmentation as object), flip: true };
  }
  if (source.train.inputs instanceof Uint8Array) all.normalization ??= plainNormalization(source.normalization);
  if (all.labels === "both") all.classGroups ??= classGroupsOf(source);
  const layers = fittedLayers(asked, given, all, source);
  if (typeof layers[0] === "object") for (const name of ofSizes) if (!(name in given)) delete all[name];
  return readSettings({ ...all, layers });
}

/** A convolutional network, which is the default for images. */
function isConvolution({ layers }: Settings): boolean {
  return Array.isArray(layers) && layers.some((layer) => layer?.kind === "conv2d");
}

/** Whether settings are given that only a multilayer perceptron has. */
function asksForPerceptron({ hidden }: AskedSettings, given: Settings): boolean {
  const sizes = Array.isArray(given.layers) && typeof given.layers[0] === "number";
  return hidden !== undefined || sizes || [...ofPerceptrons, ...ofSizes].some((name) => name in given);
}

function perceptron(source: DataSource): Settings {
  return chooseSettings(source, { network: "perceptron" });
}

const ofPerceptrons = ["activation", "keepProb", "normalizationLayers"] as const;
const ofSizes = ["initializer", "initScale", "residual", "dct"];

function fittedLayers(asked: AskedSettings, given: Settings, all: Settings, source: DataSource): readonly unknown[] {
  const { hidden } = asked;
  if (Array.isArray(given.layers) && typeof given.layers[0] === "object") {
    const useless = ofPerceptrons.find((name) => name in given);
    if (useless) throw new SettingsError(`${useless}: expected layers as sizes, found layers as JSON; say it there`);
  }
  if (hidden && given.layers) throw new SettingsError("--hidden: expected --layers or --hidden, found both");
  if (given.layers) return given.layers as unknown[];
  const layers = all.layers as readonly unknown[];
  if (!hidden && typeof layers[0] === "object")
    return asked.recipe ? withOutputs(layers, outputsOf(source.train)) : layers;
  const { dct } = readSettings({ dct: all.dct });
  const inputs = networkInputs(source.train.inputShape, dct);
  const between = hidden ?? layers.slice(1, -1);
  return [inputs, ...between, outputsOf(source.train)];
}

/** Layers of a recipe whose last linear layer has an output for each class of the data: the stand-in has 20, CIFAR-100 has 100. */
function withOutputs(layers: readonly unknown[], outputs: number): readonly unknown[] {
  const last = layers.findLastIndex((layer) => (layer as LayerDescription).kind === "linear");
  return layers.map((layer, i) => (i === last ? { ...(layer as object), outputs } : layer));
}
