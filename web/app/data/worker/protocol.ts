import type {
  AskedSettings,
  ColumnSummary,
  Conclusion,
  DataRequest,
  Model,
  SourceLine,
  TableInspection,
  TablePredictions,
  TestEvaluation,
  TrainSettings,
} from "handgrad";
import type { ChosenFile } from "../../shared/chosenFiles.ts";

// Messages between the data view and the training worker: plain data.

export interface ReadData {
  readonly files: readonly ChosenFile[];
  readonly request: DataRequest;
}

/** The progress of reading: bytes of a table, or images; the analysis afterwards has no measure. */
export interface ReadingProgress {
  readonly what: "bytes" | "images" | "looking";
  readonly done: number;
  readonly all: number;
}

/** A class and its rows or images. */
export interface ClassCount {
  readonly value: string;
  readonly rows: number;
}

/** The contents of the data, as in `data info`. */
export interface DataInfo {
  readonly kind: "table" | "images" | "cifar100" | "stand-in";
  readonly name: string;
  /** "CSV, commas", "ZIP of images" */
  readonly format: string;
  /** one line for each decision made while reading */
  readonly notes: readonly string[];
  /** likely problems */
  readonly problems: readonly string[];
  readonly table?: {
    readonly rows: number;
    readonly columns: readonly ColumnSummary[];
    /** with the most frequent classes; how many there are, and the rows of all */
    readonly target:
      | (NonNullable<TableInspection["target"]> & { readonly classCount?: number; readonly classRows?: number })
      | undefined;
  };
  readonly images?: {
    readonly count: number;
    readonly inputShape: readonly number[];
    readonly classes: readonly ClassCount[];
    /** images that are a separate part */
    readonly validation: number;
    readonly test: number;
    readonly samples: readonly SampleImage[];
  };
}

export interface SampleImage {
  readonly label: string;
  /** bytes of the input shape */
  readonly pixels: Uint8Array;
}

export interface AskedTraining {
  readonly request: DataRequest;
  readonly asked: AskedSettings;
}

/** The plan of a training, in words. */
export interface TrainingPlan {
  readonly settings: TrainSettings;
  /** of the data: target, inputs, what is not used, parts */
  readonly lines: readonly SourceLine[];
  /** "4 – 64 – 3, relu" */
  readonly network: string;
  readonly isDefault: boolean;
  readonly rows: number;
}

export interface OpenedPlan {
  /** for `startRun` */
  readonly data: string;
  readonly notKept?: string | undefined;
  readonly epochs?: number | undefined;
  readonly secondsPerEpoch?: number | undefined;
}

/** The parts of a trained model that forms and results need. */
export interface ModelInfo {
  readonly kind: "table" | "images" | "numbers";
  readonly target: string;
  readonly preprocessing: Model["preprocessing"];
  readonly labelNames: readonly string[];
  readonly inputShape: readonly number[];
  readonly evaluation: TestEvaluation | undefined;
  readonly conclusion: Conclusion | undefined;
  readonly typicalError: number | undefined;
}

export type Cells = Float64Array | readonly string[];

export interface PictureAnswer {
  readonly name: string;
  readonly problem?: string | undefined;
  readonly pixels?: Uint8Array | undefined;
  readonly ranking?: readonly { readonly label: string; readonly probability: number }[] | undefined;
}

export interface FileAnswers {
  readonly rows: number;
  readonly notes: readonly string[];
  /** the first rows, as texts */
  readonly header: readonly string[];
  readonly shown: readonly (readonly string[])[];
  /** all of them */
  readonly csv: string;
}

export type RowAnswer = TablePredictions;

export const exportFormats = {
  safetensors: { ending: "safetensors", name: "safetensors" },
  onnx: { ending: "onnx", name: "ONNX" },
  typescript: { ending: "ts", name: "TypeScript" },
  html: { ending: "html", name: "HTML page" },
  npz: { ending: "npz", name: "NumPy (.npz)" },
  json: { ending: "json", name: "JSON" },
} as const;
export type ExportFormat = keyof typeof exportFormats;
