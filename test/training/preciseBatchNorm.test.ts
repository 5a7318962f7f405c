import { expect, test } from "vitest";
import { BatchNorm, Dropout, datasetOf, fit, Sequential, SettingsError } from "../../src/index.ts";
import { withPreciseBatchNorm } from "../../src/training/preciseBatchNorm.ts";
import { tinyOptions } from "./tinyRun.ts";

const rows = [0, 2, 5, 7, 1, 9, 100];
const data = datasetOf({ inputs: rows.map((x) => [x, 10 * x]), labels: rows.map((_, i) => i % 2) });

function normalizing() {
  const norm = new BatchNorm(2, { name: "bn" });
  // Half of the inputs would be dropped in training
  return { norm, network: new Sequential([new Dropout(0.5), norm]) };
}

const numbers = ({ runningMean, runningVariance }: BatchNorm) => [[...runningMean.data], [...runningVariance.data]];

test("statistics are the means over batches without dropout, and a last single row is left out", async () => {
  const { norm, network } = normalizing();
  norm.runningMean.data.fill(3);
  const before = numbers(norm);
  const inside = await withPreciseBatchNorm(network, data, { batchSize: 3 }, async () => numbers(norm));
  // (0, 2, 5) and (7, 1, 9): means 7/3 and 17/3, variances with n − 1 of 19/3 and 52/3
  const [mean, variance] = [4, (19 / 3 + 52 / 3) / 2];
  for (const [i, expected] of [mean, 10 * mean].entries()) expect(inside[0][i]).toBeCloseTo(expected, 5);
  for (const [i, expected] of [variance, 100 * variance].entries()) expect(inside[1][i] / expected).toBeCloseTo(1, 6);
  expect(numbers(norm)).toEqual(before);
});

test("a shorter last batch counts by its rows", async () => {
  const { norm, network } = normalizing();
  const inside = await withPreciseBatchNorm(network, data, { batchSize: 5 }, async () => numbers(norm));
  // (0, 2, 5, 7, 1) and (9, 100): means 3 and 54.5, variances 8.5 and 91²/2
  expect(inside[0][0]).toBeCloseTo((5 * 3 + 2 * 54.5) / 7, 4);
  expect(inside[1][0] / ((5 * 8.5 + 91 ** 2) / 7)).toBeCloseTo(1, 6);
});

test("the statistics of training come back after an error", async () => {
  const { norm, network } = normalizing();
  const before = numbers(norm);
  await expect(withPreciseBatchNorm(network, data, {}, () => Promise.reject(new Error("stop")))).rejects.toThrow(
    "stop",
  );
  expect(numbers(norm)).toEqual(before);
});

const settings = { layers: [48, 6, 3], normalizationLayers: "batch", epochs: 2, augmentation: { cutmix: 1 } };

test("the best epoch has them, and training is the same as without", async () => {
  const [precise, plain] = [tinyOptions({ ...settings, preciseBatchNorm: true }), tinyOptions(settings)];
  const [{ best, history }, usual] = [await fit(precise), await fit(plain)];
  expect(history.loss).toEqual(usual.history.loss);
  expect(precise.network.save()).toEqual(plain.network.save());
  const mean = best?.parameters.fc1_bn_mean;
  expect(mean?.shape).toEqual([6]);
  expect(mean).not.toEqual(usual.best?.parameters.fc1_bn_mean);
});

test.each([
  ["no buffers", { layers: [48, 6, 3] }],
  [
    "buffers of a layer that is not trained",
    {
      layers: [
        { kind: "conv2d", outputs: 6, kernel: 2, whitened: true },
        { kind: "flatten" },
        { kind: "linear", outputs: 3 },
      ],
    },
  ],
])("without batch normalization there is nothing to measure: %s", async (_, layers) => {
  const wrong = "preciseBatchNorm: expected a network with batch normalization, found a network without it";
  const options = tinyOptions({ ...layers, preciseBatchNorm: true });
  await expect(fit(options)).rejects.toThrow(new SettingsError(`${wrong}; leave it out`));
});
