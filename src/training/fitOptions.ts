import type { Dataset, Normalization } from "../data/dataset.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { AnyLoss } from "../losses/loss.ts";
import type { LossName } from "../losses/losses.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { OptimizerSettings } from "../optimizers/optimizers.ts";
import type { ScheduleSettings } from "../optimizers/schedules.ts";
import type { RandomState } from "../random/randomState.ts";
import type { Metric } from "./history.ts";
import type { ShardingOptions } from "./sharding.ts";
import type { BufferState, TrainerState } from "./trainerState.ts";
import type { Training } from "./trainStep.ts";

/** A learning rate for every step; `Schedule` of optimizers/schedules.ts is one. */
export interface LearningRates {
  /** η at a step, counted from 0 */
  learningRate(step: number): number;
  /** called with the validation loss after each epoch */
  observe?(loss: number): void;
  state?(): Readonly<Record<string, number>>;
  restore?(state: Readonly<Record<string, number>>): void;
}

/** A moving average of the parameters, evaluated instead of them after each epoch; `ExponentialMovingAverage` is one. */
export interface Average {
  update(): void;
  using<Result>(run: () => Result | Promise<Result>): Promise<Result>;
  state(): BufferState;
  restore(state: BufferState): void;
}

/** When the state of a run is passed to `save`: after each epoch, and in between after a number of steps or seconds. */
export interface CheckpointOptions {
  readonly steps?: number | undefined;
  readonly seconds?: number | undefined;
  /** Saves the state: in a file, a database, a page's storage. Training continues meanwhile; calls do not overlap. */
  readonly save: (state: TrainerState) => Promise<void> | void;
  /** milliseconds of a clock that never goes back */
  readonly now?: () => number;
}

/** The optimizer as plain data, as a function that makes it for the network, or an optimizer of this network. */
export type OptimizerChoice = OptimizerSettings | ((network: Sequential) => Optimizer) | Optimizer;

export interface FitOptions extends Omit<Training, "optimizer" | "loss" | "sharding"> {
  readonly optimizer: OptimizerChoice;
  /** by name, or as an object; by default the one that fits the targets of the training data */
  readonly loss?: LossName | AnyLoss | undefined;
  readonly train: Dataset;
  /** the data for the training score, if it is a part of `train`, or has other labels */
  readonly trainEvaluated?: Dataset;
  readonly validation: Dataset;
  readonly normalization?: Normalization | undefined;
  readonly epochs: number;
  readonly batchSize?: number;
  /** shuffles the batches; the stream that drew the weights, in the assignment */
  readonly random: RandomState;
  /** draws the masks of dropout */
  readonly dropoutRandom?: RandomState;
  /** the learning rate over the run: as plain data, { kind: "cosine" }, or as an object */
  readonly schedule?: ScheduleSettings | LearningRates | undefined;
  readonly average?: { readonly decay: number } | Average | undefined;
  /** evaluates and saves with the statistics of batch normalization measured on `trainEvaluated`, as evaluation sees it (default: false) */
  readonly preciseBatchNorm?: boolean | undefined;
  /** the number of epochs between two measurements of the scores (default: 1); they are also measured after the last epoch, and the best epoch is a measured one */
  readonly evaluateEvery?: number | undefined;
  /** ends training when the validation score has not improved for this number of epochs */
  readonly patience?: number | undefined;
  /** which of several epochs with the best validation score is the best: the first, or the one with the least loss */
  readonly ties?: "first" | "loss";
  /** divides each batch into shards; the bits then do not depend on the number of processes that share them */
  readonly sharding?: ShardingOptions | undefined;
  /** stops the run when a loss, gradient or weight is no longer finite (default: true) */
  readonly guard?: boolean;
  /** stops after the current step and returns the results so far */
  readonly signal?: AbortSignal | undefined;
  /** the state of an earlier run with the same settings and data, which is continued bit for bit */
  readonly resume?: TrainerState | undefined;
  readonly checkpoint?: CheckpointOptions | undefined;
  readonly onStep?: ((event: StepEvent) => void) | undefined;
  readonly onEpoch?: ((event: EpochEvent) => void) | undefined;
}

export interface StepEvent {
  readonly kind: "step";
  /** from 0 */
  readonly epoch: number;
  /** from 0, over all epochs */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** η of this step */
  readonly learningRate: number;
  /** ‖gradient‖ before clipping, in the steps in which the history records it */
  readonly gradientNorm?: number | undefined;
}

export interface EpochEvent {
  readonly kind: "epoch";
  readonly epoch: number;
  readonly metric: Metric;
  /** false after an epoch that `evaluateEvery` leaves out: its scores and losses are NaN */
  readonly evaluated: boolean;
  readonly trainScore: number;
  readonly valScore: number;
  /** in evaluation mode: mean cross-entropy for classes, mean squared error for numbers */
  readonly trainLoss: number;
  readonly valLoss: number;
  /** whether no earlier epoch had a better validation score */
  readonly improved: boolean;
}

export type TrainingEvent = StepEvent | EpochEvent;
