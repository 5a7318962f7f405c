import type { RandomState } from "../random/randomState.ts";
import type { SplitFractions, SplitRows } from "./split.ts";

/** The first row and the number of rows of each unit. */
function measureUnits(units: Int32Array): { readonly firsts: Int32Array; readonly sizes: Int32Array } {
  let count = 0;
  for (let row = 0; row < units.length; row++) count = Math.max(count, units[row] + 1);
  const firsts = new Int32Array(count).fill(-1);
  const sizes = new Int32Array(count);
  for (let row = 0; row < units.length; row++) {
    if (sizes[units[row]]++ === 0) firsts[units[row]] = row;
  }
  return { firsts, sizes };
}

/** The units of each stratum, shuffled, for ascending strata. The stratum of a unit is the one of its first row. */
export function shuffledUnits(strata: ArrayLike<number>, units: Int32Array, random: RandomState) {
  const { firsts, sizes } = measureUnits(units);
  const byStratum = new Map<number, number[]>();
  for (let unit = 0; unit < firsts.length; unit++) {
    const stratum = strata[firsts[unit]];
    const known = byStratum.get(stratum);
    if (known) known.push(unit);
    else byStratum.set(stratum, [unit]);
  }
  const ordered = [...byStratum].sort(([a], [b]) => a - b).map(([, its]) => Int32Array.from(its));
  for (const its of ordered) random.shuffle(its);
  return { ordered, sizes };
}

const partNames = ["train", "validation", "test"] as const;

/**
 * Divides rows so that all rows of a unit are in the same part and all parts have about the same class proportions. For each
 * stratum, shuffled units go to test and then to validation until these have their number of rows, to within half a unit. A part
 * without units gets the smallest unit of the training part.
 */
export function splitUnits(
  strata: ArrayLike<number>,
  units: Int32Array,
  { validation, test, random }: SplitFractions & { readonly random: RandomState },
): SplitRows {
  const { ordered, sizes } = shuffledUnits(strata, units, random);
  const partOf = new Uint8Array(sizes.length); // 0: train
  const unitsIn = [sizes.length, 0, 0];
  const owed = [0, validation, test].map(() => 0);
  for (const its of ordered) {
    let rows = 0;
    for (const unit of its) rows += sizes[unit];
    let left = its.length;
    let next = 0;
    for (const [part, share] of [
      [2, test],
      [1, validation],
    ] as const) {
      owed[part] += share * rows;
      while (next < its.length && left > 1 && owed[part] >= sizes[its[next]] / 2 && share > 0) {
        owed[part] -= sizes[its[next]];
        partOf[its[next++]] = part;
        unitsIn[part]++;
        unitsIn[0]--;
        left--;
      }
    }
  }
  for (const [part, share] of [
    [2, test],
    [1, validation],
  ] as const) {
    if (share === 0 || unitsIn[part] > 0 || unitsIn[0] < 2) continue;
    let smallest = -1;
    for (let unit = 0; unit < sizes.length; unit++) {
      if (partOf[unit] === 0 && (smallest < 0 || sizes[unit] < sizes[smallest])) smallest = unit;
    }
    partOf[smallest] = part;
    unitsIn[part]++;
    unitsIn[0]--;
  }
  return rowsOfParts(units.length, (row) => partOf[units[row]]);
}

/**
 * Divides rows by time: the oldest for training, the latest for testing. Rows with the same time are in the same part; rows
 * without a time are in the training part.
 */
export function splitByTime(times: Float64Array, { validation, test }: SplitFractions): SplitRows {
  const sorted = times.filter((time) => !Number.isNaN(time)).sort();
  const from = (share: number) =>
    share > 0 ? (sorted[Math.round((1 - share) * sorted.length)] ?? Infinity) : Infinity;
  const [validates, tests] = [from(validation + test), from(test)];
  return rowsOfParts(times.length, (row) => (times[row] >= tests ? 2 : times[row] >= validates ? 1 : 0));
}

function rowsOfParts(total: number, partOf: (row: number) => number): SplitRows {
  const counts = [0, 0, 0];
  for (let row = 0; row < total; row++) counts[partOf(row)]++;
  const rows = counts.map((count) => new Int32Array(count));
  const filled = [0, 0, 0];
  for (let row = 0; row < total; row++) {
    const part = partOf(row);
    rows[part][filled[part]++] = row;
  }
  return { train: rows[0], validation: rows[1], test: rows[2] } satisfies Record<
    (typeof partNames)[number],
    Int32Array
  >;
}
