import { describe, expect, test } from "vitest";
import { problem1Steps } from "../../assignment/index.ts";
import { fullPlan, quickPlan } from "../../assignment/problem1Plan.ts";
import { evaluateClassifier, weightImages } from "../../assignment/problem1Tinynet.ts";
import { magnitudeThresholds, parameterStatistics } from "../../assignment/problem1Training.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { Flatten } from "../../src/layers/flatten.ts";
import { Linear } from "../../src/layers/linear.ts";
import { Sequential } from "../../src/layers/sequential.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { tensor } from "../../src/tensor/tensor.ts";

/** Images of one pixel: the network answers with the channel that is brightest. */
function brightest() {
  const linear = new Linear(3, 3, { name: "fc1", dtype: "float64", initializer: "zeros" });
  const network = new Sequential([new Flatten(), linear]);
  network.assign(
    "fc1_w",
    tensor(
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      "float64",
    ),
  );
  const inputs = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 200, 100, 0);
  const labels = Int32Array.of(0, 2, 2, 1);
  const dataset: Dataset = { name: "pixels", inputs, inputShape: [1, 1, 3], labels, labelNames: ["r", "g", "b"] };
  return { network, dataset, normalization: { mean: [0, 0, 0], deviation: [1, 1, 1] } };
}

describe("evaluating a classifier", () => {
  test("accuracy, confusion matrix, and wrong images with the surest first", async () => {
    const { network, dataset, normalization } = brightest();
    const { accuracy, confusion, wrong } = await evaluateClassifier(network, dataset, { normalization });
    expect(accuracy).toBe(0.5);
    expect(confusion).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 1],
    ]);
    expect(wrong.map(({ row, label, predicted }) => [row, label, predicted])).toEqual([
      [1, 2, 1],
      [3, 1, 0],
    ]);
    // e / (e + 2), and the softmax of 200/255, 100/255, 0
    expect(wrong[0].probability).toBeCloseTo(Math.E / (Math.E + 2), 6);
    const [r, g] = [Math.exp(200 / 255), Math.exp(100 / 255)];
    expect(wrong[1].probability).toBeCloseTo(r / (r + g + 1), 6);
    expect([...wrong[1].rgb]).toEqual([200, 100, 0]);
  });

  test("data that is no images is refused", async () => {
    const { network, dataset, normalization } = brightest();
    const table = { ...dataset, inputs: new Float64Array(12) };
    await expect(evaluateClassifier(network, table, { normalization })).rejects.toThrow(DataError);
  });
});

test("weights as images: the largest units first, grey for 0, each scaled by its own largest", () => {
  const w = tensor(
    [
      [0, 2],
      [0.5, -4],
      [-1, 0],
    ],
    "float64",
  ); // 3 inputs, 2 units
  const { units, rgb } = weightImages(w, [1, 1, 3], 2);
  expect(units).toEqual([1, 0]);
  expect(rgb.map((bytes) => [...bytes])).toEqual([
    [191, 0, 128],
    [128, 191, 0],
  ]);
});

test("sizes of parameters", () => {
  const statistics = parameterStatistics(Float64Array.of(3, -4, 0, 5e-4));
  expect(statistics).toMatchObject({ count: 4, sumOfMagnitudes: 7.0005, largest: 4 });
  expect(statistics.norm).toBeCloseTo(5, 6);
  const below = (threshold: number) =>
    statistics.below[magnitudeThresholds.findIndex((t) => Math.abs(t / threshold - 1) < 1e-9)];
  expect([below(1e-6), below(1e-4), below(1e-3), below(1)]).toEqual([0.25, 0.25, 0.5, 0.5]);
});

test("the whole lab is the assignment's, and the quick one has the same steps", () => {
  expect(fullPlan).toMatchObject({
    tinynet: { epochs: 5, trainImages: 40_000 },
    comparison: { epochs: 50, trainImages: 20_000 },
  });
  const names = problem1Steps(fullPlan).map(({ name }) => name);
  expect(names).toEqual(["checks", "data", "tinynet", "sgd", "sgdw", "l1", "l1pub", "l2", "adamw", "adaml2", "decay"]);
  expect(problem1Steps(quickPlan).map(({ name }) => name)).toEqual(names);
});
