import { DataError, SettingsError } from "../tensor/errors.ts";
import { type ByteChunks, ByteReader } from "./byteReader.ts";
import type { Dataset } from "./dataset.ts";
import { columnMajorSink, type ImageRange, planesToPixels, recordSink } from "./imageSinks.ts";
import type { Inflate } from "./inflate.ts";
import { type MatFileOptions, type MatVariableInfo, readMatFile } from "./matFile.ts";
import type { MatVariable } from "./matFormat.ts";

export type Cifar100Part = "train" | "validation" | "test";
export type Cifar100Labels = "coarse" | "fine";

/** Images in each part: the first 40,000 of the training file, the 10,000 behind them, and the test file. */
export const cifar100Sizes: Readonly<Record<Cifar100Part, number>> = {
  train: 40_000,
  validation: 10_000,
  test: 10_000,
};
export const cifar100Classes: Readonly<Record<Cifar100Labels, number>> = { coarse: 20, fine: 100 };

const inputShape = [32, 32, 3] as const;
const layout = { planeSize: 32 * 32, channels: 3 } as const;
const imageBytes = 32 * 32 * 3;

/** One part of the data set while its file is being read: images from … to − 1 of the file, as pixels, and their labels. */
export interface Cifar100Rows extends ImageRange {
  readonly part: Cifar100Part;
  readonly labels: Int32Array;
}

/** A file of the data set: what errors call it, its bytes, how many images it must hold and where they go. */
export interface Cifar100File {
  readonly name: string;
  readonly chunks: ByteChunks;
  readonly images: number;
  readonly rows: readonly Cifar100Rows[];
}

export interface Cifar100Plan {
  parts: readonly Cifar100Part[];
  /** Keep only the first so many training images. */
  trainImages?: number | undefined;
  sizes?: Readonly<Record<Cifar100Part, number>>;
  /** Memory for the images of a part, for example shared between threads. */
  allocateBytes?: ((length: number) => Uint8Array) | undefined;
}

/**
 * Takes the memory for the wanted parts and says which images of the training and of the test file go there.
 * Throws SettingsError for a number of training images that there are not.
 */
export function planCifar100({
  parts,
  trainImages,
  sizes = cifar100Sizes,
  allocateBytes = (length) => new Uint8Array(length),
}: Cifar100Plan): Record<"train" | "test", Cifar100Rows[]> {
  const kept = trainImages ?? sizes.train;
  if (!Number.isInteger(kept) || kept < 1 || kept > sizes.train) {
    throw new SettingsError(
      `CIFAR-100: trainImages must be a whole number from 1 to ${sizes.train}, got ${trainImages}`,
    );
  }
  const rows = (part: Cifar100Part, from: number, to: number): Cifar100Rows[] => {
    if (!parts.includes(part)) return [];
    return [{ part, from, to, pixels: allocateBytes((to - from) * imageBytes), labels: new Int32Array(to - from) }];
  };
  const { train, validation, test } = sizes;
  return {
    train: [...rows("train", 0, kept), ...rows("validation", train, train + validation)],
    test: rows("test", 0, test),
  };
}

/** Fills the rows from train.mat or test.mat: data (images × 3072 uint8) and the labels. Throws DataError. */
export async function readCifar100Mat(file: Cifar100File, labels: Cifar100Labels, inflate?: Inflate): Promise<void> {
  const { name, chunks, images, rows } = file;
  const labelVariable = `${labels}_labels`;
  let seen = false;
  const select = (variable: MatVariableInfo) => {
    if (variable.name === labelVariable) return "read";
    if (variable.name !== "data") return "skip";
    seen = true;
    checkImages(name, variable, images);
    return columnMajorSink({ images, ...layout }, rows);
  };
  const variables = await readMatFile(chunks, { name, select, ...(inflate && { inflate }) } satisfies MatFileOptions);
  if (!seen) throw new DataError(`${name}: there is no variable "data"; expected ${images} images`);
  const numbers = numbersOf(name, labelVariable, variables.get(labelVariable), images);
  for (const range of rows) {
    for (let row = range.from; row < range.to; row++) range.labels[row - range.from] = numbers[row];
    checkLabels(name, range, labels);
  }
}

