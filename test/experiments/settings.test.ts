import { describe, expect, test } from "vitest";
import {
  type Dataset,
  evaluate,
  fit,
  networkOf,
  optimizerNames,
  predictOutputs,
  prepareFit,
  readSettings,
  restoreNetwork,
  SettingsError,
} from "../../src/index.ts";
import { tinyNormalization, tinyOptions, tinySplits } from "../training/tinyRun.ts";

describe("settings of optimizers", () => {
  test("reach the optimizer", () => {
    expect(tinyOptions({ optimizer: "adam", beta1: 0.8, beta2: 0.95, epsilon: 1e-6 }).optimizer).toMatchObject({
      ...{ beta1: 0.8, beta2: 0.95, epsilon: 1e-6 },
    });
    expect(tinyOptions({ optimizer: "rmsprop", alpha: 0.9, epsilon: 1e-6 }).optimizer).toMatchObject({
      ...{ alpha: 0.9, epsilon: 1e-6 },
    });
    expect(tinyOptions({ optimizer: "lion", beta2: 0.98 }).optimizer).toMatchObject({ beta1: 0.9, beta2: 0.98 });
    expect(tinyOptions({ optimizer: "adagrad", epsilon: 1e-5 }).optimizer).toMatchObject({ epsilon: 1e-5 });
  });

  test.each([
    [
      { optimizer: "muon", adamLayers: ["fc2"], biasRate: 2 },
      "adamLayers: expected it without decayed and biasRate, which divide the parameters in another way",
    ],
    [{ optimizer: "sgd", beta1: 0.9 }, "beta1: expected an optimizer that has it (adam, nadam, lion, muon), found sgd"],
    [{ optimizer: "adam", momentum: 0.9 }, "momentum: expected an optimizer that has it (sgd, muon), found adam"],
    [
      { optimizer: "lion", epsilon: 1e-6 },
      "epsilon: expected an optimizer that has it (adam, nadam, rmsprop, adagrad, muon), found lion",
    ],
  ])("%j is refused: it would do nothing", (settings, message) => {
    expect(() => readSettings(settings)).toThrow(SettingsError);
    expect(() => readSettings(settings)).toThrow(message);
  });
});

/** Each class of the tiny pictures in two halves: those whose first byte is even, and the others. */
function halved(dataset: Dataset): Dataset {
  const labels = dataset.labels.map((label, row) => 2 * label + ((dataset.inputs[row * 48] as number) & 1));
  const labelNames = dataset.labelNames.flatMap((name) => [`${name}, even`, `${name}, odd`]);
  return { ...dataset, finer: { labels, labelNames } };
}

describe("both labels: trained on the fine classes, evaluated by the coarse ones", () => {
  const splits = { train: halved(tinySplits.train), validation: halved(tinySplits.validation) };
  const asked = { layers: [48, 6, 6], initScale: 0.1, epochs: 3, batchSize: 10, labels: "both" };
  const options = (settings: object = {}) =>
    prepareFit(readSettings({ ...asked, ...settings }), { ...splits, normalization: tinyNormalization });

  test("the loss is that of the fine classes, the accuracies are those of the coarse ones", async () => {
    const given = options({ learningRate: 0.5, epochs: 20 });
    expect(given.classes).toBe(6);
    expect(given.train.labelNames).toHaveLength(6);
    const { history } = await fit(given);
    expect(history.loss[0]).toBeCloseTo(Math.log(6), 0); // of coarse classes it would be ln 3 = 1.1
    expect(history.trainScore.at(-1)).toBeGreaterThan(0.8); // chance is a third
    const { score } = await evaluate(given.network, splits.train, { normalization: tinyNormalization });
    expect(history.trainScore.at(-1)).toBe(score);
    expect((await predictOutputs(given.network, splits.train, { normalization: tinyNormalization })).shape).toEqual([
      47, 3,
    ]);
  });

  test("mixup divides the fine classes", async () => {
    const { history } = await fit(options({ augmentation: { mixup: 0.4 } }));
    expect(history.loss.every(Number.isFinite)).toBe(true);
  });

  test("a model answers with the coarse classes, in its views", () => {
    const { network } = options();
    const settings = readSettings({
      ...asked,
      classGroups: [0, 0, 1, 1, 2, 2],
      testTimeAugmentation: { flip: true, shift: 1 },
    });
    const about = { answers: "classes" as const, normalization: tinyNormalization, standIn: false };
    const described = networkOf(settings, [4, 4, 3], { testTimeAugmentation: true });
    const model = { network: described, ...about, labelNames: ["dark", "grey", "light"], parameters: network.save() };
    const restored = restoreNetwork(model);
    expect(restored.outputShape([2, 4, 4, 3])).toEqual([2, 3]);
    expect(restored.layers.map(({ kind }) => kind)).toEqual(
      ["testTimeAugmentation", "flatten", "linear", "gelu", "linear", "groupClasses", "testTimeAverage"], // biome-ignore format: a row
    );
  });
});

test("the training accuracy can be measured on a part of the images", async () => {
  const given = tinyOptions({ trainAccuracyImages: 10 });
  const { history } = await fit(given);
  for (const accuracy of history.trainScore)
    expect(Math.abs(accuracy * 10 - Math.round(accuracy * 10))).toBeLessThan(1e-9);
  expect(given.train.labels).toHaveLength(47);
});

test("the DCT needs images, and layers that begin with the number of kept coefficients", () => {
  const dct = { keep: 2, power: 0.2 };
  expect(() => tinyOptions({ dct })).toThrow("layers[0]: expected 12, the numbers that reach the first layer");
  expect(tinyOptions({ dct, layers: [12, 6, 3] }).network.outputShape([1, 4, 4, 3])).toEqual([1, 3]);
});

test.each(optimizerNames)(
  "settings that are read again have the same bytes: a resumed run writes the same model (%s)",
  (optimizer) => {
    const once = JSON.stringify(readSettings({ optimizer }));
    expect(JSON.stringify(readSettings(JSON.parse(once)))).toBe(once);
  },
);
