import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Case } from "../../../assignment/course/exercise.ts";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { close, quantity, scalar } from "../../../assignment/course/quantities.ts";
import type { Quantity } from "../../../assignment/course/wire.ts";

// The formulas of the exercises against PyTorch's numbers.

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, Stored>>;
  readonly dparams?: Readonly<Record<string, Stored>>;
  readonly x: Stored;
  readonly y: Stored;
  readonly dy: Stored;
  readonly dx: Stored;
  readonly loss: number;
}

const { cases } = JSON.parse(readFileSync(new URL("../../../reference/vectors.json", import.meta.url), "utf8")) as {
  cases: readonly Vector[];
};
const array = ({ shape, data }: Stored): Quantity => quantity(shape, data);

const layers: Readonly<Record<string, string>> = {
  flatten: "flatten",
  linear: "linear",
  gelu: "gelu",
  relu: "relu",
  tanh: "tanh",
  sigmoid: "sigmoid",
  layer_norm: "layerNorm",
};

const rightOf = (id: string, one: Case & object) => {
  const exercise = exercises.find((each) => each.id === id);
  if (!exercise) throw new Error(`no exercise ${id}`);
  return exercise.experiments[0].expected(one, {});
};

const layerVectors = cases.filter(
  ({ kind, name, config }) => kind === "layer" && name in layers && config.approximate !== "none",
);

test.each(layerVectors)("$name $config", ({ name, config, x, y, dy, dx, params = {}, dparams = {} }) => {
  const parameters = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, array(value)]));
  const one = { x: array(x), dy: array(dy), ...parameters, epsilon: config.eps };
  const right = rightOf(layers[name], one);
  const stored = { y, dx, ...Object.fromEntries(Object.entries(dparams).map(([key, value]) => [`d${key}`, value])) };
  expect(Object.keys(right).sort()).toEqual(Object.keys(stored).sort());
  for (const [key, value] of Object.entries(stored)) expect(close(right[key], array(value), 1e-12), key).toBe(true);
});

const lossVectors = cases.filter(
  ({ name, config }) => name === "cross_entropy" && config.size_average === true && !config.label_smoothing,
);

test.each(lossVectors)("cross-entropy $config", ({ x, y, loss, dx }) => {
  const right = rightOf("crossEntropy", { logits: array(x), labels: y.data } as Case);
  expect(close(right.loss, scalar(loss), 1e-12)).toBe(true);
  expect(close(right.dlogits, array(dx), 1e-12)).toBe(true);
});
