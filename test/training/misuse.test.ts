import { describe, expect, test } from "vitest";
import {
  Adagrad,
  Adam,
  BatchNorm,
  type Dataset,
  datasetOf,
  ExponentialMovingAverage,
  type FitOptions,
  fit,
  Gelu,
  HandgradError,
  Linear,
  Lion,
  MeanSquaredError,
  makeNetwork,
  makeOptimizer,
  RandomState,
  Residual,
  Rmsprop,
  readSettings,
  Sequential,
  Sgd,
} from "../../src/index.ts";

const random = new RandomState(1);
const made = () => new Sequential([new Linear(2, 3, { random: new RandomState(1) })]);
const network = made();
const rows = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
const classes = datasetOf({ inputs: rows, labels: [0, 1, 2, 0], name: "four rows" });
const numbers = datasetOf({ inputs: rows, targets: [1, 2, 3, 4], name: "four numbers" });
const optimizer = { kind: "sgd", learningRate: 0.1 } as const;
const options: FitOptions = {
  network,
  optimizer,
  train: classes,
  validation: classes,
  epochs: 1,
  batchSize: 2,
  random,
};

/** What plain JavaScript can pass: these calls do not compile, as `misuses` below shows. */
const loose = <Call>(call: Call) => call as (...given: unknown[]) => Promise<unknown>;
const construct = (made: unknown) => made as new (...given: unknown[]) => unknown;

/** Exactly one line: where, what was expected, what was found. */
async function oneLine(call: () => unknown, message: string): Promise<void> {
  const error = await (async () => call())().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HandgradError);
  expect((error as Error).message).toBe(message);
  expect(message).toMatch(/^[^\n]+: [^\n]*expected [^\n]+/);
}

describe("a network", () => {
  test.each<[string, () => unknown, string]>([
    [
      "layers one by one",
      () => new (construct(Sequential))(new Gelu(), new Gelu()),
      "Sequential: expected a list of layers, found a layer; write new Sequential([a, b])",
    ],
    [
      "nothing",
      () => new (construct(Sequential))(),
      "Sequential: expected a list of layers, found nothing; write new Sequential([a, b])",
    ],
    [
      "a description",
      () => new (construct(Sequential))([new Gelu(), { kind: "relu" }]),
      "Sequential: layers[1]: expected a layer, found an object; makeNetwork makes layers from plain data",
    ],
    [
      "a class in place of a layer",
      () => new (construct(Sequential))([Gelu]),
      "Sequential: layers[0]: expected a layer, found a function; makeNetwork makes layers from plain data",
    ],
    [
      "a text in a residual",
      () => new (construct(Residual))(["gelu"]),
      "Sequential: layers[0]: expected a layer, found a text; makeNetwork makes layers from plain data",
    ],
    [
      "arrays as input",
      () => loose(network.forward.bind(network))([[1, 2]]),
      "Sequential: input: expected a Tensor, found a list; tensor([[1, 2]]) makes one",
    ],
    [
      "no input",
      () => loose(network.forward.bind(network))(),
      "Sequential: input: expected a Tensor, found nothing; tensor([[1, 2]]) makes one",
    ],
    [
      "arrays as input of a network without parameters",
      () => new Sequential([new Gelu()]).forward([[1, 2]] as never),
      "Sequential: input: expected a Tensor, found a list; tensor([[1, 2]]) makes one",
    ],
    ...[[], [{}]].map((given): [string, () => unknown, string] => [
      `Linear with ${JSON.stringify(given)}, without random`,
      () => new (construct(Linear))(2, 3, ...given),
      'Linear 2→3: expected a random stream that draws the weights, found none; pass { random: new RandomState(seed) }, or { initializer: "zeros" } for weights that are loaded',
    ]),
    [
      "an unknown initializer",
      () => new (construct(Linear))(2, 3, { random, initializer: "hee" }),
      "Linear 2→3: initializer: expected one of scaled, he, xavier, lecun, orthogonal, identity, zeros, found hee",
    ],
    [
      "layers that do not fit into memory",
      () => new Linear(1e6, 1e6, { random }),
      "Linear 1000000→1000000: expected at most 8.6 GB of parameters, found 1,000,001,000,000 float32 numbers (4,000.0 GB); make the layers smaller",
    ],
    [
      "the same as data",
      () => makeNetwork({ inputShape: [1e6], layers: [{ kind: "linear", outputs: 1e6 }] }, { random }),
      "layers[0]: expected at most 2,147,483,648 parameters in all, what one array of 8.6 GB holds in float32, found 1,000,001,000,000 in this layer (its inputs are (batch, 1000000))",
    ],
  ])("%s", (_, call, message) => {
    return oneLine(call, message);
  });
});

