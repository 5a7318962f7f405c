import { describe, expect, test } from "vitest";
import {
  Adam,
  BatchNorm,
  CrossEntropyLoss,
  type Dataset,
  datasetOf,
  evaluation,
  type FitOptions,
  fit,
  Gelu,
  HandgradError,
  Linear,
  MeanSquaredError,
  ParameterAverage,
  parseSettings,
  RandomState,
  readSettings,
  Sequential,
  Sgd,
  tensor,
} from "../../src/index.ts";

const classes = () =>
  datasetOf({
    name: "classes",
    inputs: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    labels: [0, 1, 1, 0],
  });
const numbers = () => datasetOf({ name: "numbers", inputs: [[0], [1], [2], [3]], targets: [[0], [1], [4], [9]] });

function network(inputs = 2, outputs = 2): Sequential {
  const random = new RandomState(1);
  return new Sequential([new Linear(inputs, 8, { random }), new Gelu(), new Linear(8, outputs, { random })]);
}

function options(overrides: object = {}, data: Dataset = classes()): FitOptions {
  return {
    network: network(data.inputShape[0], data.targets?.width ?? 2),
    optimizer: { kind: "sgd", learningRate: 0.1 },
    ...{ train: data, validation: data, batchSize: 4, epochs: 1, random: new RandomState(2) },
    ...overrides,
  };
}

/** What fails at run time as well: callers without types, data from files. */
const failing: Record<string, readonly [() => unknown, RegExp]> = {
  "an optimizer of a list of parameters": [
    () => new Adam(network().parameters as never, { learningRate: 0.1 }),
    /^Adam: expected the network to train, found a list; pass the Sequential itself$/,
  ],
  "an optimizer without a learning rate": [
    () => new Sgd(network(), {} as never),
    /^Sgd: learningRate: expected a number of at least 0, found nothing$/,
  ],
  "plain data without a learning rate": [
    () => fit(options({ optimizer: { kind: "adam" } })),
    /^optimizer adam: learningRate: expected a value, found none$/,
  ],
  "an optimizer that there is not": [
    () => fit(options({ optimizer: { kind: "adma", learningRate: 0.1 } })),
    /^optimizer: kind: expected one of "sgd", "adam", "rmsprop", "adagrad", "lion", found "adma"$/,
  ],
  "layers side by side": [
    () => new (Sequential as never as new (...layers: object[]) => object)(new Gelu(), new Gelu()),
    /^Sequential: expected a list of layers, new Sequential\(\[layer, layer\]\), found gelu$/,
  ],
  "a list of something else": [
    () => new Sequential([new Gelu(), "gelu" as never]),
    /^Sequential: layers\[1\]: expected a layer, found string; new Sequential\(\[layer, layer\]\)$/,
  ],
  "a layer in two networks": [
    () => {
      const layer = new Gelu();
      new Sequential([layer]);
      return new Sequential([layer]);
    },
    /^gelu: expected a layer that is in no other network, found one that is; make a new layer for each network$/,
  ],
  "an array instead of a tensor": [
    () => network().forward([[1, 2]] as never),
    /^Sequential: forward: expected a Tensor \(batch, …\), found an array; tensor\(\[\[…\]\]\) makes one$/,
  ],
  "fit with arrays alone": [
    () => fit({ inputs: [[1]], labels: [0] } as never),
    /^fit: network: expected a Sequential, found nothing$/,
  ],
  "data that is no data set": [
    () => fit(options({ train: { inputs: [[1]], labels: [0] } })),
    /^fit: train: expected a Dataset, found no inputShape in it; datasetOf\(\{ inputs, labels \}\) makes a Dataset$/,
  ],
  "mean squared error on classes": [
    () => fit(options({ loss: new MeanSquaredError() })),
    /^loss meanSquaredError: expected numbers or labels or probabilities to train for, found classes in classes$/,
  ],
  "cross-entropy on numbers": [
    () => fit(options({ loss: "crossEntropy" }, numbers())),
    /^loss crossEntropy: expected classes or probabilities to train for, found numbers in numbers$/,
  ],
  "cross-entropy on numbers, by hand": [
    () => new CrossEntropyLoss().forward(tensor([[1, 2]]), undefined as never),
    /^CrossEntropyLoss: expected a class number for each row, found undefined$/,
  ],
  "mean squared error on labels, by hand": [
    () => new MeanSquaredError().forward(tensor([[1, 2]]), [0] as never),
    /^MeanSquaredError: expected targets as a tensor of numbers \(1, 2\), found class labels$/,
  ],
  "an optimizer of another network": [
    () => fit(options({ optimizer: new Sgd(network(), { learningRate: 0.1 }) })),
    /^fit: optimizer: expected one of the network that is trained, found one of another network; pass plain data/,
  ],
  "an average of another network": [
    () => fit(options({ average: new ParameterAverage(network()) })),
    /^fit: average: expected one of the network that is trained, found one of another network; pass \{ decay \}$/,
  ],
  "a linear layer without a random stream": [
    () => new Linear(2, 3, {} as never),
    /^Linear 2→3: expected a random stream that draws the weights, found none; pass \{ random: new RandomState\(seed\) \}/,
  ],
  "a batch of one with batch normalization": [
    () => new BatchNorm(2).forward(tensor([[1, 2]]), { mode: "train", random: new RandomState(1) }),
    /^batchNorm \(batchNorm 2\): expected training input of shape of at least 2 rows .*, got \(1, 2\)$/,
  ],
  "a misspelt setting": [() => readSettings({ lerningRate: 0.1 }), /^settings: lerningRate: there is no such setting$/],
  "a size of zero": [
    () => readSettings({ layers: [2, 0, 2] }),
    /^settings: layers: expected at least 2 sizes of at least 1 \(inputs, outputs\), found \[2,0,2\]$/,
  ],
};

