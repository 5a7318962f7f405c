import { DataError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/tensor.ts";
import {
  bytesOf,
  corrupted,
  type Element,
  elementAt,
  type MatrixBytes,
  numbersOf,
  storedNumbers,
} from "./matElements.ts";
import {
  classNames,
  elementType,
  isNumericClass,
  type MatHeader,
  type MatNumeric,
  type MatText,
  type MatVariable,
  type NumericArray,
  type NumericClass,
  numericClasses,
} from "./matFormat.ts";

const maximumNesting = 16;
/** MATLAB itself allows 63 characters. */
const maximumNameLength = 1024;

/** Class, dimensions and name of an array, and the offset of the data after them. Throws DataError. */
export function readHeader(source: MatrixBytes): MatHeader & { readonly valuesAt: number } {
  const flags = numbersOf(source, elementAt(source, 0), elementType.uint32, "array flags");
  if (flags.length !== 2) throw corrupted(source, `expected array flags of 2 words, found ${flags.length}`);
  const matClass = classNames[flags[0] & 0xff];
  if (matClass === undefined)
    throw corrupted(source, `expected the number of an array class, found ${flags[0] & 0xff}`);
  let element = elementAt(source, 0);
  let shape: readonly number[] = [];
  if (matClass !== "opaque") {
    element = elementAt(source, element.next);
    shape = numbersOf(source, element, elementType.int32, "dimensions");
    checkShape(source, shape);
  }
  element = elementAt(source, element.next);
  if (element.length > maximumNameLength)
    throw corrupted(source, `expected a name of at most ${maximumNameLength} bytes, found ${element.length}`);
  const name = String.fromCharCode(...bytesOf(source, element));
  const [logical, complex] = [(flags[0] & 0x200) !== 0, (flags[0] & 0x800) !== 0];
  return { name, class: matClass, shape, logical, complex, valuesAt: element.next };
}

/** Reads the array in `source`, row-major. Throws DataError if it is corrupted, too large or not supported. */
export function readMatrix(source: MatrixBytes, depth = 0): MatVariable {
  if (source.bytes.length === 0) return emptyArray;
  const header = readHeader(source);
  const at = `${source.where}, ${header.name === "" ? "array" : `variable "${header.name}"`}`;
  const inner = { ...source, where: at };
  if (header.class === "cell") return readCells(inner, header, depth);
  if (header.class === "char") return readText(inner, header);
  if (isNumericClass(header.class)) return readNumeric(inner, header, header.class);
  throw new DataError(
    `${at}: expected a numeric, char or cell array, found a ${header.class} array; convert it in MATLAB`,
  );
}

const emptyArray: MatNumeric = {
  kind: "numeric",
  class: "double",
  logical: false,
  shape: [0, 0],
  data: new Float64Array(0),
};

type Header = ReturnType<typeof readHeader>;

function readNumeric(source: MatrixBytes, header: Header, matClass: NumericClass): MatNumeric {
  const { shape, logical } = header;
  const real = elementAt(source, header.valuesAt);
  const data = rowMajor(source, real, shape, matClass);
  const common = { kind: "numeric", class: matClass, logical, shape, data } as const;
  if (!header.complex) return common;
  return { ...common, imaginary: rowMajor(source, elementAt(source, real.next), shape, matClass) };
}

function rowMajor(
  source: MatrixBytes,
  element: Element,
  shape: readonly number[],
  matClass: NumericClass,
): NumericArray {
  const count = sizeOf(shape);
  const stored = storedNumbers(source, element);
  if (stored.length !== count) {
    throw corrupted(source, `expected ${count} values for shape ${shape.join("×")}, found ${stored.length}`);
  }
  const wide = matClass === "int64" || matClass === "uint64";
  const safe = wide && stored.every((value) => Number.isSafeInteger(Number(value)));
  const target = safe ? Float64Array : numericClasses[matClass];
  if (count * target.BYTES_PER_ELEMENT > source.limit) {
    throw new DataError(
      `${source.where}: expected at most ${source.limit} bytes, found ${count} values of class ${matClass}`,
    );
  }
  const data = new target(count);
  const convert: (value: number | bigint) => number | bigint =
    data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt : Number;
  try {
    forEachRowMajor(shape, (to, from) => {
      data[to] = convert(stored[from]);
    });
  } catch {
    throw corrupted(source, `expected whole numbers in an array of class ${matClass}, found fractions`);
  }
  return data;
}

/** Calls visit(rowMajorIndex, columnMajorIndex) for every entry of an array of this shape, in row-major order. */
function forEachRowMajor(shape: readonly number[], visit: (to: number, from: number) => void): void {
  const count = sizeOf(shape);
  const strides = shape.map((_, dimension) => sizeOf(shape.slice(0, dimension)));
  const index = shape.map(() => 0);
  for (let to = 0, from = 0; to < count; to++) {
    visit(to, from);
    for (let dimension = shape.length - 1; dimension >= 0; dimension--) {
      from += strides[dimension];
      if (++index[dimension] < shape[dimension]) break;
      from -= strides[dimension] * shape[dimension];
      index[dimension] = 0;
    }
  }
}

function readText(source: MatrixBytes, { shape, valuesAt }: Header): MatText {
  const count = sizeOf(shape);
  const common = { kind: "text", class: "char", shape } as const;
  const columns = shape[shape.length - 1];
  if (count === 0) return { ...common, data: [] };
  const text = decodeText(source, elementAt(source, valuesAt));
  // dimensions count UTF-16 units (MATLAB) or code points (SciPy)
  const characters = text.length === count ? text.split("") : Array.from(text);
  if (characters.length !== count) {
    throw corrupted(source, `expected ${count} characters for shape ${shape.join("×")}, found ${characters.length}`);
  }
  const rows = Array.from({ length: count / columns }, () => "");
  forEachRowMajor(shape, (to, from) => {
    rows[Math.floor(to / columns)] += characters[from];
  });
  return { ...common, data: rows };
}

function decodeText(source: MatrixBytes, element: Element): string {
  if (element.type === elementType.utf8) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(source, element));
    } catch {
      throw corrupted(source, "the text is not valid UTF-8");
    }
  }
  const storage = { [elementType.utf16]: 4, [elementType.utf32]: 6 }[element.type] ?? element.type;
  const codes = storedNumbers(source, { ...element, type: storage });
  return Array.from(codes as Iterable<number | bigint>, (code) => characterOf(source, Number(code))).join("");
}

