import { crc32 as crcOfNode } from "node:zlib";
import { expect, test } from "vitest";
import { keepOwnRows, withRowSums } from "../../src/data/datasetInParts.ts";
import { copyGroups, countShared, describeCopies } from "../../src/data/duplicates.ts";
import { measureNormalization } from "../../src/data/normalize.ts";
import { PartBatches } from "../../src/data/partBatches.ts";
import { dealRows, describeParts } from "../../src/data/rowParts.ts";
import { pickRows } from "../../src/data/split.ts";
import { crc32OfRows } from "../../src/formats/crc32.ts";
import { firstRows, oneRank, RandomState, type Ranks } from "../../src/index.ts";
import { fingerprint, scoredOn } from "../../src/node/runs/fingerprint.ts";
import { tinyData, tinySource } from "../training/tinyRun.ts";

const random = new RandomState(4);
const labels = Int32Array.from({ length: 1003 }, (_, row) => (row < 700 ? 0 : random.randint(0, 5)));
const whole = { count: 8, ranks: oneRank };

/** A rank whose partner has sent the same as itself, but for what `change` says. */
const beside = (rank: number, change = (_: Float64Array) => {}): Ranks => ({
  ...{ rank, size: 2 },
  swap(_, outgoing, incoming) {
    incoming.set(outgoing);
    change(incoming as Float64Array);
  },
});

test("rows are dealt class by class: no part has more than one row more than another, in all and in each class", () => {
  const { of, places } = dealRows(labels, whole, "rows");
  const spread = (rows: readonly number[]): number => {
    const sizes = Array.from({ length: 8 }, (_, part) => rows.filter((row) => of[row] === part).length);
    return Math.max(...sizes) - Math.min(...sizes);
  };
  const all = [...labels.keys()];
  expect(spread(all)).toBe(1);
  for (let label = 0; label < 5; label++) expect(spread(all.filter((row) => labels[row] === label))).toBeLessThan(2);
  expect([...places]).toEqual(all);
  expect(describeParts({ count: 8, of })).toBe("8 parts of 125 to 126 training rows, one for each shard of a batch");
});

test("each rank holds the rows of its parts, and each row is held once", () => {
  const held = [0, 1].map((rank) => dealRows(labels, { count: 8, ranks: beside(rank) }, "rows"));
  for (const [row, part] of held[0].of.entries()) {
    expect(held[1].of[row]).toBe(part);
    expect(held.map(({ places }) => places[row] >= 0)).toEqual([part < 4, part >= 4]);
  }
  for (const { places } of held) {
    const own = [...places].filter((place) => place >= 0);
    expect(own).toEqual([...own.keys()]);
  }
});

test("ranks with other rows, and numbers of ranks that do not divide the parts, are refused", () => {
  const more = beside(0, (theirs) => theirs.set([1004]));
  expect(() => dealRows(labels, { count: 8, ranks: more }, "cats/")).toThrow(
    "cats/: expected the same rows on all ranks, found 1003 on rank 0 and 1004 on rank 1",
  );
  const others = beside(0, (theirs) => theirs.set([1003, 5]));
  expect(() => dealRows(labels, { count: 8, ranks: others }, "cats/")).toThrow("on rank 1 with other classes");
  expect(() => dealRows(labels, { count: 8, ranks: { ...oneRank, size: 3 } }, "cats/")).toThrow(
    "shards: expected a multiple of 3, the number of processes, found 8",
  );
});

test("each shard has rows of its part; a pass has each of them at most once, and the rest has its turn in another pass", () => {
  const parts = dealRows(labels, whole, "rows");
  const batches = new PartBatches(parts, { batchSize: 64, seed: 7 });
  expect(batches.perEpoch).toBe(15);
  const seen = new Set<number>();
  // 125 or 126 rows of a part make 15 shards of 8; 5 or 6 are left
  for (let pass = 0; pass < 12; pass++) {
    const ofPass = Array.from({ length: 15 }, (_, step) => [...batches.next(pass * 15 + step)]).flat();
    expect(new Set(ofPass).size).toBe(15 * 64);
    for (const row of ofPass) seen.add(row);
  }
  expect(seen.size).toBe(1003);
  const batch = batches.next(100);
  for (const [place, row] of batch.entries()) expect(parts.of[row]).toBe(Math.floor(place / 8));
});

test("the batch of a step follows from its number, whatever was asked before", () => {
  const parts = dealRows(labels, whole, "rows");
  const one = new PartBatches(parts, { batchSize: 64, seed: 7 });
  const expected = Array.from({ length: 40 }, (_, step) => [...one.next(step)]);
  for (const step of [39, 3, 17]) {
    const other = new PartBatches(parts, { batchSize: 64, seed: 7 });
    expect([...other.next(step)]).toEqual(expected[step]);
    expect([...one.next(step)]).toEqual(expected[step]);
  }
  expect([...new PartBatches(parts, { batchSize: 64, seed: 8 }).next(0)]).not.toEqual(expected[0]);
});

test("the CRC of rows that follow each other comes from those of the rows", () => {
  const bytes = Uint8Array.from({ length: 7 * 13 }, () => random.randint(0, 256));
  const rows = Array.from({ length: 13 }, (_, row) => crcOfNode(bytes.subarray(7 * row, 7 * row + 7)));
  expect(crc32OfRows(rows, 7)).toBe(crcOfNode(bytes));
  const before = Uint8Array.of(3, 1, 4);
  expect(crc32OfRows(rows, 7, crcOfNode(before))).toBe(crcOfNode(bytes, crcOfNode(before)));
});

test("normalization, fingerprint and copies are those of the whole data", () => {
  const data = tinyData(47, 1);
  data.inputs.copyWithin(48, 0, 48);
  data.inputs.copyWithin(48 * 40, 48 * 7, 48 * 8);
  const test = tinyData(20, 3);
  test.inputs.set(data.inputs.subarray(48 * 5, 48 * 6));
  const own = (dataset: typeof data) => withRowSums(keepOwnRows(dataset, whole));
  expect(measureNormalization(own(data))).toEqual(measureNormalization(data));
  const rows = Int32Array.of(3, 11, 12, 40);
  expect(measureNormalization(pickRows(own(data), rows))).toEqual(measureNormalization(pickRows(data, rows)));
  expect(measureNormalization(firstRows(own(data), 9))).toEqual(measureNormalization(firstRows(data, 9)));
  const source = { ...tinySource, train: data, test };
  const parts = { ...tinySource, train: own(data), validation: own(tinySource.validation), test: own(test) };
  expect(fingerprint(parts)).toBe(fingerprint(source));
  expect(fingerprint({ ...parts, train: firstRows(own(data), 9) })).toBe(
    fingerprint({ ...source, train: firstRows(data, 9) }),
  );
  expect(scoredOn(parts)).toBe(scoredOn(source));
  expect(copyGroups(own(data))).toEqual(copyGroups(data));
  expect(copyGroups(data)[40]).toBe(7);
  expect(countShared(own(data), own(test))).toBe(1);
  expect(describeCopies({ dataset: own(data), test: own(test) })).toEqual(describeCopies({ dataset: data, test }));
});
