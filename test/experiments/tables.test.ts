import type { Option } from "commander";
import { describe, expect, test } from "vitest";
import { commands } from "../../cli/program.ts";
import {
  activations,
  type Dataset,
  fit,
  initializers,
  type LossName,
  losses,
  type OptimizerName,
  optimizers,
  parseSettings,
  prepareFit,
  RandomState,
  readSettings,
  type ScheduleName,
  schedules,
  Tensor,
  type TrainSettings,
  type TrainSettingsInput,
  trainSettings,
} from "../../src/index.ts";
import { tinyNormalization, tinySplits } from "../training/tinyRun.ts";

// Each table again, by hand: a kind that is added or renamed has to be added here, in the README and in the guide.
const documented = {
  "--activation": [
    "gelu",
    "geluExact",
    "relu",
    "leakyRelu",
    "tanh",
    "sigmoid",
    "silu",
    "softplus",
    "elu",
    "selu",
    "hardSwish",
  ],
  "--initializer": ["scaled", "he", "xavier", "lecun", "orthogonal", "identity", "zeros"],
  "--loss": ["crossEntropy", "meanSquaredError", "meanAbsoluteError", "huber", "binaryCrossEntropy"],
  "--optimizer": ["sgd", "adam", "nadam", "rmsprop", "adagrad", "lion", "muon"],
  "--schedule": ["constant", "step", "exponential", "cosine", "oneCycle", "triangle", "plateau"],
} as const;

const tables: Record<keyof typeof documented, object> = {
  "--activation": activations,
  "--initializer": initializers,
  "--loss": losses,
  "--optimizer": optimizers,
  "--schedule": schedules,
};

describe("handgrad train --help", () => {
  const flags = Object.keys(documented) as (keyof typeof documented)[];
  test.each(flags)("%s offers the keys of its table", async (flag) => {
    const command = await commands.train.load();
    const option = command.options.find(({ long }) => long === flag) as Option;
    expect([...(option.argChoices ?? [])].sort()).toEqual([...documented[flag]].sort());
    expect(Object.keys(tables[flag]).sort()).toEqual([...documented[flag]].sort());
    const help = command.helpInformation().replace(/\s+/g, " ");
    expect(help).toContain(`(choices: ${Object.keys(tables[flag]).map((name) => `"${name}"`).join(", ")})`); // biome-ignore format: one
  });

  test("a setting that a flag sets is one of the settings", async () => {
    const command = await commands.train.load();
    for (const flag of flags) {
      const name = command.options.find(({ long }) => long === flag)?.attributeName() ?? "";
      expect(Object.keys(trainSettings.entries)).toContain(name);
    }
  });
});

const numbersOf = ({ labels, ...data }: Dataset): Dataset => ({
  ...{ ...data, labels: new Int32Array(labels.length) },
  targets: { kind: "numbers", values: Float64Array.from(labels, (label) => label / 3), width: 1 },
});
const labelsOf = ({ labels, ...data }: Dataset): Dataset => ({
  ...{ ...data, labels: new Int32Array(labels.length) },
  targets: { kind: "labels", values: Float64Array.from(labels, (label) => Number(label > 0)), width: 1 },
});

function prepared(settings: TrainSettings, change: (data: Dataset) => Dataset = (data) => data) {
  const { train, validation } = tinySplits;
  return prepareFit(settings, {
    train: change(train),
    validation: change(validation),
    normalization: tinyNormalization,
  });
}

const base = { layers: [48, 6, 3], epochs: 3, batchSize: 10 };

