import { describe, expect, test } from "vitest";
import {
  allLayers,
  type LayerDescription,
  MeanSquaredError,
  makeNetwork,
  RandomState,
  type Shape,
  Tensor,
  type TracedLayer,
  traceStep,
} from "../../../src/index.ts";
import { layerKinds } from "../../../src/layers/registry.ts";
import { evaluateExpression, layerEntries, layerEntry, shortenSums, sourcesOf } from "../../../src/report/index.ts";

interface Case {
  readonly inputShape: Shape;
  readonly layers: readonly LayerDescription[];
  /** whole numbers below this instead of normal ones */
  readonly symbols?: number;
}

const rows = (...layers: LayerDescription[]): Case => ({ inputShape: [4], layers });
const images = (...layers: LayerDescription[]): Case => ({ inputShape: [4, 5, 2], layers });
const tokens = (...layers: LayerDescription[]): Case => ({ inputShape: [3, 4], layers });

/** A network for each kind of layer, with options that change the formula; a new kind needs a line here. */
const cases: Record<string, Case> = {
  flatten: images({ kind: "flatten" }),
  scale: rows({ kind: "scale", factor: 0.3 }),
  linear: rows({ kind: "linear", outputs: 3 }),
  "linear on tokens": tokens({ kind: "linear", outputs: 3 }),
  "linear, frozen": rows({ kind: "linear", outputs: 3, frozen: true }),
  gelu: rows({ kind: "gelu" }),
  geluExact: rows({ kind: "geluExact" }),
  relu: rows({ kind: "relu" }),
  leakyRelu: rows({ kind: "leakyRelu", negativeSlope: 0.2 }),
  tanh: rows({ kind: "tanh" }),
  sigmoid: rows({ kind: "sigmoid" }),
  silu: rows({ kind: "silu" }),
  softplus: rows({ kind: "softplus" }),
  "softplus with β and a threshold": rows({ kind: "softplus", beta: 2, threshold: 1 }),
  elu: rows({ kind: "elu", alpha: 0.7 }),
  selu: rows({ kind: "selu" }),
  hardSwish: rows({ kind: "scale", factor: 3 }, { kind: "hardSwish" }),
  pRelu: rows({ kind: "pRelu" }),
  "pRelu per channel": images({ kind: "pRelu", perChannel: true }),
  dropout: rows({ kind: "dropout", keepProb: 0.6 }),
  batchNorm: rows({ kind: "batchNorm" }),
  "batchNorm of pixels": images({ kind: "batchNorm", epsilon: 0.1 }),
  layerNorm: rows({ kind: "layerNorm" }),
  "layerNorm of tokens": tokens({ kind: "layerNorm" }),
  residual: rows({
    kind: "residual",
    layers: [
      { kind: "linear", outputs: 4 },
      { kind: "dropout", keepProb: 0.7 },
    ],
  }),
  "residual with a shortcut": rows({
    kind: "residual",
    layers: [{ kind: "linear", outputs: 3 }, { kind: "tanh" }],
    shortcut: [{ kind: "linear", outputs: 3 }],
  }),
  sequential: rows({ kind: "sequential", layers: [{ kind: "linear", outputs: 3 }, { kind: "gelu" }] }),
  ensemble: rows({
    kind: "ensemble",
    copies: 2,
    answers: "numbers",
    layers: [
      { kind: "linear", outputs: 2 },
      { kind: "sequential", layers: [{ kind: "linear", outputs: 2 }, { kind: "tanh" }] },
    ],
  }),
  dct: images({ kind: "dct", keep: 3, power: 0.5 }),
  groupClasses: rows({ kind: "groupClasses", groups: [0, 1, 0, 1] }),
  testTimeAugmentation: images({ kind: "testTimeAugmentation", flip: true }),
  testTimeAverage: rows({ kind: "testTimeAverage", count: 2 }),
  piecewiseLinear: rows({ kind: "piecewiseLinear", edges: [[], [-1, 0, 1], [-0.5, 0.5], [0, 3]] }),
  patches: { inputShape: [4, 6, 2], layers: [{ kind: "patches", size: 2 }] },
  transpose: tokens({ kind: "transpose" }),
  globalAveragePool1d: tokens({ kind: "globalAveragePool1d" }),
  globalAveragePool2d: images({ kind: "globalAveragePool2d" }),
  embedding: { inputShape: [3], symbols: 5, layers: [{ kind: "embedding", rows: 5, columns: 2 }] },
  positionEmbedding: tokens({ kind: "positionEmbedding", length: 4 }),
  "positionEmbedding, sinusoidal": tokens({ kind: "positionEmbedding", table: "sinusoidal" }),
  multiHeadAttention: tokens({ kind: "multiHeadAttention", heads: 2 }),
  "multiHeadAttention, causal": tokens({ kind: "multiHeadAttention", heads: 1, causal: true }),
  conv2d: images({ kind: "conv2d", outputs: 3, kernel: 3, padding: 1 }),
  "conv2d with strides, dilation and groups": images({
    ...{ kind: "conv2d", outputs: 4, kernel: [2, 3], stride: [1, 2], padding: "same", dilation: [2, 1], groups: 2 },
  }),
  "conv2d without bias, frozen": images({ kind: "conv2d", outputs: 2, kernel: 2, bias: false, frozen: true }),
  maxPool2d: images({ kind: "maxPool2d", size: 3, stride: 2, padding: 1 }),
  averagePool2d: images({ kind: "averagePool2d", size: 2, stride: 1, padding: "same" }),
  "averagePool2d that counts its padding": images({
    ...{ kind: "averagePool2d", size: 3, stride: 2, padding: 1, countPadding: true },
  }),
};

