import type { Shape, Tensor } from "../tensor/tensor.ts";

/** One operation of ONNX: named values in, one named value out. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** of operators with several outputs: the second, … */
  readonly moreOutputs?: readonly string[] | undefined;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute =
  | number
  | string
  | { readonly float: number }
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly strings: readonly string[] }
  /** a vector in float64 */
  | { readonly doubles: readonly number[] };

/** Types of the elements of a tensor, with their numbers in onnx.proto (TensorProto.DataType). */
export const onnxTypes = { float: 1, uint8: 2, int64: 7, string: 8, double: 11 } as const;

export type OnnxType = keyof typeof onnxTypes;

/** An input or output of a graph; "batch" is a size that each call chooses. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | "batch")[];
  /** a description for readers */
  readonly doc: string;
}

/** Adds a node and returns the name of its output, which no other node has. */
export function addNode(
  nodes: OnnxNode[],
  operator: string,
  inputs: readonly string[],
  attributes: OnnxNode["attributes"] = {},
): string {
  const output = `${operator.toLowerCase()}_${nodes.length}`;
  nodes.push({ operator, inputs, output, attributes });
  return output;
}

/** Whole numbers as a value of the graph. */
export function intsNode(nodes: OnnxNode[], values: ArrayLike<number>): string {
  return addNode(nodes, "Constant", [], { value_ints: { ints: values } });
}

/** A vector of fixed numbers as a value of the graph. */
export function floatsNode(nodes: OnnxNode[], values: ArrayLike<number>): string {
  return addNode(nodes, "Constant", [], { value_floats: { floats: values } });
}

export function stringsNode(nodes: OnnxNode[], values: readonly string[]): string {
  return addNode(nodes, "Constant", [], { value_strings: { strings: values } });
}

/** A matrix of fixed numbers as a value of the graph. */
export function matrixNode(
  nodes: OnnxNode[],
  { shape, data }: { readonly shape: Shape; readonly data: Tensor["data"] },
) {
  return addNode(nodes, "Reshape", [floatsNode(nodes, data), intsNode(nodes, shape)]);
}

export function castNode(nodes: OnnxNode[], value: string, type: OnnxType): string {
  return addNode(nodes, "Cast", [value], { to: onnxTypes[type] });
}
