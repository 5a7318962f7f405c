import type { Dataset, Normalization } from "../data/dataset.ts";
import type { RandomState } from "../random/randomState.ts";
import type { BufferState, TrainerState } from "./trainerState.ts";
import type { Training } from "./trainStep.ts";

/** A learning rate for every step; `Schedule` of optimizers/schedules.ts is one. */
export interface LearningRates {
  /** η at a step, counted from 0 */
  learningRate(step: number): number;
  /** told the validation loss after each epoch */
  observe?(loss: number): void;
  state?(): Readonly<Record<string, number>>;
  restore?(state: Readonly<Record<string, number>>): void;
}

/** A moving average of the parameters, judged in their place after each epoch; `ParameterAverage` is one. */
export interface Average {
  update(): void;
  using<Result>(run: () => Result | Promise<Result>): Promise<Result>;
  state(): BufferState;
  restore(state: BufferState): void;
}

/** When the state of a run is handed out to be kept: after each epoch, and in between after so many steps or seconds. */
export interface CheckpointOptions {
  readonly steps?: number | undefined;
  readonly seconds?: number | undefined;
  /** Keeps the state: in a file, a database, a page's storage. Training goes on meanwhile; calls do not overlap. */
  readonly save: (state: TrainerState) => Promise<void> | void;
  /** milliseconds that only ever grow */
  readonly now?: () => number;
}

export interface FitOptions extends Training {
  readonly train: Dataset;
  /** what the training accuracy is measured on, where that is less than `train`, or judged by other labels */
  readonly trainJudged?: Dataset;
  readonly validation: Dataset;
  readonly normalization?: Normalization;
  readonly epochs: number;
  readonly batchSize?: number;
  /** shuffles the batches; the stream that drew the weights, in the assignment */
  readonly random: RandomState;
  /** draws the masks of dropout */
  readonly dropoutRandom?: RandomState;
  /** at the start of every epoch e > 0 with e mod every = 0 the learning rate is multiplied by factor */
  readonly learningRateDecay?: { readonly factor: number; readonly every: number };
  /** sets the learning rate before every step, in place of learningRateDecay */
  readonly schedule?: LearningRates | undefined;
  readonly average?: Average | undefined;
  /** ends training when the validation accuracy has not improved for so many epochs */
  readonly patience?: number | undefined;
  /** which of several epochs with the best validation accuracy is the best: the first, or the one with the least loss */
  readonly ties?: "first" | "loss";
  /** stops the run where a loss, gradient or weight is no longer finite (default: true) */
  readonly guard?: boolean;
  /** stops after the step under way; what was done is returned */
  readonly signal?: AbortSignal;
  /** where an earlier run of the same settings and data stopped: it goes on from there, to the bit */
  readonly resume?: TrainerState | undefined;
  readonly checkpoint?: CheckpointOptions | undefined;
  readonly onStep?: (event: StepEvent) => void;
  readonly onEpoch?: (event: EpochEvent) => void;
}

export interface StepEvent {
  readonly kind: "step";
  /** from 0 */
  readonly epoch: number;
  /** from 0, over all epochs */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

export interface EpochEvent {
  readonly kind: "epoch";
  readonly epoch: number;
  readonly trainAccuracy: number;
  readonly valAccuracy: number;
  /** whether no earlier epoch had a better validation accuracy */
  readonly improved: boolean;
}

export type TrainingEvent = StepEvent | EpochEvent;
