import type { Call } from "../../shared/worker/serve.ts";
import type { TableInfo } from "../data/readTable.ts";
import type { TableChoice, TablePoints } from "../data/tablePoints.ts";
import type { PlaygroundState } from "../state.ts";
import type { CurveColumns } from "./curve.ts";
import type { Score } from "./session.ts";
import type { Surfaces } from "./surfaces.ts";

/** Parameters and running statistics by name. */
export type Weights = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }>
>;

export interface Opening {
  readonly state: PlaygroundState;
  /** in place of training to the state's epoch */
  readonly weights?: Weights | undefined;
}

/** The state of training that the page draws. */
export interface Frame {
  /** the number of states opened so far: frames of an older one are not drawn */
  readonly opened: number;
  readonly running: boolean;
  /** how many times it was told to run, pause or step since the opening */
  readonly commands: number;
  readonly steps: number;
  readonly epoch: number;
  readonly stepsPerEpoch: number;
  /** measured during training */
  readonly stepsPerSecond: number | undefined;
  readonly learningRate: number;
  readonly train: Score;
  /** undefined if all points train */
  readonly validation: Score | undefined;
  readonly curve: CurveColumns;
  /** of each true class (row) the number of points with each answer; undefined for a regression */
  readonly confusion: Int32Array<ArrayBuffer> | undefined;
  /** all parameters, in the order of the layers */
  readonly values: Float32Array<ArrayBuffer>;
  readonly surfaces: Surfaces;
  /** the reason why training stopped by itself */
  readonly problem: string | undefined;
}

/** The methods that the page calls. */
export type PlaygroundApi = {
  /** Emits a frame whenever there is something new and the last one was drawn. Ends when it is aborted. */
  watch(argument: undefined, call: Call<Frame>): Promise<void>;
  /** Opens a state and trains to its epoch; returns the number of the opening. Rejects if the state cannot be trained. */
  open(opening: Opening): number;
  /** Trains until it is told to pause, at most `rate` epochs a second. */
  run(rate: number): void;
  /** Pauses at the end of the current epoch. */
  pause(): void;
  step(): void;
  epoch(): void;
  /** Changes one number of the network. */
  assign(change: { readonly index: number; readonly value: number }): void;
  /** A frame was drawn: the next one may come. */
  drawn(): void;
  weights(): Weights;
  /** Reads a table in any of the library's formats and keeps it. */
  openTable(file: File): Promise<TableInfo>;
  /** The points of columns of the table that was opened last. */
  tablePoints(choice: TableChoice): TablePoints;
};