describe("settings of every kind", () => {
  test.each(documented["--schedule"])("the schedule %s, with its defaults, and in training", async (kind) => {
    const parsed = parseSettings({ ...base, schedule: { kind } });
    expect(parsed.schedule.kind).toBe(kind);
    expect(parseSettings({ ...base, schedule: parsed.schedule })).toEqual(parsed);
    expect((await fit(prepared(parsed))).history.loss.every(Number.isFinite)).toBe(true);
    expect(() => readSettings({ schedule: { kind, surprise: 1 } })).toThrow("surprise: there is no such setting");
  });

  const defaults: Record<ScheduleName, object> = {
    constant: {},
    step: { factor: 0.1, every: 30 },
    exponential: { factor: 0.95 },
    cosine: { minimum: 0 },
    oneCycle: { rise: 0.3, startDivisor: 25, endDivisor: 1e4 },
    triangle: { rise: 0.2, start: 0.2, end: 0 },
    plateau: { factor: 0.1, patience: 10, threshold: 1e-4, minimum: 0 },
  };
  test.each(documented["--schedule"])("what %s is when nothing is said", (kind) => {
    expect(parseSettings({ schedule: { kind } }).schedule).toEqual({ kind, ...defaults[kind] });
  });

  const rates: Record<OptimizerName, number> = {
    sgd: 0.1,
    adam: 1e-3,
    rmsprop: 1e-3,
    adagrad: 1e-2,
    lion: 1e-4,
    nadam: 2e-3,
    muon: 0.02,
  };
  test.each(documented["--optimizer"])("the optimizer %s, its learning rate and all of its options", async (kind) => {
    const parsed = parseSettings({ ...base, optimizer: kind });
    expect(parsed.learningRate).toBe(rates[kind]);
    expect(prepared(parsed).optimizer).toMatchObject({ kind, learningRate: rates[kind] });
    const notNumbers = ["nesterov", "amsgrad", "adamLayers"];
    const own = Object.keys(optimizers[kind].options.entries).filter((name) => !notNumbers.includes(name));
    const options = Object.fromEntries(own.map((name, i) => [name, 0.5 + i / 100]));
    const made = prepared(parseSettings({ ...base, optimizer: kind, learningRate: 0.02, ...options })).optimizer;
    expect(made).toMatchObject({ kind, learningRate: 0.02, ...options });
    expect((await fit(prepared(parsed))).history.loss).toHaveLength(12);
  });

  const dataOf: Record<LossName, (data: Dataset) => Dataset> = {
    crossEntropy: (data) => data,
    meanSquaredError: numbersOf,
    meanAbsoluteError: numbersOf,
    huber: numbersOf,
    binaryCrossEntropy: labelsOf,
  };
  test.each(documented["--loss"])("the loss %s is what is trained, named or not", async (loss) => {
    const outputs = loss === "crossEntropy" ? 3 : 1;
    const layers = [48, 6, outputs];
    const named = prepared(parseSettings({ ...base, layers, loss, learningRate: 0.01 }), dataOf[loss]);
    expect(named.loss.kind).toBe(loss);
    const unnamed = loss === "meanAbsoluteError" || loss === "huber" ? "meanSquaredError" : loss;
    expect(prepared(parseSettings({ ...base, layers }), dataOf[loss]).loss.kind).toBe(unnamed);
    const { history } = await fit(named);
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0]);
  });

  test.each(documented["--activation"])("the activation %s and every initializer make a network", (activation) => {
    for (const initializer of documented["--initializer"]) {
      const { network } = prepared(parseSettings({ ...base, activation, initializer }));
      expect(network.layers[2].kind).toBe(activation);
      expect(network.layers[1]).toMatchObject({ kind: "linear", initializer });
      expect(network.forward(Tensor.zeros([1, 4, 4, 3])).shape).toEqual([1, 3]);
    }
  });
});

describe("settings of earlier versions", () => {
  const read = (settings: object) => readSettings({ ...base, ...settings });
  const plain = { kind: "constant" } as const;

  test.each<[object, TrainSettingsInput["schedule"]]>([
    [{ learningRateDecay: { factor: 0.5, every: 2 } }, { kind: "step", factor: 0.5, every: 2 }],
    [{ learningRateDecay: { factor: 0.5 } }, { kind: "step", factor: 0.5, every: 1 }],
    [
      { learningRateDecay: { factor: 0.5, every: 2 }, schedule: plain },
      { kind: "step", factor: 0.5, every: 2 },
    ],
    [{ learningRateDecay: { factor: 1, every: 1 } }, plain],
    [
      { learningRateDecay: { factor: 1, every: 1 }, schedule: { kind: "cosine" } },
      { kind: "cosine", minimum: 0 },
    ],
    // A schedule came first where both were given
    [
      { learningRateDecay: { factor: 0.5, every: 1 }, schedule: { kind: "cosine" } },
      { kind: "cosine", minimum: 0 },
    ],
  ])("%j", (old, schedule) => {
    const settings = read(old);
    expect(settings.schedule).toEqual(schedule);
    expect(settings).not.toHaveProperty("learningRateDecay");
    expect(settings).toEqual(read({ schedule }));
  });

  test("train as they did: the learning rate is multiplied at the start of every epoch e > 0 with e mod every = 0", async () => {
    const run = prepared(read({ learningRate: 0.1, epochs: 5, learningRateDecay: { factor: 0.5, every: 2 } }));
    const rates: number[] = [];
    await fit({ ...run, onStep: () => rates.push(run.optimizer.learningRate) });
    expect([0, 1, 2, 3, 4].map((epoch) => rates[4 * epoch])).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
  });

  test.each([
    [{ learningRateDecay: 0.5 }, "settings: learningRateDecay: there is no such setting"],
    [{ learningRateDecay: { factor: -1 } }, "settings: schedule: factor: expected a number above 0, found -1"],
    [{ learningRateDecay: { factor: "x" } }, 'settings: schedule: factor: expected a number, found "x"'],
  ])("what never was a decay is refused: %j", (old, message) => {
    expect(() => read(old)).toThrow(message);
  });

  test("a whole file of settings of version 0.1 has the network that it had", () => {
    const old = {
      ...{ layers: [48, 6, 3], activation: "gelu", initScale: 0.7, keepProb: 0.5, dtype: "float32", optimizer: "sgd" },
      ...{ learningRate: 0.1, weightDecay: 0, scaledWeightDecay: 0, momentum: 0, nesterov: false, lambda: 0 },
      ...{ regularization: "none", learningRateDecay: { factor: 1, every: 1 }, schedule: { kind: "constant" } },
      ...{ warmUpEpochs: 0, labelSmoothing: 0, classWeights: "none", normalizationLayers: "batch", residual: false },
      ...{ initializer: "scaled", batchSize: 100, epochs: 5, seed: 123, labels: "coarse" },
    };
    const { network } = prepared({ ...readSettings(old), batchSize: 10 });
    const expected = new Float32Array(48 * 6);
    new RandomState(123).fillRandn(expected, 0.7);
    expect(network.getParameter("fc1_w").data).toEqual(expected);
    expect(network.parameterNames.slice(2, 4)).toEqual(["fc1_bn_w", "fc1_bn_b"]);
  });
});
