import { afterEach, expect, test, vi } from "vitest";
import { parseSettings } from "../../src/experiments/settings.ts";
import { checkTrainingMemory } from "../../src/experiments/trainingMemory.ts";
import { scalarKernels } from "../../src/kernels/scalar.ts";
import { Linear } from "../../src/layers/linear.ts";
import { countParameters } from "../../src/layers/parameterMemory.ts";
import { multilayerPerceptron } from "../../src/layers/presets.ts";
import { nativeKernels, nativeStatus } from "../../src/node/kernels/nativeKernels.ts";
import { HandgradError, SettingsError } from "../../src/tensor/errors.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

afterEach(() => vi.unstubAllGlobals());

test("parameters are counted: 3072-128-20 has 3072·128 + 128 + 128·20 + 20", () => {
  expect(countParameters([3072, 128, 20])).toBe(395_924);
});

test("layers that no array holds are refused before anything is allocated", () => {
  vi.stubGlobal("Float32Array", () => {
    throw new Error("allocated");
  });
  const build = () => multilayerPerceptron({ sizes: [3072, 1e9, 20], random: undefined });
  expect(build).toThrow(SettingsError);
  expect(build).toThrow(
    "layers 3072-1000000000-20: expected at most 8.6 GB of parameters, found 3,093,000,000,020 float32 numbers " +
      "(12,372.0 GB); make the layers smaller",
  );
  expect(() => new Linear(1e6, 1e6)).toThrow(/Linear 1000000→1000000: expected at most 8.6 GB/);
});

// (1023 + 1)·1000 + (1000 + 1)·1000 parameters; kept are values, gradients, the best epoch, and what the optimizer needs
const parameters = 1024 * 1000 + 1001 * 1000;
test.each([
  [{ optimizer: "sgd" }, 3 * 4],
  [{ optimizer: "sgd", momentum: 0.9 }, 4 * 4],
  [{ optimizer: "adam" }, 5 * 4],
  [{ optimizer: "lion", averageDecay: 0.99 }, 5 * 4],
  [{ optimizer: "adam", dtype: "float64" }, 5 * 8],
])("training with %j takes %i bytes a parameter", (extra, bytes) => {
  const settings = parseSettings({ layers: [1023, 1000, 1000], ...extra });
  checkTrainingMemory(settings, { available: bytes * parameters });
  const check = () => checkTrainingMemory(settings, { available: bytes * parameters - 1 });
  expect(check).toThrow(SettingsError);
  expect(check).toThrow(/layers 1023-1000-1000: expected at most .* found .* make the layers smaller$/);
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
