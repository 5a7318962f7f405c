import { describe, expect, test } from "vitest";
import {
  AveragePool2d,
  BatchNorm,
  Conv2d,
  checkGradients,
  Dct,
  Dropout,
  type DType,
  Embedding,
  Ensemble,
  evaluation,
  Flatten,
  Gelu,
  GlobalAveragePool1d,
  GlobalAveragePool2d,
  GroupClasses,
  type Layer,
  LayerNorm,
  Linear,
  MaxPool2d,
  MultiHeadAttention,
  type Pass,
  Patches,
  PiecewiseLinear,
  PositionEmbedding,
  PRelu,
  RandomState,
  Residual,
  Scale,
  Sequential,
  type Shape,
  ShapeError,
  Tensor,
  TestTimeAugmentation,
  TestTimeAverage,
  Transpose,
} from "../../src/index.ts";
import { activationLayers } from "../../src/layers/activation.ts";
import { layerKinds } from "../../src/layers/registry.ts";
import { normalTensor } from "../normalTensor.ts";

interface Case {
  readonly make: (random: RandomState, dtype: DType) => Layer;
  readonly input: Shape;
  readonly wrong?: Shape;
  /** whole numbers below this instead of normal ones */
  readonly symbols?: number;
  /** parameters whose gradient is 0, where central differences give rounding alone */
  readonly zero?: readonly string[];
}

const linear = (random: RandomState, dtype: DType, sizes: readonly [number, number] = [6, 6]) =>
  new Linear(sizes[0], sizes[1], { random, initScale: 0.5, dtype });

