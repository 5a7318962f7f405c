import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Case } from "../../../assignment/course/exercise.ts";
import { following, results } from "../../../assignment/course/exercises/batchNorm/formulas.ts";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { close, quantity } from "../../../assignment/course/quantities.ts";
import type { Quantity } from "../../../assignment/course/wire.ts";

// The formulas of the extra exercises against PyTorch's autograd; test/fixtures/course/make.py wrote its numbers.

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Vector {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: Stored;
  readonly gradients: Readonly<Record<string, Stored>>;
}

interface Evaluation extends Record<"w" | "b" | "runningMean" | "runningVariance" | "y", Stored> {
  readonly batches: readonly Stored[];
}

const { cases, evaluation } = JSON.parse(
  readFileSync(new URL("../../fixtures/course/torch.json", import.meta.url), "utf8"),
) as { readonly cases: readonly Vector[]; readonly evaluation: Evaluation };
const array = ({ shape, data }: Stored): Quantity => quantity(shape, data);

test.each(cases)("$name $options", ({ name, inputs, options, output, gradients }) => {
  const exercise = exercises.find(({ id }) => id === name);
  if (!exercise) throw new Error(`no exercise ${name}`);
  const arrays = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, array(value)]));
  const right = exercise.experiments[0].expected({ ...arrays, ...options } as Case, {});
  const stored = Object.entries(gradients).map(([key, value]) => [`d${key}`, value] as const);
  expect(Object.keys(right).length).toBe(1 + stored.length);
  for (const [key, value] of [["dy" in inputs ? "y" : "loss", output] as const, ...stored])
    expect(close(right[key], array(value), 1e-12), key).toBe(true);
});

test("running statistics of batch normalization and evaluation with them", () => {
  const [first, second, last] = evaluation.batches.map(array);
  const [w, b] = [array(evaluation.w), array(evaluation.b)];
  const running = following([first, second]);
  const { y } = results({ x: last, w, b, dy: last }, { used: running });
  expect(close(running.mean, array(evaluation.runningMean), 1e-12)).toBe(true);
  expect(close(running.variance, array(evaluation.runningVariance), 1e-12)).toBe(true);
  expect(close(y, array(evaluation.y), 1e-12)).toBe(true);
});
