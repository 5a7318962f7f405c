import { describe, expect, test } from "vitest";
import {
  Augmentation,
  CrossEntropyLoss,
  checkGradients,
  datasetOf,
  evaluate,
  fit,
  makeNetwork,
  RandomState,
  SettingsError,
  ShapeError,
  Tensor,
  tensor,
  transformerLayers,
} from "../../src/index.ts";
import { normalTensor } from "../normalTensor.ts";

describe("cross-entropy over tokens", () => {
  const logits = normalTensor([2, 3, 4], 1);
  const labels = [
    [0, 3, 1],
    [2, 2, 0],
  ];

  test.each([{}, { sizeAverage: false }, { labelSmoothing: 0.1 }, { classWeights: [1, 2, 0.5, 3] }])(
    "%o: that of as many rows as there are tokens",
    (options) => {
      const [tokens, rows] = [new CrossEntropyLoss(options), new CrossEntropyLoss(options)];
      const expected = rows.forward(logits.reshape([6, 4]), labels.flat());
      expect(tokens.forward(logits, tensor(labels, "float64"))).toBe(expected);
      expect(tokens.backward()).toEqual(rows.backward().reshape([2, 3, 4]));
      expect(tokens.forward(logits, labels.flat())).toBe(expected);
    },
  );

  test("equal logits: log 4 for each token", () => {
    const loss = new CrossEntropyLoss();
    expect(loss.forward(Tensor.zeros([2, 3, 4], "float64"), tensor(labels))).toBeCloseTo(Math.log(4), 12);
  });

  test("soft targets for each token", () => {
    const softTargets = Tensor.zeros([2, 3, 4], "float64");
    labels.flat().forEach((label, i) => {
      softTargets.data[4 * i + label] = 1;
    });
    const loss = new CrossEntropyLoss();
    expect(loss.forward(logits, softTargets)).toBeCloseTo(loss.forward(logits, labels.flat()), 12);
  });

  test("what does not fit names both shapes", () => {
    const loss = new CrossEntropyLoss();
    expect(() => loss.forward(logits, tensor([[0, 1]]))).toThrow(
      "CrossEntropyLoss: logits are (2, 3, 4): expected labels (2, 3), found (1, 2)",
    );
    expect(() => loss.forward(logits, [0, 1])).toThrow("CrossEntropyLoss: 6 rows of logits, but 2 labels");
    expect(() =>
      loss.forward(
        logits,
        tensor([
          [0, 1, 4],
          [0, 0, 0],
        ]),
      ),
    ).toThrow("in 0 … 3, got 4 at 2");
  });
});

describe("labels of tokens", () => {
  const inputs = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 1, 1],
  ];

  test("nested or as a tensor; classes are counted over all tokens", () => {
    const nested = datasetOf({ inputs, labels: inputs });
    expect(nested.labelNames).toEqual(["class 0", "class 1", "class 2"]);
    expect(nested.targets).toEqual({ kind: "classes", width: 3, values: Float32Array.from(inputs.flat()) });
    expect(datasetOf({ inputs, labels: tensor(inputs) })).toEqual(nested);
    expect(datasetOf({ inputs, labels: tensor([0, 1, 2]) })).toEqual(datasetOf({ inputs, labels: [0, 1, 2] }));
    expect(() => datasetOf({ inputs, labels: [[0, 1, 2]] })).toThrow(
      "labels: expected 3, one for each row of inputs, found 1",
    );
    expect(() => datasetOf({ inputs, labels: [[0], [1], [-1]] })).toThrow(
      "labels[2]: expected a class number from 0, found -1",
    );
    expect(() => datasetOf({ inputs, labels: [[0], [1, 2], [1]] })).toThrow(ShapeError);
  });

  test("accuracy and loss are those of all tokens", async () => {
    // y = w[x]: the logits of token x are row x of the table
    const network = makeNetwork(
      { inputShape: [3], layers: [{ kind: "embedding", rows: 3, columns: 3 }] },
      { random: new RandomState(1) },
    );
    const rows = [
      [5, 0, 0],
      [0, 5, 0],
      [0, 9, 0],
    ];
    network.assign("emb1_w", tensor(rows));
    // wrong only where the label is 2: in two of nine tokens
    const { score, loss } = await evaluate(network, datasetOf({ inputs, labels: inputs }));
    expect(score).toBeCloseTo(7 / 9, 12);
    const right = Math.log(Math.exp(5) + 2) - 5;
    const wrong = Math.log(Math.exp(9) + 2);
    expect(loss).toBeCloseTo((7 * right + 2 * wrong) / 9, 5);
  });

  test("a network without outputs for each token and class is refused before training", async () => {
    const train = datasetOf({ inputs, labels: inputs });
    const layers = transformerLayers({ symbols: 3, width: 4, depth: 1, heads: 2, classes: 2 });
    const network = makeNetwork({ inputShape: [3], layers }, { random: new RandomState(1) });
    const options = { network, train, validation: train, random: new RandomState(1), batchSize: 3, epochs: 1 };
    const message = "fit: network: expected outputs (3, 3), one for each token and class of data, found (3, 2)";
    const optimizer = { kind: "adam", learningRate: 0.01 } as const;
    await expect(fit({ ...options, optimizer })).rejects.toThrow(new SettingsError(message));
  });

  test("class numbers cannot be mixed", async () => {
    const train = datasetOf({ inputs, labels: inputs });
    const layers = transformerLayers({ symbols: 3, width: 4, depth: 1, heads: 2, classes: 3 });
    const network = makeNetwork({ inputShape: [3], layers }, { random: new RandomState(1) });
    const augmentation = new Augmentation({ mixup: 0.2 }, { random: new RandomState(1) });
    const options = { network, train, validation: train, random: new RandomState(1), batchSize: 3, epochs: 1 };
    await expect(fit({ ...options, augmentation, optimizer: { kind: "sgd", learningRate: 0.1 } })).rejects.toThrow(
      "augmentation: expected neither mixup nor cutmix for a class of each token, found mixup",
    );
  });
});

test("a causal transformer as a whole: gradients are those of central differences, and later tokens are not seen", () => {
  const layers = transformerLayers({ symbols: 5, width: 6, depth: 2, heads: 3, causal: true, hidden: 7, classes: 4 });
  const network = makeNetwork({ inputShape: [4], layers, dtype: "float64" }, { random: new RandomState(1) });
  new RandomState(2).fillRandn(network.values, 0.5);
  const x = tensor(
    [
      [1, 4, 0, 1],
      [2, 2, 3, 4],
    ],
    "float64",
  );
  const targets = tensor(
    [
      [0, 1, 2, 3],
      [3, 3, 0, 1],
    ],
    "float64",
  );
  const errors = checkGradients(network, { x, loss: new CrossEntropyLoss(), targets }, { order: 4, h: 1e-3 });
  expect(errors.x).toBeUndefined(); // symbols have no derivative
  for (const [name, error] of Object.entries(errors)) if (!name.endsWith("bk")) expect(error, name).toBeLessThan(1e-7);
  const before = network.forward(x).clone();
  x.data[3] = 2;
  const after = network.forward(x);
  expect(after.data.subarray(0, 12)).toEqual(before.data.subarray(0, 12));
  expect(after.data.subarray(12, 16)).not.toEqual(before.data.subarray(12, 16));
});
