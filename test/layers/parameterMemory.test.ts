import { afterEach, expect, test, vi } from "vitest";
import { datasetOf } from "../../src/data/datasetOf.ts";
import { prepareFit } from "../../src/experiments/build.ts";
import { parseSettings } from "../../src/experiments/settings.ts";
import { parameterLimit } from "../../src/experiments/trainingMemory.ts";
import { scalarKernels } from "../../src/kernels/scalar.ts";
import { Linear } from "../../src/layers/linear.ts";
import { multilayerPerceptron } from "../../src/layers/multilayerPerceptron.ts";
import { nativeKernels, nativeStatus } from "../../src/node/kernels/nativeKernels.ts";
import { RandomState } from "../../src/random/randomState.ts";
import { HandgradError, SettingsError } from "../../src/tensor/errors.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

afterEach(() => vi.unstubAllGlobals());

test("layers that no array holds are refused before anything is allocated", () => {
  vi.stubGlobal("Float32Array", () => {
    throw new Error("allocated");
  });
  const random = new RandomState(1);
  const build = () => multilayerPerceptron({ sizes: [3072, 1e9, 20], random });
  expect(build).toThrow(SettingsError);
  expect(build).toThrow(
    "layers[1]: expected at most 2,147,483,648 parameters in all, what one array of 8.6 GB holds in float32, found 3,073,000,000,000 in this layer",
  );
  expect(() => new Linear(1e6, 1e6, { random })).toThrow(/Linear 1000000→1000000: expected at most 8.6 GB/);
});

// (1023 + 1)·1000 + (1000 + 1)·1000 parameters; kept are values, gradients, the best epoch, and what the optimizer needs
const parameters = 1024 * 1000 + 1001 * 1000;
test.each([
  [{ optimizer: "sgd" }, 3 * 4],
  [{ optimizer: "sgd", momentum: 0.9 }, 4 * 4],
  [{ optimizer: "adam" }, 5 * 4],
  [{ optimizer: "adam", amsgrad: true }, 6 * 4],
  [{ optimizer: "lion", emaDecay: 0.99 }, 5 * 4],
  [{ optimizer: "adam", dtype: "float64" }, 5 * 8],
] as const)("training with %j takes %i bytes a parameter", (extra, bytes) => {
  const settings = parseSettings({ layers: [1023, 1000, 1000], ...extra });
  expect(parameterLimit(settings, bytes * parameters).parameters).toBe(parameters);
  expect(parameterLimit(settings, bytes * parameters - 1).parameters).toBe(parameters - 1);
});

test("a network beyond the memory of a training is refused with what it needs, before it is allocated", () => {
  const settings = parseSettings({ layers: [4, 1000, 2], batchSize: 2 });
  const inputs = new Float32Array(8);
  const data = datasetOf({ inputs: new Tensor([2, 4], inputs), labels: [0, 1] });
  const build = (memory: number) => prepareFit(settings, { train: data, validation: data }, undefined, memory);
  expect(build(3 * 4 * 7002).network.values).toHaveLength(7002);
  expect(() => build(3 * 4 * 7002 - 1)).toThrow(
    /layers\[3\]: expected at most 7,001 parameters in all, what .+ of memory hold/,
  );
});

test("an allocation that fails says what it was for", () => {
  const message =
    /^cannot allocate 1,125,899,906,842,624 float32 numbers \(4,503,599\.6 GB\) for .*; use smaller layers or batches$/;
  for (const allocate of [
    () => Tensor.zeros([2 ** 25, 2 ** 25]),
    () => scalarKernels.allocate("float32", 2 ** 50),
    ...(nativeStatus().available ? [() => nativeKernels().allocate("float32", 2 ** 50)] : []),
  ]) {
    expect(allocate).toThrow(HandgradError);
    expect(allocate).toThrow(message);
  }
  expect(() => Tensor.zeros([2 ** 25, 2 ** 25])).toThrow(/for a tensor of shape \(33554432, 33554432\)/);
});
