import { DataError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/tensor.ts";
import { type ByteChunks, ByteReader } from "./byteReader.ts";
import { type Inflate, inflateStream } from "./inflate.ts";
import { elementAt, type MatrixBytes } from "./matElements.ts";
import { elementType, isNumericClass, type MatHeader, type MatVariable, storageTypes } from "./matFormat.ts";
import { readHeader, readMatrix } from "./matMatrix.ts";

/** Receives the stored bytes of a variable in column-major order, in pieces of any length. */
export type MatSink = (chunk: Uint8Array) => void;

/** The header of a variable and the type of its stored values. */
export interface MatVariableInfo extends MatHeader {
  /** "uint8", "double" …; undefined if the values are not plain numbers */
  readonly storage: string | undefined;
}

export interface MatFileOptions {
  /** The name of the file in errors. */
  name?: string;
  /** Decompresses variables; DecompressionStream by default. */
  inflate?: Inflate;
  /** The most bytes of one variable, so that a small malicious file cannot fill the memory. */
  limit?: number;
  /** What to do with a variable: read it (the default), skip it, or pass its bytes to a sink as they arrive. */
  select?: (variable: MatVariableInfo) => "read" | "skip" | MatSink;
}

const headerLength = 128;
/** More bytes than flags, 32 dimensions and the longest MATLAB name (63 characters) take. */
const matrixHeaderLength = 4096;

/**
 * Reads the variables of a MATLAB v5 file by name: numeric arrays (row-major), char and cell arrays, compressed or not, in either
 * byte order. Throws DataError with the file and the position for anything truncated, corrupted, too large or not supported
 * (struct, object, sparse, function; files of version 4 and 7.3).
 */
export async function readMatFile(
  source: Uint8Array | ByteChunks,
  { name = "MAT file", inflate = inflateStream, limit = 2 ** 29, select = () => "read" }: MatFileOptions = {},
): Promise<Map<string, MatVariable>> {
  const reader = new ByteReader(name, source instanceof Uint8Array ? [source] : source);
  try {
    const littleEndian = await readFileHeader(reader);
    const variables = new Map<string, MatVariable>();
    const context = { littleEndian, limit, select, variables };
    while (!(await reader.isAtEnd())) {
      const { type, length, where } = await readTag(reader, context, reader.name);
      if (type === elementType.matrix) await readVariable(reader, length, where, context);
      else if (type === elementType.compressed) await readCompressed(reader, length, inflate, where, context);
      else throw new DataError(`${where}: corrupted: expected an array (type 14 or 15), found type ${type}`);
    }
    return variables;
  } finally {
    await reader.close();
  }
}

interface Context extends Required<Pick<MatFileOptions, "limit" | "select">> {
  readonly littleEndian: boolean;
  readonly variables: Map<string, MatVariable>;
}

/** Reads the header of 128 bytes; true if the numbers are little-endian. */
async function readFileHeader(reader: ByteReader): Promise<boolean> {
  const start = await reader.peek(headerLength);
  const text = String.fromCharCode(...start);
  if (text.startsWith("\x89HDF") || text.startsWith("MATLAB 7.3")) {
    throw new DataError(`${reader.name}: version 7.3 (HDF5) is not supported; save it in MATLAB with save(…, "-v7")`);
  }
  if (start.length >= 4 && start.subarray(0, 4).includes(0)) {
    throw new DataError(
      `${reader.name}: expected a MATLAB file of version 5, found version 4 or another format; save it in MATLAB with save(…, "-v7")`,
    );
  }
  const header = await reader.read(headerLength, "the header of a MATLAB v5 file");
  const mark = String.fromCharCode(header[126], header[127]);
  if (mark !== "IM" && mark !== "MI") {
    throw new DataError(
      `${reader.name}: not a MATLAB v5 file: expected "IM" or "MI" at byte 126, found ${JSON.stringify(mark)}`,
    );
  }
  const version = mark === "IM" ? header[125] : header[124];
  if (version !== 1)
    throw new DataError(`${reader.name}: not a MATLAB v5 file: expected version 1 at byte 124, found ${version}`);
  return mark === "IM";
}

async function readTag(reader: ByteReader, { littleEndian, limit }: Context, file: string) {
  const where = `${file}: the element at byte ${reader.offset}`;
  const bytes = await reader.read(8, "a tag");
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const [type, length] = [view.getUint32(0, littleEndian), view.getUint32(4, littleEndian)];
  if (length > limit)
    throw new DataError(`${where}: expected at most ${limit} bytes, found a stated length of ${length}`);
  return { type, length, where };
}

/** A compressed element is a zlib stream of exactly one array. */
async function readCompressed(reader: ByteReader, length: number, inflate: Inflate, where: string, context: Context) {
  const compressed = reader.take(length, "a compressed variable");
  const inner = new ByteReader(`${where}, decompressed`, inflate(compressed, where));
  try {
    const tag = await readTag(inner, context, where);
    if (tag.type !== elementType.matrix)
      throw new DataError(`${where}: corrupted: expected an array, found type ${tag.type}`);
    await readVariable(inner, tag.length, where, context);
    // reading to the end makes the decompressor verify its checksum
    if (!(await inner.isAtEnd()))
      throw new DataError(`${where}: corrupted: expected the end after its array, found more bytes`);
  } finally {
    await inner.close();
  }
  if (!(await compressed.next()).done)
    throw new DataError(`${where}: corrupted: expected the end after its compressed array, found more bytes`);
}

/** Reads, skips or streams the contents of a miMATRIX element of `length` bytes, as `select` decides. */
async function readVariable(reader: ByteReader, length: number, where: string, context: Context): Promise<void> {
  const start = (await reader.peek(Math.min(length, matrixHeaderLength))).subarray(0, length);
  const source: MatrixBytes = { bytes: start, where, littleEndian: context.littleEndian, limit: context.limit };
  const header = readHeader(source);
  const storage = isNumericClass(header.class)
    ? storageTypes[elementAt(source, header.valuesAt).type]?.name
    : undefined;
  const choice = context.select({ ...header, storage });
  const what = `variable "${header.name}"`;
  if (choice === "skip") return reader.skip(length, what);
  if (choice === "read") {
    const bytes = await reader.read(length, what);
    context.variables.set(header.name, readMatrix({ ...source, bytes }));
    return;
  }
  await streamValues(reader, { ...source, where: `${where}, ${what}` }, header, length, choice);
}

async function streamValues(
  reader: ByteReader,
  source: MatrixBytes,
  { shape, complex, valuesAt }: ReturnType<typeof readHeader>,
  length: number,
  sink: MatSink,
): Promise<void> {
  const values = elementAt(source, valuesAt);
  const storage = storageTypes[values.type];
  const wanted = sizeOf(shape) * (storage?.array.BYTES_PER_ELEMENT ?? Number.NaN);
  if (complex || values.length !== wanted || values.start + values.length > length) {
    throw new DataError(
      `${source.where}: corrupted: ${values.length} bytes of values do not fit shape ${shape.join("×")}`,
    );
  }
  await reader.skip(values.start, "an array's header");
  for await (const chunk of reader.take(values.length, "an array's values")) sink(chunk);
  await reader.skip(length - values.start - values.length, "the padding of an array");
}
