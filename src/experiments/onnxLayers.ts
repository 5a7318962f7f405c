import type { Window2d } from "../kernels/imageKernels.ts";
import type { ActivationName } from "../kernels/kernels.ts";
import type { Elu, LeakyRelu, Softplus } from "../layers/activation.ts";
import type { BatchNorm } from "../layers/batchNorm.ts";
import type { Conv2d } from "../layers/conv2d.ts";
import type { Dct } from "../layers/dct.ts";
import type { Dropout } from "../layers/dropout.ts";
import type { Embedding } from "../layers/embedding.ts";
import { type Ensemble, leastProbability } from "../layers/ensemble.ts";
import type { Flatten } from "../layers/flatten.ts";
import type { GlobalAveragePool1d, GlobalAveragePool2d } from "../layers/globalAveragePool.ts";
import type { GroupClasses } from "../layers/groupClasses.ts";
import type { Layer } from "../layers/layer.ts";
import type { LayerNorm } from "../layers/layerNorm.ts";
import type { Linear } from "../layers/linear.ts";
import type { MultiHeadAttention } from "../layers/multiHeadAttention.ts";
import type { Patches } from "../layers/patches.ts";
import type { PiecewiseLinear } from "../layers/piecewiseLinear.ts";
import type { AveragePool2d, MaxPool2d } from "../layers/pool2d.ts";
import type { PositionEmbedding } from "../layers/positionEmbedding.ts";
import type { PRelu } from "../layers/pRelu.ts";
import type { LayerKindName } from "../layers/registry.ts";
import type { Residual } from "../layers/residual.ts";
import type { Scale } from "../layers/scale.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { TestTimeAugmentation, TestTimeAverage } from "../layers/testTimeAugmentation.ts";
import type { Transpose } from "../layers/transpose.ts";
import { paddingAfter } from "../layers/window.ts";
import { SettingsError } from "../tensor/errors.ts";
import { type Shape, Tensor } from "../tensor/tensor.ts";
import { addNode as add, castNode as cast, intsNode as ints, matrixNode as matrix, type OnnxNode } from "./onnxNode.ts";

/** The nodes for a layer from the value `input` of a shape to the one that is returned; parameters are named by `path`. */
type Translate<Kind extends Layer> = (
  layer: Kind,
  input: string,
  nodes: OnnxNode[],
  path: string,
  of: { readonly rank: number; readonly shape: Shape },
) => string;

/** log Σ e^z of each group, around the largest logit of all. */
function groupNodes({ groups, count }: GroupClasses, x: string, nodes: OnnxNode[]): string {
  const membership = Tensor.zeros([groups.length, count]);
  groups.forEach((group, c) => {
    membership.data[c * count + group] = 1;
  });
  const largest = add(nodes, "ReduceMax", [x, ints(nodes, [1])], { keepdims: 1 });
  const powers = add(nodes, "Exp", [add(nodes, "Sub", [x, largest])]);
  return add(nodes, "Add", [add(nodes, "Log", [add(nodes, "MatMul", [powers, matrix(nodes, membership)])]), largest]);
}

/** A list of fixed numbers as a value of the graph. */
function floats(nodes: OnnxNode[], values: ArrayLike<number>): string {
  return add(nodes, "Constant", [], { value_floats: { floats: values } });
}

/** The outputs of all members, (batch, members, outputs), times the weight of each, (1, members). */
function ensembleNodes(layer: Ensemble, x: string, nodes: OnnxNode[], path: string, shape: Shape): string {
  const { members, copies, answers, children } = layer;
  const [mix] = named(path, layer, "mix");
  const each = members.map((member, i) => {
    const output = translateAll(member, x, nodes, `${path}${layer.name}_${layer.nameOf(i)}_`, shape);
    const answer = answers === "numbers" ? output : add(nodes, "Softmax", [output], { axis: -1 });
    return add(nodes, "Unsqueeze", [answer, ints(nodes, [1])]);
  });
  const all = each.length > 1 ? add(nodes, "Concat", each, { axis: 1 }) : each[0];
  const column = add(nodes, "Reshape", [mix, ints(nodes, [children.length, 1])]);
  const weights = add(nodes, "Expand", [column, ints(nodes, [children.length, copies])]);
  const counts = add(nodes, "Reshape", [
    add(nodes, "Mul", [weights, floats(nodes, [1 / copies])]),
    ints(nodes, [1, -1]),
  ]);
  const outputs = layer.outputShape(shape)[1];
  const answer = add(nodes, "Reshape", [add(nodes, "MatMul", [counts, all]), ints(nodes, [-1, outputs])]);
  if (answers === "numbers") return answer;
  return add(nodes, "Log", [add(nodes, "Max", [answer, floats(nodes, [leastProbability])])]);
}

