import { Activation } from "../layers/activation.ts";
import { BatchNorm } from "../layers/batchNorm.ts";
import { Dropout } from "../layers/dropout.ts";
import { Flatten } from "../layers/flatten.ts";
import { Frequencies } from "../layers/frequencies.ts";
import { GroupClasses } from "../layers/groupClasses.ts";
import type { Layer } from "../layers/layer.ts";
import { LayerNorm } from "../layers/layerNorm.ts";
import { Linear } from "../layers/linear.ts";
import { Residual } from "../layers/residual.ts";
import { Sequential } from "../layers/sequential.ts";
import { MeanOfViews, Views } from "../layers/views.ts";
import { SettingsError } from "../tensor/errors.ts";
import { Tensor } from "../tensor/tensor.ts";

/** One operation of ONNX: named values in, one named value out. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute =
  | number
  | string
  | { readonly float: number }
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> };

/** The nodes for a layer from the value `input` to the one that is returned; parameters are called by `path`. */
type Translate<Kind extends Layer> = (layer: Kind, input: string, nodes: OnnxNode[], path: string) => string;

function add(nodes: OnnxNode[], operator: string, inputs: readonly string[], attributes: OnnxNode["attributes"] = {}) {
  const output = `${operator.toLowerCase()}_${nodes.length}`;
  nodes.push({ operator, inputs, output, attributes });
  return output;
}

/** Whole numbers as a value of the graph. */
function ints(nodes: OnnxNode[], values: ArrayLike<number>): string {
  return add(nodes, "Constant", [], { value_ints: { ints: values } });
}

/** A matrix of fixed numbers as a value of the graph. */
function matrix(nodes: OnnxNode[], { shape, data }: Tensor): string {
  return add(nodes, "Reshape", [add(nodes, "Constant", [], { value_floats: { floats: data } }), ints(nodes, shape)]);
}

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

/** What each activation is in ONNX; Gelu is an operator since opset 20. */
const activationNodes: Record<Activation["kind"], Translate<Activation>> = {
  gelu: (_, x, nodes) => add(nodes, "Gelu", [x], { approximate: "tanh" }),
  geluExact: (_, x, nodes) => add(nodes, "Gelu", [x], { approximate: "none" }),
  relu: (_, x, nodes) => add(nodes, "Relu", [x]),
  leakyRelu: ({ negativeSlope }, x, nodes) => add(nodes, "LeakyRelu", [x], { alpha: { float: negativeSlope } }),
  tanh: (_, x, nodes) => add(nodes, "Tanh", [x]),
  sigmoid: (_, x, nodes) => add(nodes, "Sigmoid", [x]),
  silu: (_, x, nodes) => add(nodes, "Mul", [x, add(nodes, "Sigmoid", [x])]),
};

/** Throws SettingsError for a layer that ONNX has no operation for. */
function translate(layer: Layer, x: string, nodes: OnnxNode[], path: string): string {
  const named = (...keys: string[]) => keys.map((key) => `${path}${layer.name}_${key}`);
  if (layer instanceof Flatten) return add(nodes, "Flatten", [x], { axis: 1 });
  if (layer instanceof Linear) return add(nodes, "Gemm", [x, ...named("w", "b")]);
  if (layer instanceof Activation) return activationNodes[layer.kind](layer, x, nodes, path);
  if (layer instanceof Dropout) return x; // the identity, in use
  if (layer instanceof Frequencies) {
    const matrices = [layer.rows, layer.columns, layer.colours].map((cosines) => matrix(nodes, cosines));
    const amplitudes = add(nodes, "Einsum", [x, ...matrices], { equation: "nhwc,uh,vw,dc->nuvd" });
    return add(nodes, "Flatten", [amplitudes], { axis: 1 });
  }
  if (layer instanceof GroupClasses) return groupNodes(layer, x, nodes);
  if (layer instanceof Views) {
    const pixels = add(nodes, "Flatten", [x], { axis: 1 });
    const seen = add(nodes, "Gather", [pixels, ints(nodes, layer.places)], { axis: 1 });
    return add(nodes, "Reshape", [seen, ints(nodes, [-1, ...layer.shape])]);
  }
  if (layer instanceof MeanOfViews) {
    const images = add(nodes, "Reshape", [x, ints(nodes, [-1, layer.count, layer.classes])]);
    return add(nodes, "ReduceMean", [images, ints(nodes, [1])], { keepdims: 0 });
  }
  if (layer instanceof BatchNorm) {
    const inputs = [x, ...named("w", "b", "mean", "variance")];
    return add(nodes, "BatchNormalization", inputs, { epsilon: { float: layer.epsilon } });
  }
  if (layer instanceof LayerNorm) {
    const attributes = { axis: -1, epsilon: { float: layer.epsilon } };
    return add(nodes, "LayerNormalization", [x, ...named("w", "b")], attributes);
  }
  if (layer instanceof Residual) {
    return add(nodes, "Add", [x, translateAll(layer.inner, x, nodes, `${path}${layer.name}_`)]);
  }
  if (layer instanceof Sequential) return translateAll(layer, x, nodes, `${path}${layer.name}_`);
  throw new SettingsError(`ONNX: the layer ${layer.describe()} has no counterpart here; export as safetensors instead`);
}

function translateAll(network: Sequential, input: string, nodes: OnnxNode[], path: string): string {
  return network.layers.reduce((value, layer) => translate(layer, value, nodes, path), input);
}

/** The nodes of a whole network from `input` to `output`. */
export function onnxNodes(network: Sequential, input: string, output: string): OnnxNode[] {
  const nodes: OnnxNode[] = [];
  const last = translateAll(network, input, nodes, "");
  if (nodes.length === 0) throw new SettingsError("ONNX: the network has no layers that do anything");
  return nodes.map((node) => (node.output === last ? { ...node, output } : node));
}
