import { DataError } from "../tensor/errors.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Reads images and labels in the IDX format of MNIST: the bytes 0, 0, type and rank, then each length as a 32-bit big-endian
 * integer, then the values. Only unsigned bytes are supported. Images become (height, width, 1). Throws DataError for anything
 * else, and if the two files differ in their number of rows. Source: the page of MNIST, "file formats".
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
    throw new DataError(
      `${name}: expected a label for each of ${count} images, found ${classes.shape[0]} labels; use files of the same data set`,
    );
  }
  const largest = classes.data.reduce((most, label) => Math.max(most, label), 0);
  const names = labelNames ?? Array.from({ length: largest + 1 }, (_, label) => String(label));
  if (largest >= names.length)
    throw new DataError(`${name}: expected labels below ${names.length}, one for each name, found ${largest}`);
  return {
    name,
    inputs: pictures.data,
    inputShape,
    labels: Int32Array.from(classes.data),
    labelNames: names,
  };
}

/** Reads the images alone: (rows, height, width, 1). Throws DataError for anything else. */
export function readIdxImages(
  bytes: Uint8Array,
  { name }: { readonly name: string },
): { readonly shape: readonly number[]; readonly data: Uint8Array } {
  const { shape, data } = readBytes(bytes, name, 3);
  return { shape: [...shape, 1], data };
}

function readBytes(bytes: Uint8Array, name: string, rank: number): { shape: number[]; data: Uint8Array } {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0)
    throw new DataError(`${name}: not an IDX file: expected two zero bytes at its beginning`);
  if (bytes[2] !== 8) throw new DataError(`${name}: expected unsigned bytes (type 8), found IDX type ${bytes[2]}`);
  if (bytes[3] !== rank) throw new DataError(`${name}: expected ${rank} dimensions, found ${bytes[3]}`);
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    throw new DataError(`${name}: truncated: expected a header of ${start} bytes, found ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, length) => product * length, 1);
  if (size === 0) throw new DataError(`${name}: expected values, found the empty shape (${shape.join(", ")})`);
  if (bytes.length - start !== size) {
    throw new DataError(
      `${name}: expected ${size} bytes for shape (${shape.join(", ")}), found ${bytes.length - start}`,
    );
  }
  return { shape, data: bytes.slice(start) };
}