describe("each mistake is one line with place, expected and found", () => {
  test.each(Object.entries(failing))("%s", async (_, [run, message]) => {
    const error = await new Promise((resolve) => resolve(run()))
      .then(() => undefined)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HandgradError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });
});

/** Never called: `npm run typecheck` holds that none of these compiles. */
export function notCompiled(): void {
  const random = new RandomState(1);
  // @ts-expect-error a list of parameters is no network
  new Adam(network().parameters, { learningRate: 0.1 });
  // @ts-expect-error layers come as a list
  new Sequential(new Gelu(), new Gelu());
  // @ts-expect-error an array is no tensor
  network().forward([[1, 2]], evaluation);
  // @ts-expect-error fit needs a network, an optimizer and data sets
  fit({ inputs: [[1]], labels: [0] });
  // @ts-expect-error the learning rate is missing
  new Sgd(network(), {});
  // @ts-expect-error the learning rate is missing in plain data
  fit({ ...options(), optimizer: { kind: "adam" } });
  // @ts-expect-error momentum is not an option of Adam
  fit({ ...options(), optimizer: { kind: "adam", learningRate: 0.1, momentum: 0.9 } });
  // @ts-expect-error there is no such optimizer
  fit({ ...options(), optimizer: { kind: "adma", learningRate: 0.1 } });
  // @ts-expect-error there is no such loss
  fit({ ...options(), loss: "crossEntropie" });
  // @ts-expect-error weights need a random stream, or zeros that are asked for
  new Linear(2, 2, {});
  // @ts-expect-error weights need a random stream, or zeros that are asked for
  new Linear(2, 2);
  // @ts-expect-error a misspelt setting
  parseSettings({ lerningRate: 0.1 });
  // @ts-expect-error there is no such schedule
  parseSettings({ schedule: { kind: "cosinus" } });
  // @ts-expect-error class labels are no numbers to regress on
  new MeanSquaredError().forward(tensor([[1]]), [0]);
  new Linear(2, 2, { random });
}

describe("defaults learn", () => {
  test.each([
    { kind: "sgd", learningRate: 0.5 },
    { kind: "adam", learningRate: 0.02 },
  ] as const)("exclusive or with $kind: the loss falls below 0.01 in 500 steps, for five seeds", async (optimizer) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const random = new RandomState(seed);
      const xor = new Sequential([new Linear(2, 16, { random }), new Gelu(), new Linear(16, 2, { random })]);
      const data = classes();
      const { history } = await fit({
        ...{ network: xor, optimizer, train: data, validation: data, batchSize: 4, epochs: 500, random },
      });
      expect(history.loss[0]).toBeGreaterThan(0.2);
      expect(history.loss.at(-1)).toBeLessThan(0.01);
      expect(history.valScore.at(-1)).toBe(1);
    }
  });
});
