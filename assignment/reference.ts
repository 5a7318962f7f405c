import * as v from "valibot";
import type { Splits } from "../src/data/dataset.ts";
import { prepareFit } from "../src/experiments/build.ts";
import { readSettings, type TrainSettings, trainSettings } from "../src/experiments/settings.ts";
import { parseBoundedJson } from "../src/formats/boundedJson.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { optimizerNames } from "../src/optimizers/optimizers.ts";
import type { Regularizer } from "../src/regularizers.ts";
import { count, explain, finite, index, problemLines } from "../src/schema.ts";
import { DataError, SettingsError } from "../src/tensor/errors.ts";
import type { Numbers } from "../src/tensor/tensor.ts";
import { type EpochEvent, fit, type StepEvent } from "../src/training/fit.ts";

const numbers = v.array(finite);

/** One run of an oracle: its settings and results. `settingsOf` refuses unknown settings. */
export const referenceRun = v.object({
  config: v.looseObject({
    layers: v.array(count),
    init_scale: finite,
    seed: index,
    train_images: count,
    epochs: count,
    batch_size: count,
    optimizer: v.picklist(optimizerNames),
    learning_rate: finite,
    regularization: v.optional(v.picklist(["none", "l1", "l2", "sign of the gradient"])),
    reg_lambda: v.optional(finite),
    lr_decay: v.optional(finite),
    lr_decay_every: v.optional(count),
    normalization: v.strictObject({ mean: numbers, std: numbers }),
  }),
  loss_first: numbers,
  train_acc: numbers,
  val_acc: numbers,
  final_parameter_norms: numbers,
  published: v.optional(v.object({ train_acc: numbers, val_acc: numbers, first_loss: finite })),
});

export type ReferenceRun = v.InferOutput<typeof referenceRun>;

/** Checks the content of a runs.json. Throws DataError that names the file and the fields. */
export function parseReference(content: string, { name }: { readonly name: string }): Record<string, ReferenceRun> {
  let json: unknown;
  try {
    json = parseBoundedJson(content);
  } catch (error) {
    throw new DataError(`${name}: not JSON: ${(error as Error).message}`, { cause: error });
  }
  const result = v.safeParse(v.record(v.string(), referenceRun), json);
  if (!result.success) {
    throw new DataError(problemLines(`${name}: not a file of reference runs`, explain(result.issues).slice(0, 5)));
  }
  if (Array.isArray(json) || Object.keys(result.output).length === 0)
    throw new DataError(`${name}: expected an object with a reference run under each name, found none`);
  for (const [run, reference] of Object.entries(result.output)) {
    try {
      checkRows(reference);
      settingsOf(reference);
    } catch (error) {
      throw new DataError(`${name}: ${run}: ${(error as Error).message}`, { cause: error });
    }
  }
  return result.output;
}

/** Throws SettingsError if the number of accuracies is not the number of epochs. */
function checkRows({ config: { epochs }, train_acc, val_acc, published }: ReferenceRun): void {
  const lists = {
    train_acc,
    val_acc,
    "published.train_acc": published?.train_acc,
    "published.val_acc": published?.val_acc,
  };
  for (const [list, rows] of Object.entries(lists)) {
    if (rows && rows.length < epochs)
      throw new SettingsError(`${list}: expected ${epochs}, one for each epoch, found ${rows.length}`);
  }
}

const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The settings of a reference run under our names: weight_decay is weightDecay, and so on for every setting of training. The
 * sign-of-gradient rule is not a setting: see `publishedL1`. Throws SettingsError for an unknown setting, so that only runs with equal
 * settings are compared.
 */
export function settingsOf({ config }: ReferenceRun, overrides: Partial<TrainSettings> = {}): TrainSettings {
  const { regularization, reg_lambda, lr_decay = 1, lr_decay_every = 1, normalization, ...rest } = config;
  const unknown = Object.keys(rest).find((name) => !Object.hasOwn(trainSettings.entries, camelCase(name)));
  if (unknown !== undefined) throw new SettingsError(`config.${unknown}: there is no such setting`);
  const settings = Object.fromEntries(Object.entries(rest).map(([name, value]) => [camelCase(name), value]));
  if (settings.initializer && settings.initializer !== "scaled")
    throw new SettingsError(`initializer: expected "scaled", which init_scale is for, found "${settings.initializer}"`);
  if (settings.labels && settings.labels !== "coarse")
    throw new SettingsError(`labels: expected "coarse", the superclasses, found "${settings.labels}"`);
  if (settings.schedule && lr_decay !== 1)
    throw new SettingsError("schedule: expected one schedule, found lr_decay beside it");
  return readSettings({
    dtype: "float64",
    ...settings,
    initializer: "scaled",
    ...(regularization && regularization !== "sign of the gradient" && { regularization, lambda: reg_lambda ?? 0 }),
    ...(lr_decay !== 1 && { schedule: { kind: "step", factor: lr_decay, every: lr_decay_every } }),
    normalization: { mean: normalization.mean, deviation: normalization.std },
    ...overrides,
  });
}