describe("optimizers", () => {
  const kinds = { Adagrad, Adam, Lion, Rmsprop, Sgd };

  test.each(Object.entries(kinds))("%s of parameters, of nothing, without a learning rate", async (name, Kind) => {
    const expected = `${name}: expected the network to train, found`;
    const make = construct(Kind);
    await oneLine(() => new make(network.parameters), `${expected} a list; pass the Sequential itself`);
    await oneLine(() => new make(undefined), `${expected} nothing; pass the Sequential itself`);
    for (const given of [[], [{}], [{ learningRate: undefined }]]) {
      const message = `${name}: learningRate: expected a number of at least 0, found nothing`;
      await oneLine(() => new make(network, ...given), message);
    }
    const text = `${name}: learningRate: expected a number of at least 0, found a text`;
    await oneLine(() => new make(network, { learningRate: "0.1" }), text);
    await oneLine(
      () => new make(network, { learningRate: -1 }),
      `${name}: learningRate: expected a number of at least 0, found -1`,
    );
  });

  test.each([
    [{ kind: "adam" }, "optimizer adam: learningRate: expected a value, found none"],
    [{ kind: "sgd", learningRate: -1 }, "optimizer sgd: learningRate: expected a number of at least 0, found -1"],
    [
      { kind: "adma", learningRate: 1 },
      'optimizer: kind: expected one of "sgd", "adam", "nadam", "rmsprop", "adagrad", "lion", "muon", found "adma"',
    ],
  ])("as plain data: %j", async (settings, message) => {
    await oneLine(() => loose(makeOptimizer)(settings, network), message);
    await oneLine(() => loose(fit)({ ...options, optimizer: settings }), message);
  });

  test("a misspelt option of plain data is named, and the missing one", async () => {
    const settings = { kind: "sgd", lerningRate: 0.1 };
    await expect(loose(fit)({ ...options, optimizer: settings })).rejects.toThrow(
      /^optimizer sgd:\n {2}learningRate: expected a value, found none\n {2}lerningRate: there is no such setting$/,
    );
    expect(() => loose(makeOptimizer)({ ...optimizer, momentun: 0.9 }, network)).toThrow(
      /^optimizer sgd: momentun: there is no such setting$/,
    );
  });
});

