import type { Dataset, Normalization } from "../src/data/dataset.ts";
import { prepareFit } from "../src/experiments/build.ts";
import type { TrainSettings } from "../src/experiments/settings.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import type { Sequential } from "../src/layers/sequential.ts";
import { SettingsError } from "../src/tensor/errors.ts";
import type { Numbers, Tensor } from "../src/tensor/tensor.ts";
import { type EpochEvent, fit, type StepEvent } from "../src/training/fit.ts";
import type { TrainerState } from "../src/training/trainerState.ts";
import { publishedL1, type ReferenceRun, settingsOf } from "./reference.ts";

export interface LabTrainingOptions {
  readonly train: Dataset;
  readonly validation: Dataset;
  /** that of the data, if the reference's does not fit it (the stand-in) */
  readonly normalization?: Normalization | undefined;
  readonly epochs: number;
  readonly kernels?: Kernels | undefined;
  /** the state from which a stopped training continues */
  readonly resume?: TrainerState | undefined;
  /** stores the state of the training, every few seconds and when it is stopped */
  readonly saveState?: ((state: TrainerState) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((event: StepEvent) => void) | undefined;
  readonly onEpoch?: ((event: EpochEvent) => void) | undefined;
}

/** One run of the assignment: its settings, its results, and the comparison with the oracle's and the published run. */
export interface LabRun {
  readonly config: TrainSettings;
  /** "sign of the gradient" for the run behind the published L1 curve, which no setting reproduces */
  readonly rule: string;
  readonly lambda: number;
  readonly loss: readonly number[];
  readonly trainAccuracy: readonly number[];
  readonly valAccuracy: readonly number[];
  readonly bestEpoch: number;
  readonly parameters: ParameterStatistics;
  readonly reference: ReferenceComparison | undefined;
  readonly published:
    | { readonly trainAccuracy: readonly number[]; readonly valAccuracy: readonly number[] }
    | undefined;
}

/** The comparison with the oracle: rows are accuracies after an epoch; numbers are undefined if there was nothing to compare. */
export interface ReferenceComparison {
  readonly rows: number;
  readonly equalRows: number;
  readonly publishedRows: number;
  readonly equalPublishedRows: number;
  readonly losses: number;
  readonly largestLossDifference: number;
}

/** The effect of a penalty on the parameters of the last epoch, both weights and biases. */
export interface ParameterStatistics {
  readonly count: number;
  readonly sumOfMagnitudes: number;
  readonly norm: number;
  readonly largest: number;
  /** the share of parameters whose magnitude is below each of `magnitudeThresholds` */
  readonly below: readonly number[];
}

/** 10⁻⁶ to 1, four to a power of ten. */
export const magnitudeThresholds: readonly number[] = Array.from({ length: 25 }, (_, i) => 10 ** (-6 + i / 4));

export interface LabTraining {
  readonly run: LabRun;
  readonly network: Sequential;
  /** of the epoch with the best validation accuracy */
  readonly best: Readonly<Record<string, Tensor>>;
}

/**
 * Trains one of the reference's runs for some epochs on the given data. Throws the signal's reason if it is stopped (an incomplete run has
 * no result, but its state is stored), and SettingsError if the data cannot fill a batch.
 */
export async function trainLabRun(reference: ReferenceRun, options: LabTrainingOptions): Promise<LabTraining> {
  const { train, validation, epochs, kernels, resume, saveState, signal, onStep, onEpoch } = options;
  const trainImages = train.labels.length;
  const settings = settingsOf(reference, {
    epochs,
    trainImages,
    ...(options.normalization && {
      normalization: { mean: [...options.normalization.mean], deviation: [...options.normalization.deviation] },
    }),
  });
  if (trainImages < settings.batchSize) {
    throw new SettingsError(
      `the lab's runs: expected at least ${settings.batchSize} training images, found ${trainImages}`,
    );
  }
  const prepared = prepareFit(settings, { train, validation, normalization: settings.normalization }, kernels);
  const { regularization, reg_lambda: lambda = 0 } = reference.config;
  const signRule = regularization === "sign of the gradient";
  const { history, best, stopped } = await fit({
    ...prepared,
    regularizer: signRule ? publishedL1(lambda) : prepared.regularizer,
    resume,
    ...(saveState && { checkpoint: { seconds: 10, save: saveState } }),
    signal,
    onStep,
    onEpoch,
  });
  if (stopped || !best) throw signal?.reason ?? new Error("unreachable: a run that was not stopped has a best epoch");
  const { published } = reference;
  const accuracies = { loss: history.loss, trainAccuracy: history.trainScore, valAccuracy: history.valScore };
  const run: LabRun = {
    config: settings,
    rule: regularization ?? "none",
    lambda,
    ...accuracies,
    bestEpoch: best.epoch,
    parameters: parameterStatistics(prepared.network.values),
    reference: compareWithReference(accuracies, reference, trainImages, validation.labels.length, options),
    published: published && {
      trainAccuracy: published.train_acc.slice(0, epochs),
      valAccuracy: published.val_acc.slice(0, epochs),
    },
  };
  return { run, network: prepared.network, best: best.parameters };
}

type Accuracies = Pick<LabRun, "loss" | "trainAccuracy" | "valAccuracy">;

/** Accuracies are comparable only on the same images; the losses of the first epoch also on fewer, because its batches are the same. */
function compareWithReference(
  history: Accuracies,
  { config, loss_first, train_acc, val_acc, published }: ReferenceRun,
  trainImages: number,
  validationImages: number,
  { normalization }: LabTrainingOptions,
): ReferenceComparison | undefined {
  if (normalization) return undefined; // other data
  const sameImages = trainImages === config.train_images && validationImages === 10_000;
  const firstEpoch = Math.floor(trainImages / config.batch_size);
  const losses = history.loss.slice(0, sameImages ? loss_first.length : Math.min(firstEpoch, loss_first.length));
  const differences = losses.map((loss, i) => Math.abs(loss - loss_first[i]) / Math.abs(loss_first[i]));
  const rows = sameImages ? history.trainAccuracy.length : 0;
  const equal = (train: readonly number[], val: readonly number[]): number => {
    const epochs = history.trainAccuracy.slice(0, rows).map((_, i) => i);
    return epochs.filter((i) => history.trainAccuracy[i] === train[i] && history.valAccuracy[i] === val[i]).length;
  };
  return {
    rows,
    equalRows: equal(train_acc, val_acc),
    publishedRows: published ? rows : 0,
    equalPublishedRows: published ? equal(published.train_acc, published.val_acc) : 0,
    losses: losses.length,
    largestLossDifference: Math.max(0, ...differences),
  };
}

export function parameterStatistics(values: Numbers): ParameterStatistics {
  let [sumOfMagnitudes, squares, largest] = [0, 0, 0];
  const counts = magnitudeThresholds.map(() => 0);
  for (const value of values) {
    const magnitude = Math.abs(value);
    sumOfMagnitudes += magnitude;
    squares += value * value;
    if (magnitude > largest) largest = magnitude;
    for (let i = counts.length - 1; i >= 0 && magnitude < magnitudeThresholds[i]; i--) counts[i]++;
  }
  const below = counts.map((count) => count / values.length);
  return { count: values.length, sumOfMagnitudes, norm: Math.sqrt(squares), largest, below };
}
