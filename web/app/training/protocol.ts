import type { AskedSettings, DataRequest, History, Metric, RunEvaluation, TestResult, TrainSettings } from "handgrad";
import type { ChosenFile } from "../shared/chosenFiles.ts";

// Messages between the page and the training worker: plain data.

/** Data that is open in the worker, ready to train on. */
export interface OpenedData {
  /** names it in further calls, as long as the worker lives */
  readonly id: string;
  readonly name: string;
  readonly kind: "cifar100" | "stand-in" | "images" | "table";
  readonly request: DataRequest;
  readonly rows: { readonly train: number; readonly validation: number };
  readonly inputShape: readonly number[];
  readonly labelNames: readonly string[];
  /** one line for each decision made while the data was read */
  readonly notes: readonly string[];
  /** the settings that it has by default */
  readonly defaults: TrainSettings;
  /** the reason if its files are not stored in this browser; then a run needs them again after a reload */
  readonly notKept?: string | undefined;
}

/** Data whose files are kept in this browser. */
export interface KeptData {
  readonly id: string;
  readonly name: string;
  /** in bytes */
  readonly size: number;
}

/** The state of a run. */
export type RunState =
  /** a worker trains it, of this page or of another */
  | "running"
  /** stopped by the user, or interrupted: it can be continued */
  | "paused"
  /** all epochs are done, or training ended early by itself */
  | "complete"
  /** numbers were no longer finite */
  | "failed"
  | "damaged";

/** A stored run in a list. */
export interface RunSummary {
  readonly name: string;
  readonly state: RunState;
  readonly data: string;
  readonly settings?: TrainSettings | undefined;
  readonly metric?: Metric | undefined;
  /** the best score on the validation rows */
  readonly validation?: number | undefined;
  /** the score on the test rows */
  readonly test?: number | undefined;
  readonly epochs: number;
  readonly steps: number;
  readonly seconds: number;
  /** bytes in the browser's storage */
  readonly size: number;
  /** milliseconds since 1970 of its last change */
  readonly changed: number;
  /** the reason of its failure, or the damage */
  readonly problem?: string | undefined;
}

/** Points of a curve over the steps of a run: each is the mean of the steps since the one before. */
export interface LossCurve {
  /** numbers of steps, from 1 */
  readonly steps: readonly number[];
  readonly loss: readonly number[];
}

/** The results of a run so far. */
export interface RunCurves extends Pick<History, "metric" | "trainScore" | "valScore" | "trainLoss" | "valLoss"> {
  readonly loss: LossCurve;
  readonly stepsPerEpoch: number;
}

/** A stored run with everything that a page shows of it. */
export interface RunDetails {
  readonly summary: RunSummary;
  readonly curves: RunCurves | undefined;
  readonly evaluation: RunEvaluation | undefined;
  /** such as damaged checkpoints that were skipped */
  readonly warnings: readonly string[];
}

export interface StartRun extends AskedSettings {
  /** of the run; a number is added if it is taken */
  readonly name: string;
  /** of `OpenedData` */
  readonly data: string;
  /** the number of training rows to use, from the first */
  readonly trainRows?: number | undefined;
  /** whether to use only operations that give the same bits on every machine */
  readonly strict?: boolean | undefined;
  /** whether to compare with a linear model on the test rows; by default for your own data */
  readonly baseline?: boolean | undefined;
}

export interface ResumeRun {
  readonly name: string;
  /** its data, if it is neither open in the worker nor stored in the browser */
  readonly files?: readonly ChosenFile[] | undefined;
  /** more epochs than the run has */
  readonly epochs?: number | undefined;
  readonly baseline?: boolean | undefined;
}

/** Events of a run that is training, at most about 20 per second for all runs together. */
export type RunEvent =
  | { readonly kind: "begin"; readonly name: string; readonly settings: TrainSettings; readonly curves: RunCurves }
  | {
      readonly kind: "progress";
      readonly name: string;
      readonly step: number;
      readonly steps: number;
      readonly stepsPerSecond: number;
      /** the mean of the steps since the last event */
      readonly loss: number;
      /** new points of the curve */
      readonly points: LossCurve;
      /** the scores of epochs that have ended since the last event */
      readonly epochs: readonly EpochScores[];
    }
  | { readonly kind: "evaluating"; readonly name: string }
  | { readonly kind: "warning"; readonly name: string; readonly message: string }
  /** the last event, even after an error */
  | { readonly kind: "end"; readonly name: string };

export interface EpochScores {
  readonly trainScore: number;
  readonly valScore: number;
  readonly trainLoss: number;
  readonly valLoss: number;
}

/** How a training ended. Other endings are errors. */
export interface RunEnd {
  readonly name: string;
  /** the user stopped it; it can be continued */
  readonly stopped: boolean;
  /** the test scores of a run that was not stopped */
  readonly testResult?: TestResult | undefined;
}

/** How much of the browser's storage is used, in bytes; undefined if the browser does not report it. */
export interface StorageUse {
  readonly used: number;
  readonly available: number | undefined;
  /** whether the browser keeps it even if it needs space */
  readonly persisted: boolean;
}
