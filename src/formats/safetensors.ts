import { DataError, SettingsError } from "../tensor/errors.ts";
import { type DType, Tensor } from "../tensor/tensor.ts";
import { parseBoundedJson } from "./boundedJson.ts";
import { repeatedKey } from "./repeatedKey.ts";

/**
 * The contents of a safetensors file. The format: 8 bytes with the length of the header (little-endian), the header (JSON with
 * dtype, shape and data_offsets for each name, and "__metadata__" with strings), then the numbers. It cannot contain code, and
 * PyTorch, JAX and NumPy read and write it with one call. Source: the section "Format" of huggingface/safetensors' README.
 */
export interface Safetensors {
  readonly tensors: Record<string, Tensor>;
  readonly metadata: Record<string, string>;
}

interface Entry {
  readonly tensorName: string;
  readonly dtype: DType;
  /** the conversion of elements of another type */
  readonly element?: SafetensorsElement | undefined;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const METADATA = "__metadata__";
const LENGTH_BYTES = 8;
/** The limit of the reference implementation of the format. A longer header is an attack or not a header. */
const MAX_HEADER_BYTES = 100_000_000;
const FORMAT_NAMES: Readonly<Record<DType, string>> = { float32: "F32", float64: "F64" };

/** How elements of another type are converted to float32 or float64; see `otherElements`. */
export interface SafetensorsElement {
  readonly bytes: number;
  readonly dtype: DType;
  readonly read: (view: DataView, at: number) => number;
}

/**
 * The bytes of a safetensors file. Names keep their order, and every tensor starts at a multiple of its element size. Throws
 * SettingsError for names or metadata that are reserved or not allowed in the format.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  for (const key of [...Object.keys(tensors), ...Object.keys(metadata)]) {
    if (key === METADATA || key === "__proto__")
      throw new SettingsError(`encodeSafetensors: the name ${key} is reserved`);
  }
  for (const text of [...Object.keys(tensors), ...Object.entries(metadata).flat()]) {
    if (typeof text !== "string" || !text.isWellFormed()) {
      throw new SettingsError(
        `encodeSafetensors: expected well-formed strings as names and metadata, found ${show(text)}`,
      );
    }
  }

  // float64 first: everything is then aligned, because the length of the header is a multiple of 8.
  const offsets = new Map<string, number>();
  let length = 0;
  for (const dtype of ["float64", "float32"]) {
    for (const [name, tensor] of Object.entries(tensors)) {
      if (tensor.dtype !== dtype) continue;
      offsets.set(name, length);
      length += tensor.data.byteLength;
    }
  }

  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const begin = offsets.get(name) as number;
    header.push([name, { dtype: FORMAT_NAMES[dtype], shape, data_offsets: [begin, begin + data.byteLength] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const dataStart = LENGTH_BYTES + headerLength;

  const bytes = new Uint8Array(dataStart + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, dataStart); // the header is padded with spaces
  bytes.set(json, LENGTH_BYTES);
  for (const [name, { data }] of Object.entries(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart + (offsets.get(name) as number));
  }
  return bytes;
}

/**
 * Reads the tensors and metadata of a safetensors file. Each tensor is a copy. F32, F64 and the types in `elements` are
 * supported. `name` is the name of the file, for messages. Throws DataError for everything that the format does not allow: it
 * checks all lengths, offsets and names, and allocates at most the length of the file.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  { name, elements = {} }: { readonly name: string; readonly elements?: Readonly<Record<string, SafetensorsElement>> },
): Safetensors {
  const fail = (problem: string): never => {
    throw new DataError(`${name}: not a valid safetensors file: ${problem}`);
  };
  const header = readHeader(bytes, fail);
  const dataStart = LENGTH_BYTES + header.length;
  const dataLength = bytes.length - dataStart;

  // Without a prototype, so that no name can refer to one.
  const metadata: Record<string, string> = Object.create(null);
  const tensors: Record<string, Tensor> = Object.create(null);
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(header.fields)) {
    if (key === "__proto__") fail("the name __proto__ is not allowed");
    if (key !== METADATA) {
      entries.push(readEntry(key, value, elements, fail));
    } else if (isRecord(value)) {
      for (const [field, text] of Object.entries(value)) {
        if (field === "__proto__") fail(`${METADATA}: the name __proto__ is not allowed`);
        if (typeof text !== "string") fail(`${METADATA}.${show(field)}: expected a string, found ${show(text)}`);
        metadata[field] = text as string;
      }
    } else {
      fail(`${METADATA}: expected an object, found ${show(value)}`);
    }
  }

  let expected = 0;
  for (const { tensorName, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== expected) {
      const problem = begin < expected ? "overlaps the tensor before it" : "leaves a gap";
      fail(`${show(tensorName)}: data_offsets [${begin}, ${end}] ${problem}, which ends at ${expected}`);
    }
    if (end > dataLength)
      fail(`${show(tensorName)}: data_offsets end at ${end}, but the file has ${dataLength} bytes of data`);
    expected = end;
  }
  if (expected !== dataLength) fail(`the tensors end at byte ${expected} of the data, but the file has ${dataLength}`);

  for (const { tensorName, dtype, element, shape, begin, end } of entries) {
    if (element) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart + begin, end - begin);
      const tensor = Tensor.zeros(shape, dtype);
      for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = element.read(view, element.bytes * i);
      tensors[tensorName] = tensor;
      continue;
    }
    // A copy, because the bytes of the file may not be aligned (`slice` of Node's Buffer does not copy).
    const copy = new Uint8Array(end - begin);
    copy.set(bytes.subarray(dataStart + begin, dataStart + end));
    const data = dtype === "float32" ? new Float32Array(copy.buffer) : new Float64Array(copy.buffer);
    tensors[tensorName] = new Tensor(shape, data);
  }
  return { tensors, metadata };
}

type Fail = (problem: string) => never;

function readHeader(bytes: Uint8Array, fail: Fail): { fields: Record<string, unknown>; length: number } {
  if (bytes.length < LENGTH_BYTES) return fail(`expected at least 8 bytes, found ${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) return fail(`expected a header of at most ${MAX_HEADER_BYTES} bytes, found ${length}`);
  if (length > bytes.length - LENGTH_BYTES) {
    return fail(`expected a header of ${length} bytes, found ${bytes.length - LENGTH_BYTES}; it may be truncated`);
  }
  let fields: unknown;
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length),
    );
    fields = parseBoundedJson(text);
  } catch (error) {
    return fail(`the header is not JSON (${show((error as Error).message)})`);
  }
  if (!isRecord(fields) || !text.startsWith("{"))
    return fail(`the header: expected a JSON object, found ${show(fields)}`);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) return fail(`the header contains ${show(repeated)} twice`);
  return { fields, length };
}

function readEntry(
  tensorName: string,
  value: unknown,
  elements: Readonly<Record<string, SafetensorsElement>>,
  fail: Fail,
): Entry {
  const field = show(tensorName);
  if (!isRecord(value)) return fail(`${field}: expected an object, found ${show(value)}`);
  const { dtype: formatName, shape, data_offsets: offsets } = value;
  const known = (["float32", "float64"] as const).find((type) => FORMAT_NAMES[type] === formatName);
  const element =
    typeof formatName === "string" && Object.hasOwn(elements, formatName) ? elements[formatName] : undefined;
  const dtype = known ?? element?.dtype;
  if (dtype === undefined) {
    return fail(`${field}: dtype: expected F32 or F64, found ${show(formatName)}; convert the tensor before saving it`);
  }
  if (!isSizes(shape)) return fail(`${field}: shape: expected a list of whole numbers, found ${show(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    return fail(`${field}: data_offsets: expected [begin, end] with begin ≤ end, found ${show(offsets)}`);
  }
  const [begin, end] = offsets;
  const wanted = shape.reduce((size, length) => size * length, element?.bytes ?? (dtype === "float32" ? 4 : 8));
  if (wanted !== end - begin) {
    return fail(
      `${field}: data_offsets: expected ${wanted} bytes for ${formatName} of shape ${show(shape)}, found ${end - begin}`,
    );
  }
  return { tensorName, dtype, element, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** A value from the file for a message: quoted, and cut if it is long. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
