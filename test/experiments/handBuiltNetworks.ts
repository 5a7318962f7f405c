import {
  BatchNorm,
  Conv2d,
  Dropout,
  type DType,
  Elu,
  Embedding,
  Flatten,
  Gelu,
  GlobalAveragePool1d,
  GroupClasses,
  HardSwish,
  LayerNorm,
  LeakyRelu,
  Linear,
  MultiHeadAttention,
  Patches,
  PositionEmbedding,
  PRelu,
  RandomState,
  Residual,
  Scale,
  Selu,
  Sequential,
  type Shape,
  Silu,
  Softplus,
  Tanh,
  Tensor,
  Transpose,
} from "../../src/index.ts";

interface HandBuilt {
  readonly inputShape: Shape;
  /** inputs are whole numbers below this */
  readonly symbols?: number;
  readonly make: (random: RandomState, dtype: DType) => Sequential;
}

/** Networks made layer by layer: residual and normalized ones, for inputs of several ranks. */
export const handBuilt: Readonly<Record<string, HandBuilt>> = {
  rows: {
    inputShape: [6],
    make: (random, dtype) =>
      new Sequential([
        new Linear(6, 8, { random, dtype }),
        new BatchNorm(8, { dtype, epsilon: 1e-3, momentum: 0.3 }),
        new Gelu(),
        new Residual([
          new Linear(8, 8, { random, dtype, initializer: "xavier" }),
          new LayerNorm(8, { dtype }),
          new Tanh(),
          new Residual([new Linear(8, 8, { random, dtype }), new Dropout(0.5), new BatchNorm(8, { dtype })]),
        ]),
        new Sequential([new LayerNorm(8, { dtype, epsilon: 1e-2 }), new LeakyRelu({ negativeSlope: 0.2 })]),
        new Linear(8, 3, { random, dtype, name: "logits" }),
        new Dropout(0.9),
      ]),
  },
  shortcuts: {
    inputShape: [6, 5, 2],
    make: (random, dtype) =>
      new Sequential([
        new Residual(
          [
            new Conv2d(2, 4, { kernel: 3, stride: 2, padding: 1, random, dtype }),
            new BatchNorm(4, { dtype }),
            new Gelu(),
          ],
          {
            shortcut: [
              new Conv2d(2, 4, { kernel: 1, stride: 2, bias: false, random, dtype }),
              new BatchNorm(4, { dtype }),
            ],
          },
        ),
        new Flatten(),
        new Residual([new Linear(36, 3, { random, dtype })], { shortcut: [new Linear(36, 3, { random, dtype })] }),
        new Scale({ factor: 1 / 9 }),
      ]),
  },
  sequences: {
    inputShape: [5, 4],
    make: (random, dtype) =>
      new Sequential([
        new BatchNorm(4, { dtype }),
        new Residual([new LayerNorm(4, { dtype }), new Linear(4, 4, { random, dtype }), new Silu()]),
        new Linear(4, 6, { random, dtype }),
        new Flatten(),
        new Linear(30, 4, { random, dtype }),
        new GroupClasses([0, 1, 1, 2]),
      ]),
  },
  images: {
    inputShape: [3, 4, 2],
    make: (random, dtype) =>
      new Sequential([
        new Linear(2, 5, { random, dtype }),
        new BatchNorm(5, { dtype, epsilon: 1e-3 }),
        new Residual([
          new Linear(5, 5, { random, dtype }),
          new BatchNorm(5, { dtype }),
          new Gelu({ approximate: "none" }),
        ]),
        new LayerNorm(5, { dtype }),
        new Flatten(),
        new Linear(60, 3, { random, dtype }),
      ]),
  },
  symbols: {
    inputShape: [6],
    symbols: 9,
    make: (random, dtype) =>
      new Sequential([
        new Embedding(9, 8, { random, dtype }),
        new PositionEmbedding(7, 8, { random, dtype }),
        new Residual([
          new LayerNorm(8, { dtype }),
          new MultiHeadAttention(8, { heads: 2, causal: true, random, dtype }),
        ]),
        new PositionEmbedding(6, 8, { table: "sinusoidal", dtype }),
        new MultiHeadAttention(8, { heads: 4, random, dtype }),
        new Linear(8, 5, { random, dtype }),
      ]),
  },
  mixer: {
    inputShape: [4, 6, 2],
    make: (random, dtype) =>
      new Sequential([
        new Patches(2),
        new Linear(8, 5, { random, dtype }),
        new Residual([
          new LayerNorm(5, { dtype }),
          new Transpose(),
          new Linear(6, 4, { random, dtype }),
          new Gelu(),
          new Linear(4, 6, { random, dtype }),
          new Transpose(),
        ]),
        new MultiHeadAttention(5, { heads: 1, random, dtype }),
        new GlobalAveragePool1d(),
        new Linear(5, 3, { random, dtype }),
      ]),
  },
  activations: {
    inputShape: [3, 4, 2],
    make: (random, dtype) =>
      new Sequential([
        new PRelu({ channels: 2, dtype }),
        new Linear(2, 5, { random, dtype }),
        new Softplus(),
        new Softplus({ beta: 3, threshold: 1 }),
        new Flatten(),
        new Linear(60, 8, { random, dtype, initializer: "lecun" }),
        new Selu(),
        new Residual([new Elu({ alpha: 0.7 }), new HardSwish(), new PRelu({ dtype })]),
        new Linear(8, 3, { random, dtype }),
      ]),
  },
  outputsOfRank3: {
    inputShape: [3, 2],
    make: (random, dtype) =>
      new Sequential([
        new Linear(2, 4, { random, dtype }),
        new LayerNorm(4, { dtype }),
        new Linear(4, 2, { random, dtype }),
      ]),
  },
};

/** One of them with parameters and running statistics that are nothing special. */
export function filled(name: string, dtype: DType = "float32"): Sequential {
  const network = handBuilt[name].make(new RandomState(1), dtype);
  const random = new RandomState(2);
  for (const { value } of network.parameters) random.fillRandn(value.data, 0.5);
  for (const { value } of network.buffers) random.fillUniform(value.data, 0.5, 2);
  return network;
}

/** Inputs that one of them takes. */
export function inputsOf(name: string, rows: number, dtype: DType = "float32"): Tensor {
  const { inputShape, symbols } = handBuilt[name];
  const x = Tensor.zeros([rows, ...inputShape], dtype);
  const random = new RandomState(9);
  if (symbols === undefined) random.fillRandn(x.data);
  else for (let i = 0; i < x.size; i++) x.data[i] = random.randint(0, symbols);
  return x;
}