function characterOf(source: MatrixBytes, code: number): string {
  if (Number.isInteger(code) && code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code);
  throw corrupted(source, `expected a character, found code ${code}`);
}

function readCells(source: MatrixBytes, { shape, valuesAt }: Header, depth: number): MatVariable {
  const { bytes, where } = source;
  const count = sizeOf(shape);
  if (depth >= maximumNesting)
    throw new DataError(`${where}: expected at most ${maximumNesting} levels of nested cells, found more`);
  if (count * 8 > bytes.length - valuesAt) {
    throw corrupted(source, `${count} cells do not fit into ${Math.max(0, bytes.length - valuesAt)} bytes`);
  }
  const cells: MatVariable[] = [];
  for (let offset = valuesAt, cell = 0; cell < count; cell++) {
    const element = elementAt(source, offset);
    if (element.type !== elementType.matrix)
      throw corrupted(source, `cell ${cell}: expected an array, found type ${element.type}`);
    cells.push(readMatrix({ ...source, bytes: bytesOf(source, element), where: `${where}, cell ${cell}` }, depth + 1));
    offset = element.next;
  }
  const data: MatVariable[] = new Array(count);
  forEachRowMajor(shape, (to, from) => {
    data[to] = cells[from];
  });
  return { kind: "cells", class: "cell", shape, data };
}

function checkShape(source: MatrixBytes, shape: readonly number[]): void {
  const valid = shape.length >= 2 && shape.every((length) => length >= 0) && Number.isSafeInteger(sizeOf(shape));
  if (!valid) throw corrupted(source, `dimensions ${shape.join("×") || "missing"}`);
}
