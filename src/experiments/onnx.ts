import { ProtobufWriter, readProtobuf } from "../formats/protobuf.ts";
import { DataError } from "../tensor/errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { version } from "../version.ts";
import { fileError } from "./fileError.ts";
import { type Model, modelJson, parseModel } from "./model.ts";
import { type OnnxForm, type OnnxGraph, onnxGraph, onnxPrefix } from "./onnxGraph.ts";
import { type OnnxAttribute, type OnnxNode, type OnnxValue, onnxTypes } from "./onnxNode.ts";

// Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const model = { irVersion: 1, producer: 2, producerVersion: 3, doc: 6, graph: 7, opset: 8, metadata: 14 } as const;
const graph = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const tensor = { dims: 1, type: 2, name: 8, raw: 9 } as const;
const entry = { key: 1, value: 2 } as const;

const IR_VERSION = 9;
/** Gelu is an operator from 20 on. */
const OPSET = 20;

export interface OnnxOptions {
  /** whether the file takes raw images or rows (default), or numbers that are encoded already */
  readonly preprocessing?: boolean | undefined;
}

/**
 * A model as an ONNX file in float32. It takes images as bytes, or a table with an input for each column, and gives logits,
 * probabilities and the label, or numbers in units of the target. Its metadata, as JSON, holds the names of the classes, and all that makes it
 * a Handgrad model again.
 */
export function encodeOnnx(trained: Model, { preprocessing = true }: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  const form = preprocessing ? "raw" : "encoded";
  const network = onnxGraph(trained, form);
  const writer = new ProtobufWriter()
    .integer(model.irVersion, IR_VERSION)
    .text(model.producer, "handgrad")
    .text(model.producerVersion, version)
    .text(model.doc, describe(network, form))
    .message(model.graph, writeGraph(network))
    .message(model.opset, new ProtobufWriter().text(1, "").integer(2, OPSET));
  const { labelNames, normalization, preprocessing: table } = trained;
  const metadata = {
    labels: labelNames,
    normalization,
    ...(table && { target: table.target.name }),
    handgrad: modelJson(trained),
    form,
  };
  for (const [key, value] of Object.entries(metadata)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    writer.message(model.metadata, new ProtobufWriter().text(entry.key, key).text(entry.value, text));
  }
  return writer.finish();
}

/** The inputs and outputs of a file of `encodeOnnx` with the same options, in its order. */
export function onnxValues(trained: Model, { preprocessing = true }: OnnxOptions = {}) {
  const { inputs, outputs } = onnxGraph(trained, preprocessing ? "raw" : "encoded");
  return { inputs, outputs };
}

/** The inputs and outputs of a graph, a line for each. */
function describe({ inputs, outputs }: OnnxGraph, form: OnnxForm): string {
  const line = ({ name, type, shape, doc }: OnnxValue) =>
    `${name}: ${type} (${shape.join(", ")})${doc === "" ? "" : `, ${doc}`}`;
  const encoded =
    form === "raw" ? [] : ["images are (byte / 255 − mean) / deviation, row-major; for rows see the metadata"];
  return ["inputs", ...inputs.map(line), "outputs", ...outputs.map(line), ...encoded].join("\n");
}

function writeGraph({ nodes, inputs, outputs, prefix, parameters }: OnnxGraph): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const [i, node] of nodes.entries()) writer.message(graph.node, writeNode(node, i));
  writer.text(graph.name, "handgrad");
  const used = new Set(nodes.flatMap((node) => node.inputs));
  for (const [key, { shape, data }] of Object.entries(parameters)) {
    const name = prefix + key;
    if (!used.has(name)) throw new Error(`ONNX: no node uses ${name}`);
    const bytes = new Uint8Array(4 * data.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i], true);
    const initializer = new ProtobufWriter();
    for (const length of shape) initializer.integer(tensor.dims, length);
    initializer.integer(tensor.type, onnxTypes.float).text(tensor.name, name).bytes(tensor.raw, bytes);
    writer.message(graph.initializer, initializer);
  }
  for (const input of inputs) writer.message(graph.input, writeValue(input));
  for (const output of outputs) writer.message(graph.output, writeValue(output));
  return writer;
}

function writeNode(node: OnnxNode, number: number): ProtobufWriter {
  const { operator, inputs, output, moreOutputs = [], attributes = {} } = node;
  const writer = new ProtobufWriter();
  for (const input of inputs) writer.text(1, input);
  for (const name of [output, ...moreOutputs]) writer.text(2, name);
  writer.text(3, `${operator}_${number}`).text(4, operator);
  for (const [name, value] of Object.entries(attributes)) writer.message(5, writeAttribute(name, value));
  return writer;
}