describe("fit", () => {
  const normalized = () =>
    new Sequential([new BatchNorm(2), new Linear(2, 3, { random: new RandomState(1), name: "out" })]);
  const image = (labels: readonly number[]): Partial<Dataset> => ({ labels: Int32Array.from(labels) });

  test.each<[string, unknown, string]>([
    ["arrays", { inputs: rows, labels: [0, 1, 2, 0] }, "fit: network: expected a Sequential, found nothing"],
    ["nothing", undefined, "fit: network: expected a Sequential, found nothing"],
    ["a list of layers", { ...options, network: [] }, "fit: network: expected a Sequential, found a list"],
    [
      "arrays as data",
      { ...options, train: { inputs: rows, labels: [0, 1, 2, 0] } },
      "fit: train: expected a Dataset, found no inputShape in it; datasetOf({ inputs, labels }) makes a Dataset",
    ],
    [
      "a list as data",
      { ...options, validation: rows },
      "fit: validation: expected a Dataset, found no inputs in it; datasetOf({ inputs, labels }) makes a Dataset",
    ],
    [
      "labels alone",
      { ...options, train: image([1]) },
      "fit: train: expected a Dataset, found no inputs in it; datasetOf({ inputs, labels }) makes a Dataset",
    ],
    [
      "no validation",
      { ...options, validation: undefined },
      "fit: validation: expected a Dataset, found nothing; datasetOf({ inputs, labels }) makes a Dataset",
    ],
    ["no random", { ...options, random: undefined }, "fit: random: expected new RandomState(seed), found nothing"],
    ["a seed", { ...options, random: 5 }, "fit: random: expected new RandomState(seed), found a number"],
    [
      "no epochs",
      { ...options, epochs: undefined },
      "fit: epochs: expected a whole number of at least 1, found nothing",
    ],
    ["half an epoch", { ...options, epochs: 0.5 }, "fit: epochs: expected a whole number of at least 1, found 0.5"],
    [
      "no optimizer",
      { ...options, optimizer: undefined },
      'fit: optimizer: expected plain data such as { kind: "adam", learningRate: 0.001 }, found nothing',
    ],
    [
      "the name of an optimizer",
      { ...options, optimizer: "adam" },
      'fit: optimizer: expected plain data such as { kind: "adam", learningRate: 0.001 }, found a text',
    ],
    [
      "an optimizer of another network",
      { ...options, optimizer: new Sgd(made(), { learningRate: 0.1 }) },
      'fit: optimizer: expected one of the network that is trained, found one of another network; pass plain data such as { kind: "adam", learningRate: 0.001 }',
    ],
    [
      "an average of another network",
      { ...options, average: new ExponentialMovingAverage(made(), {}) },
      "fit: average: expected one of the network that is trained, found one of another network; pass { decay }",
    ],
    ["an average as a number", { ...options, average: 0.9 }, "fit: average: expected an object, found 0.9"],
    [
      "an average that never moves",
      { ...options, average: { decay: 1 } },
      "fit: average: decay: expected a number below 1, found 1",
    ],
    [
      "the name of a schedule",
      { ...options, schedule: "cosine" },
      'fit: schedule: expected plain data such as { kind: "cosine" }, found a text',
    ],
    [
      "a misspelt schedule",
      { ...options, schedule: { kind: "cosin" } },
      'schedule: kind: expected one of "constant", "step", "exponential", "cosine", "oneCycle", "triangle", "plateau", found "cosin"',
    ],
    ...["crossEntrophy", "toString"].map((loss): [string, unknown, string] => [
      `the loss ${loss}`,
      { ...options, loss },
      `fit: loss: expected one of crossEntropy, meanSquaredError, meanAbsoluteError, huber, binaryCrossEntropy, found ${loss}`,
    ]),
    [
      "mean squared error on classes",
      { ...options, loss: new MeanSquaredError() },
      "loss meanSquaredError: expected numbers, labels or probabilities to train for, found classes in four rows",
    ],
    [
      "cross-entropy on numbers",
      { ...options, loss: "crossEntropy", train: numbers, validation: numbers },
      "loss crossEntropy: expected classes or probabilities to train for, found numbers in four numbers",
    ],
    [
      "a batch of one with batch normalization",
      { ...options, network: normalized(), batchSize: 1 },
      "bn1 (batchNorm 2): expected a training batch of at least 2 rows (one row has no variance), found (1, 2); use larger batches, or layer normalization",
    ],
    [
      "scores after every 0 epochs",
      { ...options, evaluateEvery: 0 },
      "fit: evaluateEvery: expected a whole number of at least 1, found 0",
    ],
    [
      "a misspelt option",
      { ...options, lerningRate: 0.1 },
      "fit: lerningRate: there is no such option; expected some of network, loss, optimizer, regularizer, augmentation, classes, clip, teacher, train, trainEvaluated, validation, normalization, epochs, batchSize, random, dropoutRandom, schedule, average, preciseBatchNorm, evaluateEvery, patience, ties, guard, sharding, signal, resume, checkpoint, onStep, onEpoch",
    ],
  ])("%s", (_, given, message) => oneLine(() => loose(fit)(given), message));

  test("what is right is not refused: an own optimizer and average, functions, plain data, options that are undefined", async () => {
    const own = made();
    const average = new ExponentialMovingAverage(own, { decay: 0.9 });
    await fit({
      ...options,
      network: own,
      optimizer: new Sgd(own, { learningRate: 0.1 }),
      average,
      patience: undefined,
    });
    await fit({
      ...options,
      optimizer: (network) => new Adam(network, { learningRate: 0.1 }),
      average: { decay: 0.9 },
    });
    await fit({ ...options, schedule: { learningRate: () => 0.1 }, loss: "crossEntropy" });
    await fit({ ...options, schedule: { kind: "cosine" }, train: classes });
  });
});

describe("settings", () => {
  test.each([
    [{ lerningRate: 0.1 }, "settings: lerningRate: there is no such setting"],
    [{ schedule: { kind: "cosine", minimun: 1 } }, "settings: schedule: minimun: there is no such setting"],
    [
      { optimizer: "adma" },
      'settings: optimizer: expected one of "sgd", "adam", "nadam", "rmsprop", "adagrad", "lion", "muon", found "adma"',
    ],
    [
      { schedule: { kind: "cosin" } },
      'settings: schedule.kind: expected one of "constant", "step", "exponential", "cosine", "oneCycle", "triangle", "plateau", found "cosin"',
    ],
    [{ layers: "3-2" }, 'settings: layers: expected a list of sizes, or of layers, found "3-2"'],
    [{ layers: [3] }, "settings: layers: expected at least 2 sizes of at least 1 (inputs, outputs), found [3]"],
    [
      { layers: [{ kind: "residual", layers: [{ kind: "linear", outputs: -1 }] }] },
      "settings: layers[0].layers[0].outputs: expected a number of at least 1, found -1",
    ],
    [{ learningRate: "0.1" }, 'settings: learningRate: expected a number, found "0.1"'],
    [
      { loss: "meanSquaredError", labelSmoothing: 0.1 },
      "settings: labelSmoothing: expected the loss crossEntropy, found meanSquaredError",
    ],
    [
      { layers: [{ kind: "linear", outputs: 2 }], initScale: 0.1 },
      "settings: initScale: expected layers as a list of sizes, found a list of layers; set it there",
    ],
    [undefined, "settings: expected an object, found nothing"],
  ])("%j", (settings, message) => {
    expect(() => readSettings(settings)).toThrow(message);
    expect(() => readSettings(settings)).toThrow(/^[^\n]+$/);
  });
});
