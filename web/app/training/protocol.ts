import type { AskedSettings, DataRequest, History, Metric, RunEvaluation, TrainSettings, Verdict } from "handgrad";
import type { ChosenFile } from "../shared/chosenFiles.ts";

// What the page and the training worker say to each other: plain data.

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
  /** why its files are not kept in this browser, so that a run needs them again after a reload */
  readonly notKept?: string | undefined;
}

/** Data whose files are kept in this browser. */
export interface KeptData {
  readonly id: string;
  readonly name: string;
  /** in bytes */
  readonly size: number;
}

/** Where a run stands. */
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
  /** why it failed, or what is damaged */
  readonly problem?: string | undefined;
}

/** Points of a curve over the steps of a run: each is the mean of the steps since the one before. */
export interface LossCurve {
  /** numbers of steps, from 1 */
  readonly steps: readonly number[];
  readonly loss: readonly number[];
}

/** What a run has shown so far. */
export interface RunCurves extends Pick<History, "metric" | "trainScore" | "valScore" | "trainLoss" | "valLoss"> {
  readonly loss: LossCurve;
  readonly stepsPerEpoch: number;
}

/** A stored run with everything that a page shows of it. */
export interface RunDetails {
  readonly summary: RunSummary;
  readonly curves: RunCurves | undefined;
  readonly evaluation: RunEvaluation | undefined;
  /** such as checkpoints that were passed over, because they are damaged */
  readonly warnings: readonly string[];
}

export interface StartRun extends AskedSettings {
  /** of the run; a number is added where it is taken */
  readonly name: string;
  /** of `OpenedData` */
  readonly data: string;
  /** only so many of the training rows, from the first */
  readonly trainRows?: number | undefined;
  /** whether to use only operations that give the same bits on every machine */
  readonly strict?: boolean | undefined;
  /** whether to compare with a linear model on the test rows; by default for your own data */
  readonly baseline?: boolean | undefined;
}

export interface ResumeRun {
  readonly name: string;
  /** its data, where neither the worker has it open nor the browser keeps it */
  readonly files?: readonly ChosenFile[] | undefined;
  /** more epochs than the run has */
  readonly epochs?: number | undefined;
  readonly baseline?: boolean | undefined;
}

/** News of a run that is training, all runs together at most about 20 times a second. */
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
  /** the last one, also after an error */
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
  /** what the test rows say, of a run that was not stopped */
  readonly verdict?: Verdict | undefined;
}

/** How much of the browser's storage is used, in bytes; undefined where the browser does not tell. */
export interface StorageUse {
  readonly used: number;
  readonly available: number | undefined;
  /** whether the browser keeps it also when it needs space */
  readonly persisted: boolean;
}