/** Every layer there is; a new one gets all of the suite by a line here. */
const cases: Record<string, Case> = {
  linear: { make: (random, dtype) => linear(random, dtype, [6, 4]), input: [7, 6], wrong: [7, 5] },
  "linear on the last of three dimensions": {
    make: (random, dtype) => linear(random, dtype, [6, 4]),
    input: [2, 3, 6],
    wrong: [2, 6, 3],
  },
  flatten: { make: () => new Flatten(), input: [4, 3, 2], wrong: [4] },
  dropout: { make: () => new Dropout(0.7), input: [7, 6] },
  batchNorm: { make: (_, dtype) => new BatchNorm(6, { dtype }), input: [7, 6], wrong: [7, 5] },
  "batchNorm of pixels": { make: (_, dtype) => new BatchNorm(3, { dtype }), input: [2, 4, 4, 3], wrong: [3] },
  layerNorm: { make: (_, dtype) => new LayerNorm(6, { dtype }), input: [7, 6], wrong: [7, 5] },
  residual: {
    make: (random, dtype) => new Residual([linear(random, dtype), new BatchNorm(6, { dtype }), new Dropout(0.5)]),
    input: [7, 6],
    wrong: [7, 5],
  },
  "residual in residual": {
    make: (random, dtype) => new Residual([new Residual([linear(random, dtype)]), new LayerNorm(6, { dtype })]),
    input: [7, 6],
    wrong: [7, 5],
  },
  sequential: {
    make: (random, dtype) => new Sequential([linear(random, dtype), new BatchNorm(6, { dtype })]),
    input: [7, 6],
    wrong: [7, 5],
  },
  dct: {
    make: (_, dtype) => new Dct([5, 4, 3], { keep: 3, power: 0.5, dtype }),
    input: [7, 5, 4, 3],
    wrong: [7, 4, 5, 3],
  },
  groupClasses: { make: () => new GroupClasses([0, 2, 1, 0, 2, 0]), input: [7, 6], wrong: [7, 5] },
  ensemble: {
    make: (random, dtype) =>
      new Ensemble(
        [1, 2, 3].map(() => [
          linear(random, dtype, [6, 4]),
          new Linear(6, 4, { dtype, initializer: "zeros", fitted: true }),
        ]),
      ),
    input: [7, 6],
    wrong: [7, 5],
  },
  "ensemble of numbers": {
    make: (random, dtype) =>
      new Ensemble([[new Sequential([linear(random, dtype), new Gelu(), linear(random, dtype, [6, 2])])]], {
        answers: "numbers",
      }),
    input: [7, 6],
    wrong: [7, 5],
  },
  "fitted linear": {
    make: (_, dtype) => new Linear(6, 4, { dtype, initializer: "zeros", fitted: true }),
    input: [7, 6],
    wrong: [7, 5],
  },
  "frozen linear": {
    make: (random, dtype) => new Linear(6, 4, { random, frozen: true, dtype }),
    input: [7, 6],
    wrong: [7, 5],
  },
  piecewiseLinear: {
    make: () => new PiecewiseLinear([[], [-2, -0.5, 0.4, 2], [-1, 1], [], [0, 3], [-3, -1, 0]]),
    input: [7, 6],
    wrong: [7, 5],
  },
  embedding: { make: (random, dtype) => new Embedding(7, 4, { random, dtype }), input: [3, 5], symbols: 7 },
  positionEmbedding: {
    make: (random, dtype) => new PositionEmbedding(6, 4, { random, dtype }),
    input: [3, 5, 4],
    wrong: [3, 7, 4],
  },
  "sinusoidal positionEmbedding": {
    make: (_, dtype) => new PositionEmbedding(6, 4, { table: "sinusoidal", dtype }),
    input: [3, 5, 4],
    wrong: [3, 5, 5],
  },
  ...Object.fromEntries(
    [false, true].map((causal) => [
      causal ? "causal multiHeadAttention" : "multiHeadAttention",
      {
        make: (random: RandomState, dtype: DType) => new MultiHeadAttention(6, { heads: 3, causal, random, dtype }),
        input: [2, 5, 6],
        wrong: [2, 6],
        zero: ["bk"],
      },
    ]),
  ),
  pRelu: { make: (_, dtype) => new PRelu({ dtype }), input: [7, 6], wrong: [6] },
  "pRelu of channels": { make: (_, dtype) => new PRelu({ channels: 3, dtype }), input: [2, 4, 4, 3], wrong: [7, 6] },
  patches: { make: () => new Patches(2), input: [2, 4, 6, 3], wrong: [2, 4, 5, 3] },
  transpose: { make: () => new Transpose(), input: [2, 5, 3], wrong: [2, 5] },
  globalAveragePool1d: { make: () => new GlobalAveragePool1d(), input: [3, 4, 5], wrong: [3, 5] },
  conv2d: {
    make: (random, dtype) => new Conv2d(3, 4, { kernel: 3, padding: 1, random, dtype }),
    input: [2, 5, 4, 3],
    wrong: [2, 5, 4, 2],
  },
  "conv2d with strides, dilation and groups": {
    make: (random, dtype) =>
      new Conv2d(4, 6, { kernel: [2, 3], stride: [1, 2], padding: "same", dilation: [2, 1], groups: 2, random, dtype }),
    input: [2, 5, 6, 4],
    wrong: [2, 5, 6, 3],
  },
  "depthwise conv2d without bias": {
    make: (random, dtype) => new Conv2d(3, 3, { kernel: 3, groups: 3, bias: false, random, dtype }),
    input: [2, 5, 4, 3],
    wrong: [2, 2, 4, 3],
  },
  "frozen conv2d": {
    make: (random, dtype) => new Conv2d(3, 4, { kernel: 2, frozen: true, random, dtype }),
    input: [2, 5, 4, 3],
    wrong: [2, 5, 4, 2],
  },
  maxPool2d: { make: () => new MaxPool2d({ size: 3, stride: 2, padding: 1 }), input: [2, 6, 5, 3], wrong: [2, 6, 5] },
  averagePool2d: {
    make: () => new AveragePool2d({ size: [2, 3], stride: 2, padding: "same" }),
    input: [2, 5, 5, 3],
    wrong: [2, 5, 5],
  },
  "averagePool2d that counts its padding": {
    make: () => new AveragePool2d({ size: 3, stride: 2, padding: 1, countPadding: true }),
    input: [2, 5, 6, 2],
    wrong: [2, 5],
  },
  globalAveragePool2d: { make: () => new GlobalAveragePool2d(), input: [2, 3, 4, 3], wrong: [2, 3] },
  "residual with a shortcut": {
    make: (random, dtype) =>
      new Residual(
        [
          new Conv2d(3, 4, { kernel: 3, stride: 2, padding: 1, bias: false, random, dtype }),
          new BatchNorm(4, { dtype }),
        ],
        { shortcut: [new Conv2d(3, 4, { kernel: 1, stride: 2, random, dtype })] },
      ),
    input: [3, 5, 4, 3],
    wrong: [3, 5, 4, 2],
  },
  scale: { make: () => new Scale({ factor: 1 / 9 }), input: [3, 4] },
  testTimeAugmentation: {
    make: () => new TestTimeAugmentation([4, 5, 2], { flip: true, shift: 1 }),
    input: [3, 4, 5, 2],
    wrong: [3, 4, 5, 1],
  },
  testTimeAverage: { make: () => new TestTimeAverage(3), input: [6, 4], wrong: [4] },
  ...Object.fromEntries(Object.entries(activationLayers).map(([name, make]) => [name, { make, input: [7, 6] }])),
};

test("every kind of the registry is here", () => {
  expect(Object.keys(layerKinds).filter((kind) => !(kind in cases))).toEqual([]);
});

const train = (): Pass => ({ mode: "train", random: new RandomState(5) });

function symbols(shape: Shape, count: number): Tensor {
  const x = Tensor.zeros(shape, "float64");
  const random = new RandomState(3);
  for (let i = 0; i < x.size; i++) x.data[i] = random.randint(0, count);
  return x;
}

/** The layer with parameters and buffers that are nothing special. */
function prepared({ make }: Case, dtype: DType): Layer {
  const layer = make(new RandomState(1), dtype);
  const random = new RandomState(2);
  for (const { value } of layer.parameters) random.fillRandn(value.data, 0.5);
  for (const { value } of layer.buffers) random.fillUniform(value.data, 0.5, 2);
  return layer;
}

