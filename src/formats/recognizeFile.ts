import { readProtobuf } from "./protobuf.ts";

/** The format of a file, recognized by its first bytes and not by its name. */
export interface RecognizedFile {
  readonly kind:
    | "safetensors"
    | "onnx"
    | "npz"
    | "json"
    | "pytorch"
    | "pickle"
    | "keras"
    | "tflite"
    | "tensorflow"
    | "other";
  /** "a PyTorch file (a zip with a pickle)", for messages */
  readonly what: string;
}

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, Math.min(end, bytes.length)));

const starts = (text: string) => (bytes: Uint8Array) => ascii(bytes, 0, text.length) === text;

interface Signature extends RecognizedFile {
  readonly matches: (bytes: Uint8Array) => boolean;
}

/** The formats in order: the first match is used. */
const signatures: readonly Signature[] = [
  {
    kind: "safetensors",
    what: "a safetensors file",
    matches: (bytes) => bytes[8] === 0x7b && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0,
  },
  // A zip has the name of its first file at byte 30, and the names of all files at its end
  {
    kind: "pytorch",
    what: "a PyTorch file (a zip with a Python pickle)",
    matches: (bytes) => isZip(bytes) && /data\.pkl|constants\.pkl/.test(zipNames(bytes)),
  },
  {
    kind: "keras",
    what: "a Keras model (a zip with HDF5)",
    matches: (bytes) => isZip(bytes) && /model\.weights\.h5/.test(zipNames(bytes)),
  },
  { kind: "npz", what: "NumPy arrays (.npz)", matches: (bytes) => isZip(bytes) && /\.npy/.test(zipNames(bytes)) },
  {
    kind: "other",
    what: "an Office document",
    matches: (bytes) => isZip(bytes) && zipNames(bytes).includes("[Content_Types].xml"),
  },
  { kind: "other", what: "a ZIP archive", matches: (bytes) => isZip(bytes) || starts("PK\x05\x06")(bytes) },
  {
    kind: "pickle",
    what: "a Python pickle (joblib, scikit-learn or an old PyTorch file)",
    matches: (bytes) => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5,
  },
  { kind: "pickle", what: "a compressed joblib file (a Python pickle)", matches: isZlib },
  { kind: "keras", what: "an HDF5 file (Keras)", matches: starts("\x89HDF\r\n\x1a\n") },
  { kind: "tflite", what: "a TensorFlow Lite model", matches: (bytes) => ascii(bytes, 4, 8) === "TFL3" },
  { kind: "other", what: "a GGUF model", matches: starts("GGUF") },
  { kind: "other", what: "one NumPy array (.npy)", matches: starts("\x93NUMPY") },
  { kind: "other", what: "a Parquet file", matches: starts("PAR1") },
  { kind: "other", what: "a MATLAB file", matches: starts("MATLAB") },
  { kind: "other", what: "a PDF file", matches: starts("%PDF") },
  { kind: "other", what: "a PNG image", matches: starts("\x89PNG") },
  { kind: "other", what: "a JPEG image", matches: starts("\xff\xd8\xff") },
  { kind: "other", what: "a gzip file", matches: starts("\x1f\x8b") },
  { kind: "other", what: "a program", matches: (bytes) => starts("\x7fELF")(bytes) || starts("MZ")(bytes) },
  { kind: "json", what: "a JSON file", matches: (bytes) => bytes.subarray(0, 64).find((byte) => byte > 32) === 0x7b },
];

/** Recognizes a file; "a file of an unknown kind" if no format matches. */
export function recognizeFile(bytes: Uint8Array): RecognizedFile {
  if (bytes.length === 0) return { kind: "other", what: "an empty file" };
  const signature = signatures.find(({ matches }) => matches(bytes));
  if (signature) return { kind: signature.kind, what: signature.what };
  const fields = protobufFields(bytes);
  // ONNX: ir_version 3 or more; a SavedModel: schema version 1, and only meta graphs
  const irVersion = Number(fields?.get(1));
  if (fields && bytes[0] === 0x08 && irVersion >= 3 && irVersion <= 99) {
    const producer = fields.get(2) ?? "";
    const by = /^[\w .+-]{1,40}$/.test(producer) ? ` written by ${producer}` : "";
    return { kind: "onnx", what: `an ONNX model${by}` };
  }
  if (fields && bytes[0] === 0x08 && irVersion === 1 && [...fields.keys()].every((field) => field <= 2))
    return { kind: "tensorflow", what: "a TensorFlow SavedModel" };
  return { kind: "other", what: isText(bytes) ? "a text file" : "a file of an unknown kind" };
}

const isZip = starts("PK\x03\x04");

/** The bytes at the beginning and at the end of a zip, which contain the names of its files. */
function zipNames(bytes: Uint8Array): string {
  return (
    new TextDecoder("latin1").decode(bytes.subarray(0, 512)) + new TextDecoder("latin1").decode(bytes.subarray(-65_536))
  );
}

/** Whether the first two bytes begin a zlib stream: the method is deflate, and the 16-bit number is a multiple of 31. */
function isZlib(bytes: Uint8Array): boolean {
  return bytes[0] === 0x78 && bytes.length > 2 && (256 * bytes[0] + bytes[1]) % 31 === 0;
}

/** The fields of a protobuf message as texts; undefined if the bytes are not a message. */
function protobufFields(bytes: Uint8Array): Map<number, string> | undefined {
  const fields = new Map<number, string>();
  try {
    for (const { field, value } of readProtobuf(bytes, { name: "" })) {
      fields.set(field, typeof value === "number" ? String(value) : ascii(value, 0, 41));
      if (fields.size > 100) return undefined;
    }
  } catch {
    return undefined;
  }
  return fields;
}

function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 1000).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}