function checkImages(name: string, { shape, class: matClass, storage }: MatVariableInfo, images: number): void {
  if (
    matClass === "uint8" &&
    storage === "uint8" &&
    shape.length === 2 &&
    shape[0] === images &&
    shape[1] === imageBytes
  ) {
    return;
  }
  throw new DataError(`${name}: data must be ${images}×${imageBytes} uint8, got ${shape.join("×")} ${matClass}`);
}

function numbersOf(name: string, variable: string, value: MatVariable | undefined, count: number): ArrayLike<number> {
  if (value?.kind === "numeric" && value.data.length === count && !(value.data instanceof BigInt64Array)) {
    return value.data as ArrayLike<number>;
  }
  const got = value === undefined ? "there is none" : `got ${value.shape.join("×")} ${value.class}`;
  throw new DataError(`${name}: ${variable} must be ${count}×1 numbers, ${got}`);
}

/**
 * Fills the rows from train.bin or test.bin: for each image a coarse label, a fine label and 3 × 1024 bytes.
 * Throws DataError when the file is shorter or longer than its images.
 */
export async function readCifar100Binary(file: Cifar100File, labels: Cifar100Labels): Promise<void> {
  const { name, chunks, images, rows } = file;
  const labelByte = labels === "coarse" ? 0 : 1;
  const sink = recordSink(2 + imageBytes, (record, index) => {
    const range = rows.find(({ from, to }) => index >= from && index < to);
    if (!range) return;
    const row = index - range.from;
    range.labels[row] = record[labelByte];
    planesToPixels(record.subarray(2), range.pixels.subarray(row * imageBytes, (row + 1) * imageBytes), layout);
  });
  const reader = new ByteReader(name, chunks);
  try {
    for await (const chunk of reader.take(images * (2 + imageBytes), `${images} images`)) sink(chunk);
    if (!(await reader.isAtEnd()))
      throw new DataError(`${name}: longer than ${images} images of ${2 + imageBytes} bytes`);
  } finally {
    await reader.close();
  }
  for (const range of rows) checkLabels(name, range, labels);
}

function checkLabels(name: string, { from, labels }: Cifar100Rows, kind: Cifar100Labels): void {
  const bad = labels.findIndex((label) => !(label >= 0 && label < cifar100Classes[kind]));
  if (bad === -1) return;
  throw new DataError(
    `${name}: corrupted: image ${from + bad} has the ${kind} label ${labels[bad]}, expected 0 to ${cifar100Classes[kind] - 1}`,
  );
}

/** The label names in meta.mat. Throws DataError. */
export async function readLabelNamesMat(
  { name, chunks }: Pick<Cifar100File, "name" | "chunks">,
  labels: Cifar100Labels,
  inflate?: Inflate,
): Promise<string[]> {
  const wanted = `${labels}_label_names`;
  const select = (variable: MatVariableInfo) => (variable.name === wanted ? "read" : "skip");
  const cells = (await readMatFile(chunks, { name, select, ...(inflate && { inflate }) })).get(wanted);
  if (cells?.kind !== "cells") throw new DataError(`${name}: there is no cell array "${wanted}"`);
  return checkNames(
    name,
    labels,
    cells.data.map((cell) => (cell.kind === "text" ? cell.data.join(" ") : "")),
  );
}

/** The label names in coarse_label_names.txt or fine_label_names.txt, one a line. Throws DataError. */
export function parseLabelNames(name: string, text: string, labels: Cifar100Labels): string[] {
  return checkNames(name, labels, text.trim().split(/\s*\n\s*/));
}

function checkNames(name: string, labels: Cifar100Labels, names: string[]): string[] {
  const count = cifar100Classes[labels];
  if (names.length === count && names.every((label) => label !== "")) return names;
  throw new DataError(`${name}: expected ${count} ${labels} label names, got ${names.filter(Boolean).length}`);
}

/** The finished part. */
export function cifar100Dataset({ part, pixels, labels }: Cifar100Rows, labelNames: readonly string[]): Dataset {
  return { name: `CIFAR-100 ${part}`, inputs: pixels, inputShape, labels, labelNames };
}