/** max(−1, min(1, scale·x[column] + shift)); unchanged columns have limits beyond all numbers. */
function piecewiseNodes({ bins }: PiecewiseLinear, x: string, nodes: OnnxNode[]): string {
  const columns = ints(
    nodes,
    bins.map(({ column }) => column),
  );
  const chosen = add(nodes, "Gather", [x, columns], { axis: 1 });
  const list = (value: (bin: PiecewiseLinear["bins"][number]) => number) => floats(nodes, bins.map(value));
  const scaled = add(nodes, "Mul", [chosen, list(({ scale }) => (scale === 0 ? 1 : scale))]);
  const straight = add(nodes, "Add", [scaled, list(({ shift }) => shift)]);
  const limit = ({ scale }: { readonly scale: number }) => (scale === 0 ? 3e38 : 1);
  return add(nodes, "Max", [add(nodes, "Min", [straight, list(limit)]), list((bin) => -limit(bin))]);
}

const firstRows = (nodes: OnnxNode[], w: string, rows: number): string =>
  add(nodes, "Slice", [w, ints(nodes, [0]), ints(nodes, [rows]), ints(nodes, [0])]);

/** softmax(q·kᵀ/√depth)·v of each head, (batch, heads, tokens, depth) */
function attentionNodes(
  layer: MultiHeadAttention,
  x: string,
  nodes: OnnxNode[],
  path: string,
  { shape }: { readonly shape: Shape },
): string {
  const { features, heads, causal } = layer;
  const [, tokens] = shape;
  const [wq, bq, wk, bk, wv, bv, wo, bo] = named(path, layer, ...layer.parameterKeys);
  const linear = (input: string, w: string, b: string): string => {
    return add(nodes, "Add", [add(nodes, "MatMul", [input, w]), b]);
  };
  const head = (w: string, b: string, ...perm: readonly number[]): string => {
    const parts = add(nodes, "Reshape", [linear(x, w, b), ints(nodes, [-1, tokens, heads, features / heads])]);
    return add(nodes, "Transpose", [parts], { perm: { ints: perm } });
  };
  const products = add(nodes, "MatMul", [head(wq, bq, 0, 2, 1, 3), head(wk, bk, 0, 2, 3, 1)]);
  const scaled = add(nodes, "Mul", [products, floats(nodes, [1 / Math.sqrt(features / heads)])]);
  const scores = causal ? add(nodes, "Add", [scaled, matrix(nodes, laterTokens(tokens))]) : scaled;
  const answers = add(nodes, "MatMul", [add(nodes, "Softmax", [scores], { axis: -1 }), head(wv, bv, 0, 2, 1, 3)]);
  const together = add(nodes, "Transpose", [answers], { perm: { ints: [0, 2, 1, 3] } });
  return linear(add(nodes, "Reshape", [together, ints(nodes, [-1, tokens, features])]), wo, bo);
}

/** 0 for tokens up to each one, a number whose exponential is 0 for later ones */
function laterTokens(tokens: number): Tensor {
  const mask = Tensor.zeros([tokens, tokens]);
  for (let i = 0; i < tokens; i++) mask.data.fill(-1e38, i * tokens + i + 1, (i + 1) * tokens);
  return mask;
}

/** log(1 + e^(βx))/β; ONNX has it for β = 1. A threshold other than the default, which has no visible effect, needs a Where node. */
function softplusNodes({ beta, threshold }: Softplus, x: string, nodes: OnnxNode[]): string {
  const scaled = beta === 1 ? x : add(nodes, "Mul", [x, floats(nodes, [beta])]);
  const curve = add(nodes, "Softplus", [scaled]);
  const y = beta === 1 ? curve : add(nodes, "Mul", [curve, floats(nodes, [1 / beta])]);
  if (threshold === 20) return y;
  return add(nodes, "Where", [add(nodes, "Greater", [scaled, floats(nodes, [threshold])]), x, y]);
}

/** Each activation in ONNX; Gelu is an operator since opset 20. */
const activationNodes: { readonly [Kind in ActivationName]: Translate<never> } = {
  gelu: (_, x, nodes) => add(nodes, "Gelu", [x], { approximate: "tanh" }),
  geluExact: (_, x, nodes) => add(nodes, "Gelu", [x], { approximate: "none" }),
  relu: (_, x, nodes) => add(nodes, "Relu", [x]),
  leakyRelu: ({ negativeSlope }: LeakyRelu, x, nodes) =>
    add(nodes, "LeakyRelu", [x], { alpha: { float: negativeSlope } }),
  tanh: (_, x, nodes) => add(nodes, "Tanh", [x]),
  sigmoid: (_, x, nodes) => add(nodes, "Sigmoid", [x]),
  silu: (_, x, nodes) => add(nodes, "Mul", [x, add(nodes, "Sigmoid", [x])]),
  softplus: softplusNodes,
  elu: ({ alpha }: Elu, x, nodes) => add(nodes, "Elu", [x], { alpha: { float: alpha } }),
  selu: (_, x, nodes) => add(nodes, "Selu", [x]),
  hardSwish: (_, x, nodes) => add(nodes, "HardSwish", [x]),
};

