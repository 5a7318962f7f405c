import { type Dataset, datasetOf, type LossName, RandomState } from "handgrad";
import { inputKinds, outputNames, type PlaygroundState, taskOf } from "../state.ts";
import { drawPoints, type Point } from "./sets.ts";

/** The points of a state, divided into a training and a validation part. */
export interface PointParts {
  readonly train: readonly Point[];
  readonly validation: readonly Point[];
}

/** The points of a state: the seed `sample` draws them, and then the order in which they are divided. */
export function pointsOf(state: PlaygroundState): PointParts {
  const random = new RandomState(state.sample);
  const { data, own } = state;
  const all = data === "own" ? (own?.points ?? []) : drawPoints(data, { ...state, random });
  const order = random.permutation(all.length);
  const trained = Math.min(all.length, Math.max(1, Math.round((all.length * state.train) / 100)));
  const pick = (rows: Int32Array): Point[] => Array.from(rows, (row) => all[row]);
  return { train: pick(order.subarray(0, trained)), validation: pick(order.subarray(trained)) };
}

/** The inputs of the first layer for points, (points, inputs). */
export function inputsOf(points: readonly (readonly number[])[], inputs: PlaygroundState["inputs"]): number[][] {
  return points.map(([x, y]) => inputs.map((name) => inputKinds[name].value(x, y)));
}

/**
 * Points as a data set of the library. Cross-entropy trains for class numbers; other losses compare each output with 1 for the class and 0
 * for the others, or with the number.
 */
export function datasetFor(state: PlaygroundState, points: readonly Point[], name: string): Dataset {
  const names = outputNames(state);
  const common = { name, inputs: inputsOf(points, state.inputs), labelNames: names };
  const targets = points.map((point) => point[2]);
  if (taskOf(state) === "numbers") return datasetOf({ ...common, targets: targets.map((target) => [target]) });
  if (state.loss === "crossEntropy") return datasetOf({ ...common, labels: targets });
  return datasetOf({
    ...common,
    targets: targets.map((target) => names.map((_, i) => (i === target ? 1 : 0))),
    ...kindFor(state.loss),
  });
}

const kindFor = (loss: LossName) => (loss === "binaryCrossEntropy" ? ({ kind: "labels" } as const) : {});
