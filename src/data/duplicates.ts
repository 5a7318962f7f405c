import { sizeOf } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { fnv1a, type RowSums } from "./rowParts.ts";
import type { SplitRows } from "./split.ts";

type Images = Pick<Dataset, "inputs" | "inputShape" | "labels" | "parts">;

/** For each image row, the first row with the same pixels (possibly itself). */
function firstCopies({ inputs, inputShape, labels, parts }: Images): Int32Array {
  if (parts?.sums) return firstEqualRows(labels.length, bySums(parts.sums));
  return firstEqualRows(labels.length, byPixels(inputs as Uint8Array, sizeOf(inputShape)));
}

export interface ImageParts {
  readonly dataset: Dataset;
  readonly validation?: Dataset | undefined;
  readonly test?: Dataset | undefined;
  /** the name of each row of `dataset` */
  readonly files?: readonly string[] | undefined;
}

/**
 * Notes, one line for each finding: images with the same pixels, such images with different classes, and images that are in two
 * of the given parts.
 */
export function describeCopies({ dataset, files, validation, test }: ImageParts): string[] {
  const { labels, labelNames, inputs } = dataset;
  if (!(inputs instanceof Uint8Array)) return [];
  const first = firstCopies(dataset);
  const copies = Array.from(first.keys()).filter((row) => first[row] !== row);
  const lines: string[] = [];
  if (copies.length > 0) {
    const many = copies.length === 1 ? "1 image has" : `${copies.length.toLocaleString("en")} images have`;
    const large = largeGroups(first).size;
    const not = large === 0 ? "" : `, except ${large} that ${large === 1 ? "occurs" : "occur"} very often`;
    lines.push(
      `${many} the same pixels as another one: such images stay in the same part${not} (--duplicates split divides them)`,
    );
  }
  const unlike = copies.filter((row) => labels[row] !== labels[first[row]]);
  if (unlike.length > 0) {
    const [row] = unlike;
    const called = [first[row], row].map((each) => files?.[each] ?? `row ${each}, ${labelNames[labels[each]]}`);
    lines.push(
      `${unlike.length.toLocaleString("en")} of these ${unlike.length === 1 ? "has" : "have"} another class than the image with the same pixels: ${called.join(" and ")}`,
    );
  }
  for (const [name, part] of Object.entries({ validation, test })) {
    const shared = part?.inputs instanceof Uint8Array ? countShared(dataset, part) : 0;
    if (!part || shared === 0) continue;
    const [some, all] = [shared, part.labels.length].map((count) => count.toLocaleString("en"));
    lines.push(
      `${some} of ${all} images of the ${name} part are also in the training part, which makes its score too optimistic`,
    );
  }
  return lines;
}

/** The number of rows of `some` whose pixels equal a row of `others`. Both have the same shape. */
export function countShared(others: Images, some: Images): number {
  const known = others.labels.length;
  const [a, b] = [others.parts?.sums, some.parts?.sums];
  const rows =
    a && b
      ? bySums({ crc32: joined(a.crc32, b.crc32), fnv1a: joined(a.fnv1a, b.fnv1a) })
      : byPixels(joined(others.inputs as Uint8Array, some.inputs as Uint8Array), sizeOf(others.inputShape));
  return firstEqualRows(known + some.labels.length, rows).reduce(
    (count, first, row) => count + (row >= known && first < known ? 1 : 0),
    0,
  );
}

function joined<List extends Uint8Array | Float64Array>(a: List, b: List): List {
  const all = new (a.constructor as new (length: number) => List)(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

interface ComparedRows {
  hash(row: number): number;
  /** compares rows with the same hash */
  isSame(a: number, b: number): boolean;
}

const byPixels = (bytes: Uint8Array, size: number): ComparedRows => ({
  hash: (row) => fnv1a(bytes, row * size, size),
  isSame: (a, b) => areEqual(bytes, a * size, b * size, size),
});

/** If no process has all rows, rows whose two 32-bit checksums are equal are treated as equal. */
const bySums = ({ crc32, fnv1a }: RowSums): ComparedRows => ({
  hash: (row) => fnv1a[row],
  isSame: (a, b) => crc32[a] === crc32[b],
});

function firstEqualRows(rows: number, { hash, isSame }: ComparedRows): Int32Array {
  const byHash = new Map<number, number[]>();
  const first = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const key = hash(row);
    const alike = byHash.get(key);
    const found = alike?.find((other) => isSame(other, row));
    first[row] = found ?? row;
    if (found !== undefined) continue;
    if (alike) alike.push(row);
    else byHash.set(key, [row]);
  }
  return first;
}

function areEqual(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

/** Copies above this share of all rows, such as blank images, are split individually; otherwise the parts would be uneven. */
const largestShare = 0.05;
const largestGroup = 10;

/** The first row of each image that occurs very often. */
function largeGroups(first: Int32Array): ReadonlySet<number> {
  const counts = new Map<number, number>();
  for (const row of first) counts.set(row, (counts.get(row) ?? 0) + 1);
  const most = Math.max(largestGroup, largestShare * first.length);
  return new Set([...counts].filter(([, count]) => count > most).map(([row]) => row));
}

/** For each image row, the first row that must be in the same part: its first copy, or the row itself for images that occur very often. */
export function copyGroups(images: Images): Int32Array {
  const first = firstCopies(images);
  const large = largeGroups(first);
  return first.map((other, row) => (large.has(other) ? row : other));
}

/** A split in which all rows of a group are in the part of its first row. If every group has one row, the split is unchanged. */
export function keepCopiesTogether(rows: SplitRows, first: Int32Array): SplitRows {
  const names = ["train", "validation", "test"] as const;
  const partOf = new Uint8Array(first.length);
  for (const [part, name] of names.entries()) for (const row of rows[name]) partOf[row] = part;
  first.forEach((other, row) => {
    partOf[row] = partOf[other]; // the first copy comes before the row, so its part is final
  });
  const part = (number: number): Int32Array => Int32Array.from(first.keys()).filter((row) => partOf[row] === number);
  return { train: part(0), validation: part(1), test: part(2) };
}
