import { describe, expect, test } from "vitest";
import {
  evaluate,
  fit,
  measureNormalization,
  networkOf,
  type PreparedFit,
  parseSettings,
  prepareFit,
  RandomState,
  readSettings,
  restoreNetwork,
  SettingsError,
  syntheticSplits,
} from "../../src/index.ts";

const data = syntheticSplits({ random: new RandomState(100), sizes: { train: 300, validation: 100, test: 50 } });
const normalization = measureNormalization(data.train);

function options(overrides: object = {}): PreparedFit {
  const settings = {
    layers: [3072, 8, 20],
    initScale: 0.01,
    epochs: 3,
    batchSize: 50,
    learningRate: 0.05,
    ...overrides,
  };
  return prepareFit(parseSettings(settings), { ...data, normalization });
}

describe("fit", () => {
  test("the loss falls, and the history has a loss a step and two accuracies an epoch", async () => {
    const { history, stopped } = await fit(options({ epochs: 5 }));
    expect(stopped).toBe(false);
    expect(history.loss.length).toBe(5 * 6);
    expect(history.trainScore.length).toBe(5);
    expect(history.valScore.length).toBe(5);
    expect(history.loss[29]).toBeLessThan(history.loss[0]);
  });

  test("the same seed gives the same run, another seed another", async () => {
    const [one, same, other] = [await fit(options()), await fit(options()), await fit(options({ seed: 5 }))];
    expect(same).toEqual(one);
    expect(other.history.loss).not.toEqual(one.history.loss);
  });

  test("the best parameters are a copy that later steps do not change", async () => {
    const given = options();
    const { best, history } = await fit(given);
    expect(best?.score).toBe(Math.max(...history.valScore));
    expect(best?.epoch).toBe(history.valScore.indexOf(Math.max(...history.valScore)));
    const before = best?.parameters.fc1_w.clone();
    given.network.values.fill(0);
    expect(best?.parameters.fc1_w).toEqual(before);
    given.network.load(best?.parameters ?? {});
    expect((await evaluate(given.network, data.validation, { normalization })).score).toBe(best?.score);
  });

  test("the learning rate is multiplied at the start of every epoch e > 0 with e mod every = 0", async () => {
    const given = options({ epochs: 5, schedule: { kind: "step", factor: 0.5, every: 2 } });
    const rates: number[] = [];
    await fit({ ...given, onStep: () => rates.push(given.optimizer.learningRate) });
    const rate = (epoch: number) => rates[epoch * 6];
    expect([0, 1, 2, 3, 4].map(rate)).toEqual([0.05, 0.05, 0.025, 0.025, 0.0125]);
  });

  test("an aborted run keeps what was done", async () => {
    const controller = new AbortController();
    const { history, stopped, best } = await fit({
      ...options({ epochs: 100 }),
      signal: controller.signal,
      onEpoch: ({ epoch }) => epoch === 1 && controller.abort(),
    });
    expect(stopped).toBe(true);
    expect(history.valScore.length).toBe(2);
    expect(best).toBeDefined();
  });

  test("dropout draws from a stream of its own: the shuffles stay the same", async () => {
    const given = options({ keepProb: 0.5 });
    await fit(given);
    const without = options();
    await fit(without);
    expect(given.random.state).toEqual(without.random.state);
  });

  test.each([{ epochs: 0 }, { batchSize: 0 }, { layers: [3072] }, { learningRate: -1 }, { seed: -1 }, { surprise: 1 }])(
    "settings that do not fit are refused by name: %o",
    (settings) => {
      expect(() => readSettings(settings)).toThrow(SettingsError);
      expect(() => readSettings(settings)).toThrow(Object.keys(settings)[0]);
    },
  );
});

test("evaluate: the same result for every batch size, and a row's class is its largest output", async () => {
  const { network } = options();
  const whole = await evaluate(network, data.test, { normalization, batchSize: 50 });
  const parts = await evaluate(network, data.test, { normalization, batchSize: 7 });
  expect(parts.score).toBe(whole.score);
  expect(parts.predictions).toEqual(whole.predictions);
  expect(parts.loss).toBeCloseTo(whole.loss, 5);
});

test("a model whose labels do not fit its outputs is refused", () => {
  const model = {
    network: networkOf(parseSettings({ layers: [3072, 8, 20] }), [32, 32, 3]),
    answers: "classes" as const,
    normalization,
    labelNames: ["a", "b"],
    standIn: true,
    parameters: options().network.save(),
  };
  expect(() => restoreNetwork(model)).toThrow("20 outputs, but there are 2 labels");
});