/** Parameters as values of the graph: "res1_fc1_w". */
const named = (path: string, { name }: Layer, ...keys: string[]) => keys.map((key) => `${path}${name}_${key}`);

/** Applies `make` to images with channels first, as in ONNX, and converts the result back. */
function channelsFirst(x: string, nodes: OnnxNode[], make: (images: string) => string): string {
  const images = add(nodes, "Transpose", [x], { perm: { ints: [0, 3, 1, 2] } });
  return add(nodes, "Transpose", [make(images)], { perm: { ints: [0, 2, 3, 1] } });
}

/** Padding below and to the right is what the last windows need: ONNX leaves out pixels that no window reaches, as Handgrad does. */
function windowAttributes(windows: Window2d) {
  const { kernel, stride, dilation, padding } = windows;
  const pads = { ints: [...padding, ...paddingAfter(windows)] };
  return {
    kernel_shape: { ints: [...kernel] },
    strides: { ints: [...stride] },
    dilations: { ints: [...dilation] },
    pads,
  };
}

/** Each kind of layer in ONNX; a missing kind does not compile. */
const layerNodes: { readonly [Kind in Exclude<LayerKindName, ActivationName>]: Translate<never> } = {
  flatten: (_: Flatten, x, nodes) => add(nodes, "Flatten", [x], { axis: 1 }),
  linear: (layer: Linear, x, nodes, path, { rank }) => {
    const [w, b] = named(path, layer, "w", "b");
    return rank === 2 ? add(nodes, "Gemm", [x, w, b]) : add(nodes, "Add", [add(nodes, "MatMul", [x, w]), b]);
  },
  dropout: (_: Dropout, x) => x, // the identity in evaluation
  dct: (layer: Dct, x, nodes) => {
    const matrices = [layer.rows, layer.columns, layer.colours].map((cosines) => matrix(nodes, cosines));
    const amplitudes = add(nodes, "Einsum", [x, ...matrices], { equation: "nhwc,uh,vw,dc->nuvd" });
    return add(nodes, "Flatten", [amplitudes], { axis: 1 });
  },
  groupClasses: groupNodes,
  testTimeAugmentation: (layer: TestTimeAugmentation, x, nodes) => {
    const pixels = add(nodes, "Flatten", [x], { axis: 1 });
    const seen = add(nodes, "Gather", [pixels, ints(nodes, layer.places)], { axis: 1 });
    return add(nodes, "Reshape", [seen, ints(nodes, [-1, ...layer.shape])]);
  },
  testTimeAverage: (layer: TestTimeAverage, x, nodes, _path, { shape }) => {
    const images = add(nodes, "Reshape", [x, ints(nodes, [-1, layer.count, shape[1]])]);
    return add(nodes, "ReduceMean", [images, ints(nodes, [1])], { keepdims: 0 });
  },
  batchNorm: (layer: BatchNorm, x, nodes, path, { rank }) => {
    const parameters = named(path, layer, "w", "b", "mean", "variance");
    const normalize = (input: string) =>
      add(nodes, "BatchNormalization", [input, ...parameters], { epsilon: { float: layer.epsilon } });
    if (rank === 2) return normalize(x);
    // ONNX normalizes the second dimension, Handgrad the last
    const inner = Array.from({ length: rank - 2 }, (_, i) => i + 1);
    const first = add(nodes, "Transpose", [x], { perm: { ints: [0, rank - 1, ...inner] } });
    return add(nodes, "Transpose", [normalize(first)], { perm: { ints: [0, ...inner.map((i) => i + 1), 1] } });
  },
  layerNorm: (layer: LayerNorm, x, nodes, path) => {
    const attributes = { axis: -1, epsilon: { float: layer.epsilon } };
    return add(nodes, "LayerNormalization", [x, ...named(path, layer, "w", "b")], attributes);
  },
  conv2d: (layer: Conv2d, x, nodes, path, { shape }) => {
    const windows = layer.windows(shape);
    const w = add(nodes, "Transpose", named(path, layer, "w"), { perm: { ints: [3, 2, 0, 1] } });
    const bias = layer.b ? named(path, layer, "b") : [];
    const attributes = { ...windowAttributes(windows), group: windows.groups };
    return channelsFirst(x, nodes, (images) => add(nodes, "Conv", [images, w, ...bias], attributes));
  },
  maxPool2d: (layer: MaxPool2d, x, nodes, _path, { shape }) =>
    channelsFirst(x, nodes, (images) => add(nodes, "MaxPool", [images], windowAttributes(layer.windows(shape)))),
  averagePool2d: (layer: AveragePool2d, x, nodes, _path, { shape }) => {
    const { dilations: _, ...attributes } = windowAttributes(layer.windows(shape));
    const counted = { ...attributes, count_include_pad: layer.countPadding ? 1 : 0 };
    return channelsFirst(x, nodes, (images) => add(nodes, "AveragePool", [images], counted));
  },
  globalAveragePool2d: (_: GlobalAveragePool2d, x, nodes) =>
    add(nodes, "ReduceMean", [x, ints(nodes, [1, 2])], { keepdims: 0 }),
  scale: (layer: Scale, x, nodes) => add(nodes, "Mul", [x, floats(nodes, [layer.factor])]),
  ensemble: (layer: Ensemble, x, nodes, path, { shape }) => ensembleNodes(layer, x, nodes, path, shape),
  piecewiseLinear: piecewiseNodes,
  pRelu: (layer: PRelu, x, nodes, path) => add(nodes, "PRelu", [x, ...named(path, layer, "w")]),
  patches: ({ size }: Patches, x, nodes, _path, { shape }) => {
    const [, height, width, channels] = shape;
    const [rows, columns] = [height / size, width / size];
    const squares = add(nodes, "Reshape", [x, ints(nodes, [-1, rows, size, columns, size * channels])]);
    const tokens = add(nodes, "Transpose", [squares], { perm: { ints: [0, 1, 3, 2, 4] } });
    return add(nodes, "Reshape", [tokens, ints(nodes, [-1, rows * columns, size * size * channels])]);
  },
  transpose: (_: Transpose, x, nodes) => add(nodes, "Transpose", [x], { perm: { ints: [0, 2, 1] } }),
  embedding: (layer: Embedding, x, nodes, path) => {
    const rows = cast(nodes, x, "int64");
    return add(nodes, "Gather", [...named(path, layer, "w"), rows], { axis: 0 });
  },
  positionEmbedding: (layer: PositionEmbedding, x, nodes, path, { shape }) => {
    const [w] = layer.parameters.length > 0 ? named(path, layer, "w") : [matrix(nodes, layer.w.value)];
    const used = shape[1] === layer.length ? w : firstRows(nodes, w, shape[1]);
    return add(nodes, "Add", [x, used]);
  },
  multiHeadAttention: attentionNodes,
  globalAveragePool1d: (_: GlobalAveragePool1d, x, nodes) => {
    return add(nodes, "ReduceMean", [x, ints(nodes, [1])], { keepdims: 0 });
  },
  residual: ({ inner, shortcut, name }: Residual, x, nodes, path, { shape }) => {
    const direct = shortcut ? translateAll(shortcut, x, nodes, `${path}${name}_shortcut_`, shape) : x;
    return add(nodes, "Add", [direct, translateAll(inner, x, nodes, `${path}${name}_`, shape)]);
  },
  sequential: (layer: Sequential, x, nodes, path, { shape }) => {
    return translateAll(layer, x, nodes, `${path}${layer.name}_`, shape);
  },
};

const translations: Readonly<Record<string, Translate<never>>> = { ...layerNodes, ...activationNodes };

/** Throws SettingsError for a layer that is not in the registry. */
function translateAll(network: Sequential, input: string, nodes: OnnxNode[], path: string, inputShape: Shape): string {
  let shape = inputShape;
  return network.layers.reduce((value, layer) => {
    const translate = translations[layer.kind] as Translate<Layer> | undefined;
    if (!translate) {
      throw new SettingsError(
        `ONNX: ${layer.describe()}: expected a layer of a known kind, found ${layer.kind}; export as safetensors instead`,
      );
    }
    const output = translate(layer, value, nodes, path, { rank: shape.length, shape });
    shape = layer.outputShape(shape);
    return output;
  }, input);
}

/**
 * Adds the nodes of a whole network for inputs of a shape without the batch; returns the name of the output, which is
 * `input` itself if no layer has an effect.
 */
export function addNetwork(nodes: OnnxNode[], network: Sequential, input: string, inputShape: Shape): string {
  return translateAll(network, input, nodes, "", [1, ...inputShape]);
}
