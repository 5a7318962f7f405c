import * as v from "valibot";
import { parseBoundedJson } from "../formats/boundedJson.ts";
import { readNpz } from "../formats/npy.ts";
import { encodeNpz } from "../formats/npyWrite.ts";
import { recognizeFile } from "../formats/recognizeFile.ts";
import { repeatedKey } from "../formats/repeatedKey.ts";
import { decodeSafetensors } from "../formats/safetensors.ts";
import { otherElements } from "../formats/safetensorsElements.ts";
import { explain, index, problemLines } from "../schema.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";
import { sizeOf, Tensor } from "../tensor/tensor.ts";
import { fileError } from "./fileError.ts";
import { foreignFileError, weightsAdvice } from "./foreignFile.ts";
import { decodeModel, encodeModel, type Model, modelJson, parseModel, restoreNetwork } from "./model.ts";
import { decodeOnnx, encodeOnnx, type OnnxOptions } from "./onnx.ts";

/** The formats for export and import of models. None of them can contain code. */
export const modelFormats = {
  /** parameters and description; PyTorch, JAX and NumPy read it */
  safetensors: { encode: encodeModel, decode: async (bytes, where) => decodeModel(bytes, where) },
  /** a NumPy array for each parameter, and the description as the array of bytes "handgrad" */
  npz: { encode: encodeNpzModel, decode: decodeNpzModel },
  /** the whole network, for onnxruntime and others */
  onnx: { encode: encodeOnnx, decode: async (bytes, where) => decodeOnnx(bytes, where) },
  /** everything as text */
  json: { encode: encodeJsonModel, decode: async (bytes, where) => decodeJsonModel(bytes, where) },
} satisfies Record<string, ModelFormatCodec>;

export type ModelFormat = keyof typeof modelFormats;

/** The options of each format; only ONNX has any. */
export type ExportOptions = OnnxOptions;

interface ModelFormatCodec {
  encode(model: Model, options?: ExportOptions): Uint8Array<ArrayBuffer>;
  /** Throws DataError that names the file. */
  decode(bytes: Uint8Array, where: { readonly name: string }): Promise<Model>;
}

/** The bytes of a model in a format. Throws SettingsError for options that the format does not have. */
export function exportModel(model: Model, format: ModelFormat, options: ExportOptions = {}): Uint8Array<ArrayBuffer> {
  if (options.preprocessing !== undefined && format !== "onnx")
    throw new SettingsError(`exportModel: preprocessing: expected the format onnx, found ${format}`);
  return (modelFormats as Record<ModelFormat, ModelFormatCodec>)[format].encode(model, options);
}

/** A model from a file in any of the formats, detected by its first bytes. Throws DataError that names the file. */
export async function importModel(bytes: Uint8Array, { name }: { readonly name: string }): Promise<Model> {
  const { kind } = recognizeFile(bytes);
  if (kind === "safetensors") checkOwnSafetensors(bytes, name);
  if (isFormat(kind)) return fitting(await modelFormats[kind].decode(bytes, { name }), name);
  throw foreignFileError(bytes, name, `a model in one of the formats ${Object.keys(modelFormats).join(", ")}`);
}

function checkOwnSafetensors(bytes: Uint8Array, name: string): void {
  const { metadata } = decodeSafetensors(bytes, { name, elements: otherElements });
  if (!Object.hasOwn(metadata, "handgrad"))
    throw new DataError(`${name}: a safetensors file, but not a model of Handgrad; ${weightsAdvice(name)}`);
}

const isFormat = (kind: string): kind is ModelFormat => Object.hasOwn(modelFormats, kind);

/** The model, if its parameters are those of its network. */
function fitting(model: Model, name: string): Model {
  try {
    restoreNetwork(model);
    return model;
  } catch (error) {
    throw fileError(error, name);
  }
}

const DESCRIPTION = "handgrad";

function encodeNpzModel(model: Model): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(modelJson(model));
  return encodeNpz({ ...model.parameters, [DESCRIPTION]: { shape: [text.length], data: text } });
}

async function decodeNpzModel(bytes: Uint8Array, { name }: { readonly name: string }): Promise<Model> {
  const { [DESCRIPTION]: description, ...arrays } = await readNpz(bytes, { name });
  if (!(description?.data instanceof Uint8Array)) {
    throw new DataError(
      `${name}: NumPy arrays, but not a Handgrad model: there is no array of bytes "${DESCRIPTION}"; ${weightsAdvice(name)}`,
    );
  }
  const parameters = Object.entries(arrays).map(([key, { shape, data }]) => {
    if (data instanceof Float32Array || data instanceof Float64Array) return [key, new Tensor(shape, data)] as const;
    throw new DataError(`${name}: ${key}.npy must hold float32 or float64`);
  });
  return parseModel(new TextDecoder().decode(description.data), Object.fromEntries(parameters), { name });
}

const jsonModel = v.object({
  model: v.unknown(),
  parameters: v.record(
    v.string(),
    v.object({
      dtype: v.picklist(["float32", "float64"]),
      shape: v.pipe(v.array(index), v.maxLength(8)),
      data: v.custom<number[]>(Array.isArray, "expected a list of numbers"),
    }),
  ),
});

function encodeJsonModel(model: Model): Uint8Array<ArrayBuffer> {
  const parameters = Object.entries(model.parameters).map(([name, { dtype, shape, data }]) => {
    return [name, { dtype, shape, data: Array.from(data) }];
  });
  const content = { model: JSON.parse(modelJson(model)), parameters: Object.fromEntries(parameters) };
  return new TextEncoder().encode(`${JSON.stringify(content)}\n`);
}

function decodeJsonModel(bytes: Uint8Array, { name }: { readonly name: string }): Model {
  let content: unknown;
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    content = parseBoundedJson(text);
  } catch (error) {
    throw new DataError(`${name}: not JSON: ${(error as Error).message.slice(0, 200)}`, { cause: error });
  }
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new DataError(`${name}: it names ${JSON.stringify(repeated.slice(0, 60))} twice`);
  const result = v.safeParse(jsonModel, content);
  if (!result.success) {
    throw new DataError(problemLines(`${name}: JSON, but not a Handgrad model`, explain(result.issues).slice(0, 3)));
  }
  const parameters = Object.entries(result.output.parameters).map(([key, { dtype, shape, data }]) => {
    if (sizeOf(shape) !== data.length)
      throw new DataError(`${name}: ${key} has ${data.length} values for shape ${shape}`);
    if (!data.every((value) => typeof value === "number"))
      throw new DataError(`${name}: ${key} contains something other than numbers`);
    return [key, new Tensor(shape, dtype === "float32" ? Float32Array.from(data) : Float64Array.from(data))] as const;
  });
  return parseModel(JSON.stringify(result.output.model ?? null), Object.fromEntries(parameters), { name });
}
