import { gzipSync } from "node:zlib";
import { concatenate } from "../../src/formats/byteReader.ts";
import { cellMatrix, compressed, matFile, numericMatrix, textMatrix } from "../formats/matBuilder.ts";

/** A data set of a few images, written in all forms in which CIFAR-100 is distributed. */
export const sizes = { train: 5, validation: 2, test: 3 };

const order = { littleEndian: true };
const imageBytes = 3072;

/** Byte of image, channel and pixel: a hash, so that no two images, channels or neighbours are equal. */
export function byteOf(image: number, channel: number, pixel: number): number {
  return (Math.imul(image * imageBytes + channel * 1024 + pixel + 1, 0x9e3779b1) >>> 24) & 0xff;
}

/** Test images are numbered on from the training images. */
const coarseOf = (image: number): number => (image * 7) % 20;
const fineOf = (image: number): number => (image * 37) % 100;

export const expectedLabels = { coarse: coarseOf, fine: fineOf };
export const coarseNames = Array.from({ length: 20 }, (_, index) => `coarse_${index}`);
export const fineNames = Array.from({ length: 100 }, (_, index) => `fine_${index}`);

const trainImages = Array.from({ length: sizes.train + sizes.validation }, (_, index) => index);
const testImages = Array.from({ length: sizes.test }, (_, index) => trainImages.length + index);

function dataMat(images: readonly number[]): Uint8Array {
  const columnMajor = Array.from({ length: imageBytes }, (_, p) =>
    images.map((i) => byteOf(i, p >> 10, p & 1023)),
  ).flat();
  const uint8 = (name: string, shape: readonly number[], values: readonly number[]) =>
    compressed(numericMatrix({ ...order, class: "uint8", storage: "uint8", shape, name }, values), order);
  return matFile(
    [
      uint8("fine_labels", [images.length, 1], images.map(fineOf)),
      uint8("data", [images.length, imageBytes], columnMajor),
      uint8("coarse_labels", [images.length, 1], images.map(coarseOf)),
    ],
    order,
  );
}

function dataBin(images: readonly number[]): Uint8Array {
  const record = (image: number): Uint8Array => {
    const pixels = Array.from({ length: imageBytes }, (_, p) => byteOf(image, p >> 10, p & 1023));
    return Uint8Array.of(coarseOf(image), fineOf(image), ...pixels);
  };
  return concatenate(images.map(record));
}

function metaMat(): Uint8Array {
  const cells = (name: string, names: readonly string[]) =>
    compressed(
      cellMatrix(
        names.map((text) => textMatrix(text, order)),
        { ...order, name },
      ),
      order,
    );
  return matFile([cells("fine_label_names", fineNames), cells("coarse_label_names", coarseNames)], order);
}

const lines = (names: readonly string[]): Uint8Array => new TextEncoder().encode(`${names.join("\n")}\n`);

export const matFiles: Readonly<Record<string, Uint8Array>> = {
  "train.mat": dataMat(trainImages),
  "test.mat": dataMat(testImages),
  "meta.mat": metaMat(),
};
export const binaryFiles: Readonly<Record<string, Uint8Array>> = {
  "train.bin": dataBin(trainImages),
  "test.bin": dataBin(testImages),
  "fine_label_names.txt": lines(fineNames),
  "coarse_label_names.txt": lines(coarseNames),
};

/** A .tar.gz as GNU tar writes it: a folder and its files. */
export function archiveOf(folder: string, files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return gzipSync(tarOf(folder, files));
}

export function tarOf(folder: string, files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).map(([name, bytes]) => {
    const padding = new Uint8Array((512 - (bytes.length % 512)) % 512);
    return concatenate([tarHeader(`${folder}/${name}`, bytes.length, "0"), bytes, padding]);
  });
  return concatenate([tarHeader(`${folder}/`, 0, "5"), ...entries, new Uint8Array(1024)]);
}

function tarHeader(path: string, size: number, type: string): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write("0000644\0", 100);
  header.write(`${size.toString(8).padStart(11, "0")} `, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar  \0", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
