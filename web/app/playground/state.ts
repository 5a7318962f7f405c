import {
  type ActivationName,
  type InitializerName,
  type LossName,
  type OptimizerName,
  portableMath,
  type ScheduleName,
} from "handgrad";
import type { OwnPoints } from "./data/ownPoints.ts";
import { type DataName, dataSets } from "./data/sets.ts";

/** The inputs of the first layer for a point (x, y); both are between −6 and 6. */
export const inputKinds = {
  x: { label: "x", title: "the horizontal position", value: (x: number, _: number) => x },
  y: { label: "y", title: "the vertical position", value: (_: number, y: number) => y },
  xx: { label: "x²", title: "the square of x", value: (x: number, _: number) => x * x },
  yy: { label: "y²", title: "the square of y", value: (_: number, y: number) => y * y },
  xy: { label: "x·y", title: "the product of x and y", value: (x: number, y: number) => x * y },
  sinx: { label: "sin x", title: "the sine of x, in radians", value: (x: number, _: number) => portableMath.sin(x) },
  siny: { label: "sin y", title: "the sine of y, in radians", value: (_: number, y: number) => portableMath.sin(y) },
} as const;

export type InputName = keyof typeof inputKinds;
export const inputNames = Object.keys(inputKinds) as InputName[];

export const norms = ["none", "batch", "layer"] as const;

/** One hidden layer: linear, then normalization, activation and dropout. */
export interface HiddenLayer {
  readonly units: number;
  readonly activation: ActivationName;
  readonly norm: (typeof norms)[number];
  /** percentage of the units that each step leaves out */
  readonly dropout: number;
}

/** Everything that the playground's computation depends on, as plain data: equal states train to equal bits. */
export interface PlaygroundState {
  readonly data: DataName | "own";
  /** points that were drawn or come from a table, if `data` is "own" */
  readonly own?: OwnPoints | undefined;
  /** percent */
  readonly noise: number;
  readonly points: number;
  /** percentage of the points that train; the others validate */
  readonly train: number;
  /** seed for drawing and dividing the points */
  readonly sample: number;
  readonly inputs: readonly InputName[];
  readonly layers: readonly HiddenLayer[];
  readonly optimizer: OptimizerName;
  readonly rate: number;
  /** the optimizer's own options that differ from its defaults, by their names in the library */
  readonly options: Readonly<Record<string, number | boolean>>;
  readonly schedule: ScheduleName;
  /** the number of epochs over which the schedule runs */
  readonly span: number;
  readonly regularization: "none" | "l1" | "l2";
  readonly lambda: number;
  readonly decay: number;
  readonly batch: number;
  readonly loss: LossName;
  readonly smoothing: number;
  readonly delta: number;
  /** the largest norm of the gradient; 0 for no limit */
  readonly clip: number;
  readonly initializer: InitializerName;
  /** the standard deviation of the weights, for the initializer `scaled` */
  readonly scale: number;
  /** seed for the weights, the order of the batches and the masks of dropout */
  readonly seed: number;
  /** the number of epochs after which a link stops training */
  readonly epoch: number;
}

export const limits = { layers: 8, units: 16, epoch: 100_000 };

/** Links leave out these values, so changing one changes what older links show. */
export const defaultState: PlaygroundState = {
  data: "circle",
  noise: 10,
  points: 300,
  train: 50,
  sample: 1,
  inputs: ["x", "y"],
  layers: [
    { units: 4, activation: "tanh", norm: "none", dropout: 0 },
    { units: 2, activation: "tanh", norm: "none", dropout: 0 },
  ],
  optimizer: "adam",
  rate: 0.01,
  options: {},
  schedule: "constant",
  span: 200,
  regularization: "none",
  lambda: 0.001,
  decay: 0,
  batch: 10,
  loss: "crossEntropy",
  smoothing: 0,
  delta: 1,
  clip: 0,
  initializer: "xavier",
  scale: 0.5,
  seed: 1,
  epoch: 0,
};

/** The task of the state's points. */
export function taskOf({ data, own }: Pick<PlaygroundState, "data" | "own">): "classes" | "numbers" {
  if (data === "own") return own?.target ? "numbers" : "classes";
  return dataSets[data].classes === 0 ? "numbers" : "classes";
}

/** The names of the classes, or of the one number. */
export function outputNames({ data, own }: Pick<PlaygroundState, "data" | "own">): readonly string[] {
  if (data === "own") return own ? (own.target ? [own.target.name] : own.classNames) : ["class 0", "class 1"];
  const { classes } = dataSets[data];
  return classes === 0 ? ["value"] : Array.from({ length: classes }, (_, i) => `class ${i}`);
}

/** The losses that fit a task: cross-entropy needs classes. */
export function lossesFor(task: "classes" | "numbers"): readonly LossName[] {
  const numbers = ["meanSquaredError", "meanAbsoluteError", "huber"] as const;
  return task === "numbers" ? numbers : ["crossEntropy", "binaryCrossEntropy", ...numbers];
}

/** The state after a change; points of another task set its default loss. */
export function withChange(state: PlaygroundState, change: Partial<PlaygroundState>): PlaygroundState {
  const next = { ...state, epoch: 0, ...change };
  const fitting = lossesFor(taskOf(next));
  const isSame = taskOf(next) === taskOf(state) || change.loss !== undefined;
  return isSame && fitting.includes(next.loss) ? next : { ...next, loss: fitting[0] };
}
