import { type ByteChunks, ByteReader } from "../formats/byteReader.ts";
import type { Inflate } from "../formats/inflate.ts";
import { type MatFileOptions, type MatVariableInfo, readMatFile } from "../formats/matFile.ts";
import type { MatVariable } from "../formats/matFormat.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";
import type { Dataset } from "./dataset.ts";
import { columnMajorSink, type ImageRange, planesToPixels, recordSink } from "./imageSinks.ts";

export type Cifar100Part = "train" | "validation" | "test";
/** 20 superclasses or 100 classes. */
export type Cifar100LabelKind = "coarse" | "fine";
/** `both`: the superclasses as labels and the classes as `finer` labels. */
export type Cifar100Labels = Cifar100LabelKind | "both";

export const cifar100Kinds: Readonly<Record<Cifar100Labels, readonly Cifar100LabelKind[]>> = {
  coarse: ["coarse"],
  fine: ["fine"],
  both: ["coarse", "fine"],
};

/** Images in each part: the first 40,000 of the training file, the next 10,000, and the test file. */
export const cifar100Sizes: Readonly<Record<Cifar100Part, number>> = {
  train: 40_000,
  validation: 10_000,
  test: 10_000,
};
export const cifar100Classes: Readonly<Record<Cifar100LabelKind, number>> = { coarse: 20, fine: 100 };

const inputShape = [32, 32, 3] as const;
const layout = { planeSize: 32 * 32, channels: 3 } as const;
const imageBytes = 32 * 32 * 3;

/** One part of the data set while its file is read: the pixels and labels of images from … to − 1 of the file. */
export interface Cifar100Rows extends ImageRange {
  readonly part: Cifar100Part;
  /** the labels of each requested kind */
  readonly labels: ReadonlyMap<Cifar100LabelKind, Int32Array>;
}

/** A file of the data set: its name in errors, its bytes, the expected number of images and the parts that receive them. */
export interface Cifar100File {
  readonly name: string;
  readonly chunks: ByteChunks;
  readonly images: number;
  readonly rows: readonly Cifar100Rows[];
}

export interface Cifar100Plan {
  parts: readonly Cifar100Part[];
  labels?: Cifar100Labels | undefined;
  /** Trains on this many images, from the first: on fewer, or also on the first ones of the validation part, which then has the rest. */
  trainImages?: number | undefined;
  sizes?: Readonly<Record<Cifar100Part, number>>;
  /** Memory for the images of a part, for example shared between threads. */
  allocateBytes?: ((length: number) => Uint8Array) | undefined;
}

/**
 * Allocates the requested parts and assigns the images of the training and test files to them. Throws SettingsError if
 * `trainImages` leaves no image to train on or none to validate on.
 */
export function planCifar100({
  parts,
  labels = "coarse",
  trainImages,
  sizes = cifar100Sizes,
  allocateBytes = (length) => new Uint8Array(length),
}: Cifar100Plan): Record<"train" | "test", Cifar100Rows[]> {
  const all = sizes.train + sizes.validation;
  const kept = trainImages ?? sizes.train;
  if (!Number.isInteger(kept) || kept < 1 || kept >= all) {
    throw new SettingsError(
      `CIFAR-100: trainImages: expected a whole number from 1 to ${all - 1}, which leaves an image for validation, found ${trainImages}`,
    );
  }
  const rows = (part: Cifar100Part, from: number, to: number): Cifar100Rows[] => {
    if (!parts.includes(part)) return [];
    const count = to - from;
    const ofKinds = new Map(cifar100Kinds[labels].map((kind) => [kind, new Int32Array(count)]));
    return [{ part, from, to, pixels: allocateBytes(count * imageBytes), labels: ofKinds }];
  };
  return {
    train: [...rows("train", 0, kept), ...rows("validation", Math.max(sizes.train, kept), all)],
    test: rows("test", 0, sizes.test),
  };
}

/** Fills the rows from train.mat or test.mat: data (images × 3072 uint8) and the labels. Throws DataError. */
export async function readCifar100Mat(file: Cifar100File, inflate?: Inflate): Promise<void> {
  const { name, chunks, images, rows } = file;
  const wanted = new Map([...(rows[0]?.labels.keys() ?? [])].map((kind) => [`${kind}_labels`, kind]));
  let seen = false;
  const select = (variable: MatVariableInfo) => {
    if (wanted.has(variable.name)) return "read";
    if (variable.name !== "data") return "skip";
    seen = true;
    checkImages(name, variable, images);
    return columnMajorSink({ images, ...layout }, rows);
  };
  const variables = await readMatFile(chunks, { name, select, ...(inflate && { inflate }) } satisfies MatFileOptions);
  if (!seen) throw new DataError(`${name}: expected a variable "data" with ${images} images, found none`);
  for (const [variable, kind] of wanted) {
    const numbers = numbersOf(name, variable, variables.get(variable), images);
    for (const { from, to, labels } of rows) {
      for (let row = from; row < to; row++) (labels.get(kind) as Int32Array)[row - from] = numbers[row];
    }
  }
  for (const range of rows) checkLabels(name, range);
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
  throw new DataError(`${name}: data: expected ${images}×${imageBytes} uint8, found ${shape.join("×")} ${matClass}`);
}