/** AttributeProto: fields 2 to 9 are values, field 20 is their type. */
function writeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const attribute = new ProtobufWriter().text(1, name);
  if (typeof value === "string") return attribute.text(4, value).integer(20, 3);
  if (typeof value === "number") return attribute.signed(3, value).integer(20, 2);
  if ("float" in value) return attribute.float(2, value.float).integer(20, 1);
  if ("floats" in value) {
    for (let i = 0; i < value.floats.length; i++) attribute.float(7, value.floats[i]);
    return attribute.integer(20, 6);
  }
  if ("strings" in value) {
    for (const text of value.strings) attribute.text(9, text);
    return attribute.integer(20, 8);
  }
  if ("doubles" in value) {
    const bytes = new Uint8Array(8 * value.doubles.length);
    value.doubles.forEach((number, i) => {
      new DataView(bytes.buffer).setFloat64(8 * i, number, true);
    });
    const vector = new ProtobufWriter()
      .integer(tensor.dims, value.doubles.length)
      .integer(tensor.type, onnxTypes.double)
      .bytes(tensor.raw, bytes);
    return attribute.message(5, vector).integer(20, 4);
  }
  for (let i = 0; i < value.ints.length; i++) attribute.signed(8, value.ints[i]);
  return attribute.integer(20, 7);
}

function writeValue({ name, type, shape, doc }: OnnxValue): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const length of shape) {
    const dimension = new ProtobufWriter();
    if (typeof length === "number") dimension.integer(1, length);
    else dimension.text(2, length);
    dimensions.message(1, dimension);
  }
  const tensorType = new ProtobufWriter().integer(1, onnxTypes[type]).message(2, dimensions);
  const value = new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensorType));
  return doc === "" ? value : value.text(3, doc);
}

/**
 * The model in an ONNX file that `encodeOnnx` wrote. The graph must be the one that belongs to its settings, byte by byte, so
 * that other programs compute the same. Throws DataError that names the file.
 */
export function decodeOnnx(bytes: Uint8Array, { name }: { readonly name: string }): Model {
  const metadata = new Map<string, string>();
  let graphBytes: { readonly bytes: Uint8Array; readonly offset: number } | undefined;
  for (const { field, value, offset } of readProtobuf(bytes, { name })) {
    if (typeof value === "number") continue;
    if (field === model.graph) graphBytes = { bytes: value, offset };
    if (field !== model.metadata) continue;
    const fields = new Map([...readProtobuf(value, { name, start: offset })].map((part) => [part.field, part.value]));
    metadata.set(textOf(fields.get(entry.key), name, offset), textOf(fields.get(entry.value), name, offset));
  }
  const described = metadata.get("handgrad");
  if (!graphBytes || described === undefined) {
    throw new DataError(
      `${name}: not an ONNX file that Handgrad wrote: its metadata lacks "handgrad"; others cannot be read`,
    );
  }
  const form = formOf(metadata.get("form"), name);
  const prefix = onnxPrefix(parseModel(described, {}, { name }), form);
  const initializers = Object.entries(readInitializers(graphBytes.bytes, name, graphBytes.offset));
  const parameters = Object.fromEntries(
    initializers.map(([key, value]) => [key.startsWith(prefix) ? key.slice(prefix.length) : key, value]),
  );
  const trained = parseModel(described, parameters, { name });
  let written: Uint8Array;
  try {
    written = writeGraph(onnxGraph(trained, form)).finish();
  } catch (error) {
    throw fileError(error, name);
  }
  const at = written.length === graphBytes.bytes.length ? firstDifference(written, graphBytes.bytes) : 0;
  if (at >= 0) {
    const place = graphBytes.offset + at;
    throw new DataError(`${name}: the graph at byte ${place} is not that of the model in its metadata; it was changed`);
  }
  return trained;
}

/** Files of version 0.1 do not declare the form of their inputs. */
function formOf(text: string | undefined, name: string): OnnxForm {
  if (text === undefined) return "oldEncoded";
  if (text === "raw" || text === "encoded") return text;
  throw new DataError(
    `${name}: its metadata "form" must be raw or encoded, found ${JSON.stringify(text.slice(0, 60))}`,
  );
}

function readInitializers(bytes: Uint8Array, name: string, start: number): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const { field, value, offset } of readProtobuf(bytes, { name, start })) {
    if (field !== graph.initializer || typeof value === "number") continue;
    const shape: number[] = [];
    let key = "";
    let raw: Uint8Array = new Uint8Array(0);
    for (const part of readProtobuf(value, { name, start: offset })) {
      if (part.field === tensor.dims && typeof part.value === "number") shape.push(part.value);
      else if (part.field === tensor.name) key = textOf(part.value, name, part.offset);
      else if (part.field === tensor.raw && typeof part.value !== "number") raw = part.value;
    }
    const size = shape.reduce((product, length) => product * length, 1);
    if (shape.length > 8 || 4 * size !== raw.length || key === "" || key === "__proto__" || key in tensors) {
      throw new DataError(`${name}: the tensor ${JSON.stringify(key.slice(0, 60))} at byte ${offset} is damaged`);
    }
    const copy = new Uint8Array(raw);
    tensors[key] = new Tensor(shape, new Float32Array(copy.buffer));
  }
  return tensors;
}

function textOf(value: number | Uint8Array | undefined, name: string, offset: number): string {
  if (value instanceof Uint8Array) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(value);
    } catch {}
  }
  throw new DataError(`${name}: no text at byte ${offset}`);
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  return a.findIndex((byte, i) => byte !== b[i]);
}
