import { z } from "zod";
import type { Splits } from "../src/data/dataset.ts";
import { prepareFit } from "../src/experiments/build.ts";
import { parseSettings, type TrainSettings } from "../src/experiments/settings.ts";
import { parseBoundedJson } from "../src/formats/boundedJson.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import type { Regularizer } from "../src/regularizers.ts";
import { DataError, SettingsError } from "../src/tensor/errors.ts";
import type { Numbers } from "../src/tensor/tensor.ts";
import { type EpochEvent, fit, type StepEvent } from "../src/training/fit.ts";

const numbers = z.array(z.number());

/** One run of an oracle: its settings and what came out. */
export const referenceRun = z.object({
  config: z.object({
    layers: numbers,
    init_scale: z.number(),
    seed: z.number(),
    train_images: z.number(),
    epochs: z.number(),
    batch_size: z.number(),
    optimizer: z.enum(["sgd", "adam"]),
    learning_rate: z.number(),
    weight_decay: z.number().optional(),
    regularization: z.enum(["l1", "l2", "sign of the gradient"]).optional(),
    reg_lambda: z.number().optional(),
    normalization: z.object({ mean: numbers, std: numbers }),
  }),
  loss_first: numbers,
  train_acc: numbers,
  val_acc: numbers,
  final_parameter_norms: numbers,
  published: z.object({ train_acc: numbers, val_acc: numbers, first_loss: z.number() }).optional(),
});

export type ReferenceRun = z.output<typeof referenceRun>;

/** Checks the content of a runs.json. Throws DataError that names the file and the fields. */
export function parseReference(content: string, { name }: { readonly name: string }): Record<string, ReferenceRun> {
  let json: unknown;
  try {
    json = parseBoundedJson(content);
  } catch (error) {
    throw new DataError(`${name}: not JSON: ${(error as Error).message}`, { cause: error });
  }
  const result = z.record(z.string(), referenceRun).safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new DataError(`${name}: not a file of reference runs:\n${problems.join("\n")}`);
}

/** The settings of a reference run in our words. The sign-of-gradient rule is no setting: see `publishedL1`. */
export function settingsOf({ config }: ReferenceRun, overrides: Partial<TrainSettings> = {}): TrainSettings {
  const { regularization } = config;
  return parseSettings({
    layers: config.layers,
    initScale: config.init_scale,
    dtype: "float64",
    optimizer: config.optimizer,
    learningRate: config.learning_rate,
    weightDecay: config.weight_decay ?? 0,
    ...(regularization && regularization !== "sign of the gradient"
      ? { regularization, lambda: config.reg_lambda ?? 0 }
      : {}),
    batchSize: config.batch_size,
    epochs: config.epochs,
    seed: config.seed,
    trainImages: config.train_images,
    normalization: { mean: config.normalization.mean, deviation: config.normalization.std },
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

/** Ours beside the reference's (and the published) accuracies after one epoch. */
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

/** Runs one reference run with our code and sets every row beside the reference's. */
export async function reproduce(reference: ReferenceRun, options: ReproduceOptions): Promise<Reproduction> {
  const { dtype = "float64", data, kernels, signal, onStep } = options;
  const epochs = Math.min(options.epochs ?? reference.config.epochs, reference.config.epochs);
  const settings = settingsOf(reference, { epochs, dtype });
  if (data.train.labels.length !== settings.trainImages) {
    throw new SettingsError(
      `the reference needs ${settings.trainImages} training images, got ${data.train.labels.length}`,
    );
  }
  const prepared = prepareFit(settings, { ...data, normalization: settings.normalization }, kernels);
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
      const ours = { train: event.trainAccuracy, val: event.valAccuracy };
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