function numbersOf(name: string, variable: string, value: MatVariable | undefined, count: number): ArrayLike<number> {
  if (value?.kind === "numeric" && value.data.length === count && !(value.data instanceof BigInt64Array)) {
    return value.data as ArrayLike<number>;
  }
  const found = value === undefined ? "none" : `${value.shape.join("×")} ${value.class}`;
  throw new DataError(`${name}: ${variable}: expected ${count}×1 numbers, found ${found}`);
}

/**
 * Fills the rows from train.bin or test.bin: for each image a coarse label, a fine label and 3 × 1024 bytes. Throws DataError if
 * the file is shorter or longer than its images.
 */
export async function readCifar100Binary(file: Cifar100File): Promise<void> {
  const { name, chunks, images, rows } = file;
  const sink = recordSink(2 + imageBytes, (record, index) => {
    const range = rows.find(({ from, to }) => index >= from && index < to);
    if (!range) return;
    const row = index - range.from;
    for (const [kind, labels] of range.labels) labels[row] = record[kind === "coarse" ? 0 : 1];
    planesToPixels(record.subarray(2), range.pixels.subarray(row * imageBytes, (row + 1) * imageBytes));
  });
  const reader = new ByteReader(name, chunks);
  try {
    for await (const chunk of reader.take(images * (2 + imageBytes), `${images} images`)) sink(chunk);
    if (!(await reader.isAtEnd()))
      throw new DataError(`${name}: expected ${images} images of ${2 + imageBytes} bytes, found more bytes`);
  } finally {
    await reader.close();
  }
  for (const range of rows) checkLabels(name, range);
}

function checkLabels(name: string, { from, labels: ofKinds }: Cifar100Rows): void {
  for (const [kind, labels] of ofKinds) {
    const classes = cifar100Classes[kind];
    const bad = labels.findIndex((label) => !(label >= 0 && label < classes));
    if (bad === -1) continue;
    throw new DataError(
      `${name}: corrupted: image ${from + bad} has the ${kind} label ${labels[bad]}, expected 0 to ${classes - 1}`,
    );
  }
}

/** The label names of the given kinds in meta.mat. Throws DataError. */
export async function readLabelNamesMat(
  { name, chunks }: Pick<Cifar100File, "name" | "chunks">,
  kinds: readonly Cifar100LabelKind[],
  inflate?: Inflate,
): Promise<Map<Cifar100LabelKind, string[]>> {
  const wanted = new Map(kinds.map((kind) => [`${kind}_label_names`, kind]));
  const select = (variable: MatVariableInfo) => (wanted.has(variable.name) ? "read" : "skip");
  const variables = await readMatFile(chunks, { name, select, ...(inflate && { inflate }) });
  const namesOf = (variable: string, kind: Cifar100LabelKind): string[] => {
    const cells = variables.get(variable);
    if (cells?.kind !== "cells") throw new DataError(`${name}: expected a cell array "${variable}", found none`);
    const texts = cells.data.map((cell) => (cell.kind === "text" ? cell.data.join(" ") : ""));
    return checkNames(name, kind, texts);
  };
  return new Map([...wanted].map(([variable, kind]) => [kind, namesOf(variable, kind)]));
}

/** The label names in coarse_label_names.txt or fine_label_names.txt, one a line. Throws DataError. */
export function parseLabelNames(name: string, text: string, kind: Cifar100LabelKind): string[] {
  return checkNames(name, kind, text.trim().split(/\s*\n\s*/));
}

function checkNames(name: string, kind: Cifar100LabelKind, names: string[]): string[] {
  const count = cifar100Classes[kind];
  if (names.length === count && names.every((label) => label !== "")) return names;
  throw new DataError(`${name}: expected ${count} ${kind} label names, found ${names.filter(Boolean).length}`);
}

/** The finished part. With both kinds of labels, the fine ones are its `finer` classes. */
export function cifar100Dataset(
  { part, pixels, labels }: Cifar100Rows,
  names: ReadonlyMap<Cifar100LabelKind, readonly string[]>,
): Dataset {
  const [first, finer] = [...labels].map(([kind, values]) => ({ labels: values, labelNames: names.get(kind) ?? [] }));
  return { name: `CIFAR-100 ${part}`, inputs: pixels, inputShape, ...first, ...(finer && { finer }) };
}
