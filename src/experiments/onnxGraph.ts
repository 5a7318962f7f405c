import { SettingsError } from "../tensor/errors.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { type Model, restoreNetwork } from "./model.ts";
import { addNetwork } from "./onnxLayers.ts";
import { addNode, floatsNode, type OnnxNode, type OnnxValue, stringsNode } from "./onnxNode.ts";
import { addImageInputs, addTableInputs, inputValue, type OnnxInputs } from "./onnxPreprocessing.ts";

/**
 * The inputs of an ONNX file: "raw" images or rows as in files, or "encoded" numbers, the inputs of the network; "oldEncoded" are those with
 * the names of version 0.1.
 */
export type OnnxForm = "raw" | "encoded" | "oldEncoded";

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** in front of the names of parameters and of all other values within the graph */
  readonly prefix: string;
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/** The graph of a model. Throws SettingsError for a layer that ONNX has no nodes for. */
export function onnxGraph(model: Model, form: OnnxForm): OnnxGraph {
  const network = restoreNetwork(model);
  const { inputShape } = model.network;
  const nodes: OnnxNode[] = [];
  const shape = network.outputShape([1, ...inputShape]).slice(1);
  const { inputs, value } = form === "raw" ? addRawInputs(nodes, model) : encodedInputs(model, form);
  const before = nodes.length;
  const result = addNetwork(nodes, network, value, inputShape);
  if (nodes.length === before && form !== "raw")
    throw new SettingsError("ONNX: the network has no layers with an effect");
  const outputs = form === "raw" ? addOutputs(nodes, model, result, shape, inputs) : logits(result, shape);
  const prefix = onnxPrefix(model, form);
  const names = new Map([
    ...inputs.map(({ name }, i) => [inputValue(i), name] as const),
    ...outputs.map((output) => [output.value, output.name] as const),
  ]);
  const rename = (internal: string): string => names.get(internal) ?? prefix + internal;
  const renamed = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    output: rename(node.output),
    moreOutputs: node.moreOutputs?.map(rename),
  }));
  return {
    nodes: renamed,
    inputs,
    outputs: outputs.map(({ value: _, ...output }) => output),
    prefix,
    parameters: network.save(),
  };
}

/** The prefix of the names of parameters, because columns can have any name, even that of a parameter. */
export function onnxPrefix({ preprocessing, labelNames }: Model, form: OnnxForm): string {
  if (form !== "raw") return "";
  const names = [...labelNames, ...(preprocessing?.features ?? []).map(({ name }) => name)];
  let prefix = "handgrad/";
  while (names.some((name) => name.startsWith(prefix))) prefix = `_${prefix}`;
  return prefix;
}

type Output = OnnxValue & {
  /** its name in the nodes */
  readonly value: string;
};

function addRawInputs(nodes: OnnxNode[], { preprocessing, normalization, network }: Model): OnnxInputs {
  const { inputShape } = network;
  if (preprocessing) return addTableInputs(nodes, preprocessing);
  if (normalization.mean.length > 0) return addImageInputs(nodes, normalization, inputShape);
  const name = inputShape.length === 3 ? "images" : "inputs";
  const doc = "numbers as the network takes them";
  return { inputs: [{ name, type: "float", shape: ["batch", ...inputShape], doc }], value: inputValue(0) };
}

function encodedInputs({ network: { inputShape }, preprocessing }: Model, form: OnnxForm): OnnxInputs {
  const name = preprocessing && form === "encoded" ? "features" : "images";
  return { inputs: [{ name, type: "float", shape: ["batch", ...inputShape], doc: "" }], value: inputValue(0) };
}

function logits(value: string, shape: Shape): Output[] {
  return [{ name: "logits", type: "float", shape: ["batch", ...shape], doc: "", value }];
}

/** The outputs: for classes logits, probabilities and the label; numbers in units of the target. */
function addOutputs(
  nodes: OnnxNode[],
  { answers, labelNames, preprocessing }: Model,
  network: string,
  shape: Shape,
  inputs: readonly OnnxValue[],
): Output[] {
  const taken = new Set(inputs.map(({ name }) => name));
  const free = (name: string): string => (taken.has(name) ? free(`${name}_output`) : name);
  const output = (name: string, value: string, doc: string, rest: Partial<Output> = {}): Output => {
    const own = { name: free(name), type: "float", shape: ["batch", ...shape], doc, value, ...rest } as const;
    taken.add(own.name);
    return own;
  };
  if (answers === "numbers") {
    const name = labelNames.length === 1 ? labelNames[0] : "values";
    if (preprocessing?.target.kind !== "number")
      return [output(name, addNode(nodes, "Identity", [network]), labelNames.join(", "))];
    const { mean, deviation } = preprocessing.target;
    const scaled = addNode(nodes, "Mul", [network, floatsNode(nodes, [deviation])]);
    const units = addNode(nodes, "Add", [scaled, floatsNode(nodes, [mean])]);
    return [output(name, units, "in the units of the training data")];
  }
  const result = addNode(nodes, "Identity", [network]);
  const scores = output("logits", result, "one for each label, before the softmax");
  if (shape.length !== 1) return [scores];
  if (answers === "labels") {
    const doc = `the probability of each label: ${labelNames.join(", ")}`;
    return [
      { ...scores, doc: "one for each label" },
      output("probabilities", addNode(nodes, "Sigmoid", [result]), doc),
    ];
  }
  const probabilities = addNode(nodes, "Softmax", [result], { axis: -1 });
  const best = addNode(nodes, "ArgMax", [result], { axis: -1, keepdims: 0 });
  const label = addNode(nodes, "Gather", [stringsNode(nodes, labelNames), best], { axis: 0 });
  return [
    scores,
    output("probabilities", probabilities, `one for each label, with sum 1: ${labelNames.join(", ")}`),
    output("label", label, "the most probable label", { type: "string", shape: ["batch"] }),
  ];
}
