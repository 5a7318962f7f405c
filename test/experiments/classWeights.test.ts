import { describe, expect, test } from "vitest";
import {
  type ClassWeights,
  CrossEntropyLoss,
  classWeightsOf,
  DataError,
  datasetOf,
  evaluate,
  fit,
  predictOutputs,
  prepareFit,
  RandomState,
  readSettings,
  SettingsError,
  Tensor,
} from "../../src/index.ts";
import { tinyOptions } from "../training/tinyRun.ts";

const labelNames = ["cat", "constructor", "rare"];
const train = { labels: Int32Array.of(0, 0, 0, 1, 1, 2), labelNames, name: "pets" };

describe("weights of classes", () => {
  test.each<[ClassWeights, readonly number[] | undefined]>([
    ["none", undefined],
    ["balanced", [6 / 9, 1, 2]],
    [
      [1, 0, 5],
      [1, 0, 5],
    ],
    [{ rare: 5 }, [1, 1, 5]],
    [{ constructor: 0.5 } as never, [1, 0.5, 1]],
  ])("%j", (weights, expected) => {
    expect(classWeightsOf(weights, train)).toEqual(expected);
  });

  test("that do not fit the classes are refused", () => {
    expect(() => classWeightsOf([1, 2], train)).toThrow(
      new SettingsError("classWeights: expected 3 numbers, one for each class of pets, found 2"),
    );
    expect(() => classWeightsOf({ dog: 2 }, train)).toThrow(
      new SettingsError('classWeights: expected names of classes of pets ("cat", "constructor", "rare"), found "dog"'),
    );
    expect(() => classWeightsOf("balanced", { ...train, labels: Int32Array.of(0, 2) })).toThrow(DataError);
  });

  test.each(["equal", [], {}, [1, -1], { rare: "5" }, [0, 0], [Infinity], null, 3])("%j is no weights", (weights) => {
    expect(() => readSettings({ classWeights: weights })).toThrow(
      /^settings: classWeights: expected "none", "balanced"/,
    );
  });

  test("and delta need their loss", () => {
    expect(() => readSettings({ loss: "meanSquaredError", classWeights: { a: 2 } })).toThrow(
      "settings: classWeights: expected the loss crossEntropy, found meanSquaredError",
    );
    expect(() => readSettings({ loss: "crossEntropy", delta: 2 })).toThrow(
      "settings: delta: expected the loss huber, found crossEntropy",
    );
    const numbers = datasetOf({ inputs: Tensor.zeros([4, 2]), targets: Tensor.zeros([4, 1]), name: "rows" });
    const settings = readSettings({ layers: [2, 1], batchSize: 2, classWeights: "balanced" });
    expect(() => prepareFit(settings, { train: numbers, validation: numbers })).toThrow(
      "rows: classWeights: expected the loss crossEntropy, found meanSquaredError",
    );
  });
});

/** 190 rows of one class and 10 of another, whose inputs overlap. */
function imbalanced() {
  const random = new RandomState(3);
  const inputs = Tensor.zeros([200, 2]);
  random.fillRandn(inputs.data);
  const labels = Int32Array.from({ length: 200 }, (_, row) => (row % 20 === 0 ? 1 : 0));
  labels.forEach((label, row) => {
    if (label === 1) inputs.data[2 * row] += 2;
  });
  return datasetOf({ inputs, labels, labelNames: ["common", "rare"], name: "rows" });
}

async function trained(classWeights: ClassWeights) {
  const data = imbalanced();
  const settings = readSettings({ layers: [2, 2], batchSize: 50, epochs: 20, learningRate: 0.3, classWeights });
  const prepared = prepareFit(settings, { train: data, validation: data });
  const { best, history } = await fit(prepared);
  prepared.network.load(best?.parameters ?? {});
  const { predictions } = await evaluate(prepared.network, data);
  const found = predictions.reduce((sum, label, row) => sum + (label === 1 && data.labels[row] === 1 ? 1 : 0), 0);
  return { found, best, history, prepared, data };
}

test("balanced weights find a rare class, and the weighted loss of the validation chooses the epoch", async () => {
  expect((await trained("none")).found).toBeLessThan(5);
  const { found, best, history, prepared, data } = await trained("balanced");
  expect(found).toBeGreaterThan(6);
  expect(best?.loss).toBe(Math.min(...(history.valLoss ?? [])));
  const { labels } = data;
  const logits = await predictOutputs(prepared.network, data);
  const weighted = new CrossEntropyLoss({ classWeights: [200 / 380, 10] }).forward(logits, labels);
  expect(best?.loss).toBeCloseTo(weighted, 5);
});

test("a stopped run with weights of classes and Muon continues with the same bits", async () => {
  const options = () => tinyOptions({ classWeights: [1, 5, 0.2], optimizer: "muon" });
  const whole = await fit(options());
  const controller = new AbortController();
  const onStep = ({ step }: { step: number }) => step + 1 === 5 && controller.abort();
  const stopped = await fit({ ...options(), signal: controller.signal, onStep });
  const resumed = await fit({ ...options(), resume: stopped.state });
  expect(resumed.history).toEqual(whole.history);
  expect(resumed.best).toEqual(whole.best);
});
