import { describe, expect, test } from "vitest";
import {
  Adagrad,
  Adam,
  BatchNorm,
  CrossEntropyLoss,
  clipByNorm,
  clipByValue,
  ExponentialMovingAverage,
  evaluation,
  Lion,
  makeSchedule,
  type Optimizer,
  RandomState,
  Rmsprop,
  type ScheduleSettings,
  SettingsError,
  Sgd,
  Tensor,
  Workspace,
  warmUp,
} from "../../src/index.ts";
import torch from "../fixtures/torchParts.json" with { type: "json" };

function near(ours: ArrayLike<number>, expected: readonly number[], tolerance = 1e-13): void {
  expect(ours).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(ours[i] - value), `at ${i}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
  });
}

const network = (values: readonly number[]) => ({
  values: Float64Array.from(values),
  gradients: new Float64Array(values.length),
  workspace: new Workspace(),
});

describe("PyTorch's schedules", () => {
  const rates = (settings: ScheduleSettings, steps: number, stepsPerEpoch = 1) => {
    const epochs = steps / stepsPerEpoch;
    const schedule = makeSchedule(settings, { learningRate: 0.4, epochs, stepsPerEpoch });
    return Array.from({ length: steps }, (_, step) => schedule.learningRate(step));
  };

  test.each([
    [{ kind: "oneCycle" }, torch.schedules.oneCycle],
    [{ kind: "cosine", minimum: 0.01 }, torch.schedules.cosine],
    [{ kind: "exponential", factor: 0.9 }, torch.schedules.exponential],
    [{ kind: "step", factor: 0.5, every: 3 }, torch.schedules.step],
  ] as const)("%o", (settings, expected) => near(rates(settings, expected.length), expected));

  test("plateau, also from a saved state in the middle", () => {
    const { losses, rates: expected } = torch.schedules.plateau;
    const settings = { kind: "plateau", factor: 0.5, patience: 2 } as const;
    const context = { learningRate: 0.4, epochs: losses.length, stepsPerEpoch: 1 };
    let schedule = makeSchedule(settings, context);
    losses.forEach((loss, epoch) => {
      expect(schedule.learningRate(epoch)).toBeCloseTo(expected[epoch], 14);
      schedule.observe?.(loss);
      const state = JSON.parse(JSON.stringify(schedule.state?.()));
      schedule = makeSchedule(settings, context);
      schedule.restore?.(state);
    });
  });

  test("the units are epochs, whatever their steps; warming up multiplies", () => {
    expect(rates({ kind: "step", factor: 0.5, every: 2 }, 6, 1).flatMap((rate) => [rate, rate, rate])).toEqual(
      rates({ kind: "step", factor: 0.5, every: 2 }, 18, 3),
    );
    const warm = warmUp(makeSchedule({ kind: "constant" }, { learningRate: 0.4, epochs: 2, stepsPerEpoch: 4 }), 4);
    near(
      [0, 1, 2, 3, 4].map((step) => warm.learningRate(step)),
      [0.1, 0.2, 0.3, 0.4, 0.4],
    );
  });

  test("a training without steps is refused", () => {
    expect(() => makeSchedule({ kind: "cosine" }, { learningRate: 1, epochs: 0, stepsPerEpoch: 1 })).toThrow(
      SettingsError,
    );
  });
});

describe("PyTorch's optimizers", () => {
  const { start, gradients, ...expected } = torch.optimizers;
  const makers: Record<keyof typeof expected, (of: ReturnType<typeof network>) => Optimizer> = {
    adamScaledDecay: (of) => new Adam(of, { learningRate: 0.05, scaledWeightDecay: 0.1 }),
    nesterov: (of) => new Sgd(of, { learningRate: 0.05, momentum: 0.8, nesterov: true }),
    rmsprop: (of) => new Rmsprop(of, { learningRate: 0.05, alpha: 0.9 }),
    adagrad: (of) => new Adagrad(of, { learningRate: 0.05 }),
  };
  test.each(Object.entries(makers))("%s", (name, make) => {
    const of = network(start);
    const optimizer = make(of);
    gradients.forEach((gradient, step) => {
      of.gradients.set(gradient);
      optimizer.step();
      near(of.values, expected[name as keyof typeof expected][step]);
    });
  });

  test("Lion, by hand: the sign of the mix, then the mean", () => {
    const of = network([1, 1, 1]);
    const lion = new Lion(of, { learningRate: 0.1, scaledWeightDecay: 0.5 });
    of.gradients.set([2, -3, 0]);
    lion.step(); // m was 0: the sign of g, and 0.05 of θ
    near(of.values, [0.85, 1.05, 0.95]);
    near(lion.state().buffers.m, [0.02, -0.03, 0]);
    of.gradients.set([-0.1, 0.1, 1]); // 0.9·0.02 − 0.1·0.1 > 0, 0.9·−0.03 + 0.1·0.1 < 0
    lion.step();
    near(of.values, [0.85 * 0.95 - 0.1, 1.05 * 0.95 + 0.1, 0.95 * 0.95 - 0.1]);
  });

  test("nesterov without momentum is refused", () => {
    expect(() => new Sgd(network([1]), { learningRate: 1, nesterov: true })).toThrow(SettingsError);
  });
});

test("clipping by norm as PyTorch does but for its 1e-6, and by value", () => {
  const { gradients, norm, clipped } = torch.clipByNorm;
  const of = network([0, 0, 0]);
  of.gradients.set(gradients);
  expect(clipByNorm(of, 2)).toBeCloseTo(norm, 14);
  near(of.gradients, clipped, 1e-6);
  expect(Math.hypot(...of.gradients)).toBeCloseTo(2, 14);
  expect(clipByNorm(of, 5)).toBeCloseTo(2, 14);
  of.gradients.set([3, -4, Number.NaN]);
  clipByValue(of, 3.5);
  expect([...of.gradients]).toEqual([3, -3.5, Number.NaN]);
});

test("ExponentialMovingAverage: its weights are (1 + t)/(10 + t) at first; using() puts the trained parameters back", async () => {
  const of = network([0]);
  const average = new ExponentialMovingAverage(of, { decay: 0.5 });
  let expected = 0;
  for (const [t, value] of [8, 4, 2].entries()) {
    of.values[0] = value;
    average.update();
    const decay = Math.min(0.5, (2 + t) / (11 + t));
    expected = decay * expected + (1 - decay) * value;
  }
  expect(await average.using(() => of.values[0])).toBeCloseTo(expected, 14);
  expect(of.values[0]).toBe(2);
  await expect(average.using(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(of.values[0]).toBe(2);
  const other = new ExponentialMovingAverage(network([0]), { decay: 0.5 });
  other.restore(average.state());
  expect(other.state()).toEqual(average.state());
});

test("BatchNorm's running statistics and its evaluation are PyTorch's", () => {
  const { w, b, batches, mean, variance, x, y } = torch.batchNorm;
  const layer = new BatchNorm(3, { dtype: "float64" });
  layer.w.value.data.set(w);
  layer.b.value.data.set(b);
  for (const batch of batches) {
    layer.forward(new Tensor([5, 3], Float64Array.from(batch)), { mode: "train", random: new RandomState(0) });
  }
  near(layer.runningMean.data, mean);
  near(layer.runningVariance.data, variance);
  near(layer.forward(new Tensor([2, 3], Float64Array.from(x)), evaluation).data, y);
});

describe("PyTorch's cross-entropy", () => {
  const { x, labels, weights, shares, ...expected } = torch.crossEntropy;
  const q = new Tensor([4, 3], Float64Array.from(shares));
  test.each([
    ["weighted", { classWeights: weights }, labels],
    ["weightedSum", { classWeights: weights, sizeAverage: false }, labels],
    ["weightedSmoothed", { classWeights: weights, labelSmoothing: 0.1 }, labels],
    ["soft", {}, q],
    ["softSmoothed", { labelSmoothing: 0.2 }, q],
  ] as const)("%s", (name, options, targets) => {
    const loss = new CrossEntropyLoss(options);
    near([loss.forward(new Tensor([4, 3], Float64Array.from(x)), targets)], [expected[name].loss]);
    near(loss.backward().data, expected[name].dx);
  });

  test("weights of another number of classes, or all 0, are refused", () => {
    const logits = new Tensor([1, 3], new Float64Array(3));
    expect(() => new CrossEntropyLoss({ classWeights: [1, 2] }).forward(logits, [0])).toThrow("3 classes, but 2");
    expect(() => new CrossEntropyLoss({ classWeights: [0, 0, 0] })).toThrow(SettingsError);
  });
});
