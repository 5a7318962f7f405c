import type { LayerDescription, LossName, RandomState, Shape } from "handgrad";

/** A small network with a batch to step through. */
export interface ExampleNetwork {
  readonly id: string;
  readonly title: string;
  readonly sentence: string;
  readonly inputShape: Shape;
  readonly layers: readonly LayerDescription[];
  readonly loss: LossName;
  /** rows of a batch, if the example does not fix them */
  readonly rows: number;
  /** the numbers of one row, and its class */
  readonly row: (n: number, random: RandomState) => readonly [x: readonly number[], label: number];
}

const normal = (size: number, random: RandomState): number[] =>
  Array.from({ length: size }, () => Math.round(random.randn() * 100) / 100);

/** Rows of standard-normal numbers, rounded so that they can be read, with classes in turn. */
const drawn =
  (size: number, classes: number): ExampleNetwork["row"] =>
  (n, random) => [normal(size, random), n % classes];

const signs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** Strokes of 6 × 6 pixels: one down, one across, a diagonal, a frame. */
const strokes: readonly ((row: number, column: number) => boolean)[] = [
  (_, column) => column === 2,
  (row) => row === 3,
  (row, column) => row === column,
  (row, column) => row === 1 || row === 4 || column === 1 || column === 4,
];

/** About normalized, as images are trained on: bright pixels near 1, dark ones near −0.4. */
const image: ExampleNetwork["row"] = (n, random) => {
  const on = strokes[n % strokes.length];
  const pixels = Array.from({ length: 36 }, (_, i) => {
    const noise = Math.round(random.uniform(0, 0.2) * 100) / 100;
    return on(Math.floor(i / 6), i % 6) ? 1 - noise : noise - 0.5;
  });
  return [pixels, n % 2];
};

const linear = (outputs: number): LayerDescription => ({ kind: "linear", outputs });

/** The examples of the view; the first one opens without an address. */
export const exampleNetworks: readonly ExampleNetwork[] = [
  {
    ...{
      id: "xor",
      title: "Exclusive or",
      sentence: "Two inputs and three hidden units, for a problem that a linear model cannot solve.",
    },
    ...{ inputShape: [2], layers: [linear(3), { kind: "tanh" }, linear(2)], loss: "crossEntropy", rows: 4 },
    row: (n) => [signs[n % 4], signs[n % 4][0] === signs[n % 4][1] ? 0 : 1],
  },
  {
    ...{
      id: "mlp",
      title: "Multilayer perceptron",
      sentence: "Two hidden layers with GELU, and dropout between them.",
    },
    inputShape: [4],
    layers: [linear(5), { kind: "gelu" }, { kind: "dropout", keepProb: 0.75 }, linear(4), { kind: "gelu" }, linear(3)],
    ...{ loss: "crossEntropy", rows: 5, row: drawn(4, 3) },
  },
  {
    ...{
      id: "regression",
      title: "Regression",
      sentence: "One number as the output, and the squared error as the loss.",
    },
    ...{ inputShape: [3], layers: [linear(4), { kind: "relu" }, linear(1)], loss: "meanSquaredError", rows: 5 },
    row: drawn(3, 1),
  },
  {
    ...{
      id: "batchNorm",
      title: "Batch normalization",
      sentence: "Mean and deviation of each column, so every row depends on all others.",
    },
    inputShape: [3],
    layers: [linear(4), { kind: "batchNorm" }, { kind: "relu" }, linear(3)],
    ...{ loss: "crossEntropy", rows: 6, row: drawn(3, 3) },
  },
  {
    ...{
      id: "convolution",
      title: "Convolution",
      sentence: "Images of 6 × 6 pixels, two filters of 3 × 3, and a pooling layer that keeps the largest pixel.",
    },
    inputShape: [6, 6, 1],
    layers: [
      { kind: "conv2d", outputs: 2, kernel: 3 },
      // in the other order, windows of zeros have several largest pixels, and their gradient checks differ
      { kind: "maxPool2d", size: 2 },
      { kind: "relu" },
      { kind: "flatten" },
      linear(2),
    ],
    ...{ loss: "crossEntropy", rows: 4, row: image },
  },
  {
    ...{
      id: "residual",
      title: "Residual block",
      sentence: "The block adds what it learns to its input, so the gradient has a direct path back.",
    },
    inputShape: [3],
    layers: [
      linear(4),
      { kind: "residual", layers: [{ kind: "layerNorm" }, linear(4), { kind: "gelu" }, linear(4)] },
      linear(2),
    ],
    ...{ loss: "crossEntropy", rows: 4, row: drawn(3, 2) },
  },
  {
    ...{
      id: "attention",
      title: "Attention",
      sentence: "Four symbols become vectors, and each attends to all of them.",
    },
    inputShape: [4],
    layers: [
      { kind: "embedding", rows: 5, columns: 4, initScale: 0.8 },
      { kind: "positionEmbedding", initScale: 0.3 },
      { kind: "multiHeadAttention", heads: 2 },
      { kind: "globalAveragePool1d" },
      linear(2),
    ],
    ...{ loss: "crossEntropy", rows: 3 },
    row: (n, random) => {
      const symbols = Array.from({ length: 4 }, () => random.randint(0, 5));
      return [symbols, n % 2];
    },
  },
  {
    ...{
      id: "mixer",
      title: "Patches and mixing",
      sentence: "An image is cut into squares; one layer mixes the pixels of each square, another mixes the squares.",
    },
    inputShape: [6, 6, 1],
    layers: [
      { kind: "patches", size: 3 },
      linear(3),
      { kind: "transpose" },
      { kind: "residual", layers: [linear(4), { kind: "silu" }] },
      { kind: "globalAveragePool1d" },
      linear(2),
    ],
    ...{ loss: "crossEntropy", rows: 2, row: image },
  },
];

export function exampleNetwork(id: string): ExampleNetwork | undefined {
  return exampleNetworks.find((each) => each.id === id);
}