describe.each(Object.entries(cases))("layer %s", (_, of) => {
  const x = of.symbols ? symbols(of.input, of.symbols) : normalTensor(of.input, 3, "float64");

  test("outputShape says what forward gives, and forward leaves its input alone", () => {
    const layer = prepared(of, "float64");
    const before = x.clone();
    for (const pass of [train(), evaluation]) {
      expect(layer.forward(x, pass).shape).toEqual(layer.outputShape(x.shape, pass.mode));
    }
    expect(x).toEqual(before);
  });

  test("its gradients are those of central differences", () => {
    const layer = prepared(of, "float64");
    const errors = checkGradients(layer, {
      x: x.clone(),
      dy: normalTensor(layer.outputShape(x.shape, "train"), 4, "float64"),
    });
    const noise = Object.keys(errors).filter((name) => cases.sequential === of && name === "fc1_b");
    noise.push(...(of.zero ?? []));
    for (const [name, error] of Object.entries(errors)) {
      // A bias before a batch normalization has gradient 0: nothing but rounding
      if (!noise.includes(name) && !(name === "fc1_b" && layer.kind === "residual"))
        expect(error, name).toBeLessThan(1e-5);
    }
  });

  test("backward overwrites gradients, and leaves dy alone", () => {
    const layer = prepared(of, "float64");
    const dy = normalTensor(layer.outputShape(x.shape, "train"), 4, "float64");
    const before = dy.clone();
    const run = () => {
      layer.forward(x, train());
      const dx = layer.backward(dy).clone();
      return [dx, ...layer.parameters.map(({ gradient }) => gradient.clone())];
    };
    const first = run();
    expect(first[0].shape).toEqual(x.shape);
    expect(run()).toEqual(first);
    layer.forward(x, train());
    for (const { gradient } of layer.parameters) gradient.data.fill(7);
    layer.backwardParameters(dy);
    expect(layer.parameters.map(({ gradient }) => gradient)).toEqual(first.slice(1));
    expect(dy).toEqual(before);
  });

  test("evaluation repeats itself and changes nothing", () => {
    const layer = prepared(of, "float64");
    const state = () => [...layer.parameters, ...layer.buffers].map(({ value }) => value.clone());
    const before = state();
    const y = layer.forward(x, evaluation).clone();
    expect(layer.forward(x, evaluation)).toEqual(y);
    expect(state()).toEqual(before);
  });

  test("float32 agrees with float64", () => {
    const [wide, narrow] = [prepared(of, "float64"), prepared(of, "float32")];
    const dy = normalTensor(wide.outputShape(x.shape, "train"), 4, "float64");
    const outcome = (layer: Layer, dtype: DType) => {
      const y = layer.forward(x.clone(dtype), train()).clone();
      const dx = layer.backward(dy.clone(dtype));
      return [y, dx, ...layer.parameters.map(({ gradient }) => gradient)].flatMap(({ data }) => [...data]);
    };
    const exact = outcome(wide, "float64");
    outcome(narrow, "float32").forEach((value, i) => {
      expect(Math.abs(value - exact[i])).toBeLessThanOrEqual(2e-5 * Math.max(1, Math.abs(exact[i])));
    });
  });

  test("in a network: the memory of steps, flat buffers, save and load", () => {
    const layer = prepared(of, "float64");
    const alone = prepared(of, "float64");
    const network = new Sequential([layer]);
    const dy = normalTensor(layer.outputShape(x.shape, "train"), 4, "float64");
    for (let step = 0; step < 3; step++) {
      const [y, dx] = network.workspace.step(() => {
        const out = network.forward(x, train()).clone();
        return [out, network.backward(dy).clone()];
      });
      expect(y).toEqual(alone.forward(x, train()));
      expect(dx).toEqual(alone.backward(dy));
    }
    expect([...network.values]).toEqual(alone.parameters.flatMap(({ value }) => [...value.data]));
    expect([...network.gradients]).toEqual(alone.parameters.flatMap(({ gradient }) => [...gradient.data]));
    for (let i = 0; i < network.values.length; i++) network.values[i] += 0.25; // as an optimizer does
    const saved = network.save();
    expect(Object.keys(saved)).toHaveLength(layer.parameters.length + layer.buffers.length);
    const fresh = new Sequential([of.make(new RandomState(9), "float64")]);
    fresh.load(saved);
    expect(fresh.save()).toEqual(saved);
    expect(fresh.forward(x)).toEqual(network.forward(x));
  });

  test("backward before forward is refused, as are inputs that do not fit", () => {
    if (!["residual", "sequential", "flatten"].includes(prepared(of, "float64").kind)) {
      const layer = prepared(of, "float64");
      expect(() => layer.backward(normalTensor(layer.outputShape(x.shape, "train"), 4, "float64"))).toThrow(
        "needs a forward pass",
      );
    }
    if (!of.wrong) return;
    const { wrong } = of;
    expect(() => prepared(of, "float64").outputShape(wrong)).toThrow(ShapeError);
    expect(() => prepared(of, "float64").forward(normalTensor(wrong, 3, "float64"), train())).toThrow(ShapeError);
  });
});