/** The rule behind the assignment's published "L1" curve, an erratum: g ← g + λ·sign(g) instead of λ·sign(θ). */
export function publishedL1(lambda: number): Regularizer {
  return {
    kind: "sign of the gradient",
    lambda,
    penalty: () => 0,
    addGradient: (kernels, _values, gradients) => kernels.addSign(gradients, gradients, lambda),
  };
}

/** Our accuracies after one epoch, with the reference's and the published ones. */
export interface Row {
  readonly epoch: number;
  readonly ours: Accuracies;
  readonly reference: Accuracies;
  readonly published: Accuracies | undefined;
}

export interface Accuracies {
  readonly train: number;
  readonly val: number;
}

export interface Reproduction {
  readonly rows: readonly Row[];
  /** the largest relative difference between our losses and the reference's, in the iterations that both have */
  readonly firstLossDifference: number;
  readonly lossDifference: number;
  readonly lossesCompared: number;
  /** the largest relative difference of the norms of the parameters at the end, for a run of full length */
  readonly normDifference: number | undefined;
  readonly stopped: boolean;
}

export interface ReproduceOptions {
  readonly data: Pick<Splits, "train" | "validation">;
  readonly kernels?: Kernels;
  /** fewer epochs than the reference's */
  readonly epochs?: number;
  readonly dtype?: "float32" | "float64";
  readonly signal?: AbortSignal;
  readonly onStep?: (event: StepEvent) => void;
  readonly onEpoch?: (event: EpochEvent, row: Row) => void;
}

/** Trains one reference run with our code and compares every row with the reference's. */
export async function reproduce(reference: ReferenceRun, options: ReproduceOptions): Promise<Reproduction> {
  const { dtype = "float64", data, kernels, signal, onStep } = options;
  const epochs = Math.min(options.epochs ?? reference.config.epochs, reference.config.epochs);
  const settings = settingsOf(reference, { epochs, dtype });
  if (data.train.labels.length !== settings.trainImages) {
    throw new SettingsError(
      `the reference: expected at least ${settings.trainImages} training images, found ${data.train.labels.length}`,
    );
  }
  const prepared = prepareFit(settings, { ...data, normalization: settings.normalization }, kernels);
  const { parameters } = prepared.network;
  if (parameters.length !== reference.final_parameter_norms.length) {
    throw new SettingsError(
      `final_parameter_norms: expected ${parameters.length}, one for each parameter, found ${reference.final_parameter_norms.length}`,
    );
  }
  const signRule = reference.config.regularization === "sign of the gradient";
  const regularizer = signRule ? publishedL1(reference.config.reg_lambda ?? 0) : prepared.regularizer;

  const rows: Row[] = [];
  const { history, stopped } = await fit({
    ...prepared,
    regularizer,
    signal,
    onStep,
    onEpoch: (event) => {
      const { published } = reference;
      const at = ({ train_acc, val_acc }: { train_acc: number[]; val_acc: number[] }): Accuracies => {
        return { train: train_acc[event.epoch], val: val_acc[event.epoch] };
      };
      const ours = { train: event.trainScore, val: event.valScore };
      rows.push({ epoch: event.epoch, ours, reference: at(reference), published: published && at(published) });
      options.onEpoch?.(event, rows[rows.length - 1]);
    },
  });

  const differences = history.loss
    .slice(0, reference.loss_first.length)
    .map((loss, i) => Math.abs(loss - reference.loss_first[i]) / Math.abs(reference.loss_first[i]));
  const norms = prepared.network.parameters.map(({ value }) => norm(value.data));
  const complete = !stopped && epochs === reference.config.epochs;
  return {
    rows,
    firstLossDifference: differences[0] ?? 0,
    lossDifference: Math.max(0, ...differences),
    lossesCompared: differences.length,
    normDifference: complete
      ? Math.max(...norms.map((norm, i) => Math.abs(norm / reference.final_parameter_norms[i] - 1)))
      : undefined,
    stopped,
  };
}

function norm(values: Numbers): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

export function sameAccuracies(a: Accuracies, b: Accuracies): boolean {
  return a.train === b.train && a.val === b.val;
}
