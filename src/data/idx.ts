import { DataError } from "../tensor/errors.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Images and labels in the IDX format of MNIST and its kin (bytes: 0, 0, type, rank, then each length as a big-endian word,
 * then the values; only unsigned bytes occur). Images become (height, width, 1). Throws DataError for anything else, and when
 * the two files do not hold the same number. Source: the page of MNIST, "file formats".
 */
export function readIdx(
  images: Uint8Array,
  labels: Uint8Array,
  { name, labelNames }: { readonly name: string; readonly labelNames?: readonly string[] },
): Dataset {
  const pictures = readIdxImages(images, { name: `${name}: images` });
  const classes = readBytes(labels, `${name}: labels`, 1);
  const [count, ...inputShape] = pictures.shape;
  if (classes.shape[0] !== count) {
    throw new DataError(`${name}: ${count} images, but ${classes.shape[0]} labels; the files do not belong together`);
  }
  const largest = classes.data.reduce((most, label) => Math.max(most, label), 0);
  const names = labelNames ?? Array.from({ length: largest + 1 }, (_, label) => String(label));
  if (largest >= names.length) throw new DataError(`${name}: label ${largest}, but there are ${names.length} names`);
  return {
    name,
    inputs: pictures.data,
    inputShape,
    labels: Int32Array.from(classes.data),
    labelNames: names,
  };
}

/** The images alone, (rows, height, width, 1). Throws DataError for anything else. */
export function readIdxImages(
  bytes: Uint8Array,
  { name }: { readonly name: string },
): { readonly shape: readonly number[]; readonly data: Uint8Array } {
  const { shape, data } = readBytes(bytes, name, 3);
  return { shape: [...shape, 1], data };
}

function readBytes(bytes: Uint8Array, name: string, rank: number): { shape: number[]; data: Uint8Array } {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) throw new DataError(`${name}: not an IDX file`);
  if (bytes[2] !== 8) throw new DataError(`${name}: IDX of type ${bytes[2]}; only unsigned bytes (8) can be read`);
  if (bytes[3] !== rank) throw new DataError(`${name}: expected ${rank} dimensions, got ${bytes[3]}`);
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw new DataError(`${name}: truncated: its header has ${bytes.length} of ${start} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, length) => product * length, 1);
  if (size === 0) throw new DataError(`${name}: it is empty, (${shape.join(", ")})`);
  if (bytes.length - start !== size) {
    throw new DataError(`${name}: (${shape.join(", ")}) takes ${size} bytes, ${bytes.length - start} are there`);
  }
  return { shape, data: bytes.slice(start) };
}