/** One step of a case, all numbers of it drawn. */
function traced({ inputShape, layers, symbols }: Case) {
  const random = new RandomState(3);
  const network = makeNetwork({ inputShape, layers, dtype: "float64" }, { random });
  random.fillRandn(network.values, 0.7);
  const draw = (shape: Shape): Tensor => {
    const tensor = Tensor.zeros(shape, "float64");
    if (symbols) for (let i = 0; i < tensor.size; i++) tensor.data[i] = random.randint(0, symbols);
    else random.fillRandn(tensor.data);
    return tensor;
  };
  const x = draw([3, ...inputShape]);
  const y = network.outputShape(x.shape, "train");
  const targets = Tensor.zeros(y, "float64");
  random.fillRandn(targets.data);
  return { network, trace: traceStep(network, { x, loss: new MeanSquaredError(), targets }) };
}

/** The arrays that have a formula: those of parameters in the layer that holds them. */
function arraysOf({ y, dx, parameters, inner }: TracedLayer): [string, Tensor][] {
  const own = inner.length > 0 ? [] : parameters;
  return [["y", y], ["dx", dx], ...own.map(({ key, gradient }): [string, Tensor] => [`d${key}`, gradient])];
}

test("every kind of layer has a case and formulas", () => {
  const kinds = new Set(Object.values(cases).flatMap(({ layers }) => layers.map(({ kind }) => kind as string)));
  expect([...kinds].sort()).toEqual(Object.keys(layerKinds).sort());
  expect(Object.keys(layerEntries).sort()).toEqual(Object.keys(layerKinds).sort());
});

describe.each(Object.entries(cases))("%s", (_, of) => {
  const { network, trace } = traced(of);

  test("the numbers of the formula of every entry give the entry, and each line its own value", () => {
    for (const layer of allLayers(trace.layers)) {
      for (const [array, { data, shape }] of arraysOf(layer)) {
        for (let place = 0; place < data.length; place++) {
          const lines = layerEntry(layer, array, place);
          const what = `${layer.kind} ${array}[${place}] of ${shape}`;
          for (const { expression, value } of lines)
            expect(Math.abs(evaluateExpression(expression) - value), what).toBeLessThan(1e-12);
          const last = lines[lines.length - 1];
          expect([last.symbol, last.value], what).toEqual([array, data[place]]);
        }
      }
    }
  });

  test("every number that a formula takes from an array is the number there, and shortened sums keep the total", () => {
    for (const layer of allLayers(trace.layers)) {
      const own: Record<string, Tensor> = { x: layer.x, y: layer.y, dx: layer.dx, dy: layer.dy };
      for (const { key, value } of [...layer.parameters, ...layer.buffers]) own[key] = value;
      for (const [array, { data }] of arraysOf(layer)) {
        const lines = layerEntry(layer, array, data.length - 1);
        for (const { expression } of lines) {
          for (const { array: name, index, value } of sourcesOf(expression)) {
            let found: unknown = own[name]?.toArray();
            for (const i of index) found = (found as readonly unknown[])?.[i];
            if (own[name]) expect(value).toBe(found);
          }
          expect(evaluateExpression(shortenSums(expression, 3))).toBeCloseTo(evaluateExpression(expression), 12);
        }
      }
    }
  });

  test("the gradient of any entry agrees with central differences, also of layers within layers", () => {
    const before = network.save();
    for (const layer of allLayers(trace.layers)) {
      const arrays = ["x", "y", ...layer.parameters.map(({ key }) => key)];
      for (const array of arrays) {
        const { size } =
          array === "x" ? layer.dx : array === "y" ? layer.dy : layer.parameters[arrays.indexOf(array) - 2].gradient;
        const checked = trace.check(layer, array, size - 1);
        if (array === "x" && layer.layer.discreteInput) expect(checked).toBeUndefined();
        else {
          const { analytic, numerical } = checked as NonNullable<typeof checked>;
          expect(Math.abs(analytic - numerical), `${layer.kind} ${array}`).toBeLessThan(1e-8);
        }
      }
    }
    expect(network.save()).toEqual(before);
  });
});
