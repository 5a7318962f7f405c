import { dtypeOf, type Numbers, zeros } from "../tensor/tensor.ts";

/** One of several processes that train a network together, and its connection to the others. */
export interface Ranks {
  /** the number of this process, from 0 */
  readonly rank: number;
  /** how many there are: a power of two */
  readonly size: number;
  /** told before each step, for messages */
  atStep?(step: number): void;
  /** Sends `outgoing` to another rank, which makes the same call with this one, and waits for what that sends. */
  swap(partner: number, outgoing: Numbers, incoming: Numbers): void;
  /**
   * Begins the same and returns at once; until the transfer is done neither array may be changed. `channel`, a whole number from 0, tells
   * transfers apart that are under way at the same time; both ranks use the same. By default `swap`, after which all is done.
   */
  begin?(partner: number, outgoing: Numbers, incoming: Numbers, channel: number): Transfer;
}

/** An exchange that is under way while this process computes. */
export interface Transfer {
  /** Whether it is done; to be asked often, because messages move on while it is asked. */
  isDone(): boolean;
  wait(): void;
}

export const isPowerOfTwo = (n: number): boolean =>
  Number.isInteger(n) && n >= 1 && 2 ** Math.round(Math.log2(n)) === n;

const alone = (): never => {
  throw new Error("there is no other rank");
};

/** One process, which has all shards. */
export const oneRank: Ranks = { rank: 0, size: 1, swap: alone };

/**
 * Merges `x` of all ranks in place: with rank ^ 1, then with rank ^ 2, rank ^ 4, …, so that blocks of 2, 4, 8 … neighbours have the same
 * numbers. `merge(x, other)` must give the same bits for both orders of its arguments, as addition does.
 */
export function mergeRanks(
  ranks: Ranks,
  x: Numbers,
  merge: (x: Numbers, other: Numbers) => void,
  other: Numbers = zeros(dtypeOf(x), ranks.size > 1 ? x.length : 0),
): void {
  for (let distance = 1; distance < ranks.size; distance *= 2) {
    ranks.swap(ranks.rank ^ distance, x, other);
    merge(x, other);
  }
}

/**
 * Collects on every rank the parts of all: rank r of R has filled `all` from `bounds[r]` to `bounds[r + 1]`. Each exchange doubles the
 * block of ranks whose parts are there.
 */
export function gatherRanks(ranks: Ranks, all: Numbers, bounds: readonly number[]): void {
  const { rank, size } = ranks;
  for (let distance = 1; distance < size; distance *= 2) {
    const part = (of: number): Numbers => {
      const first = Math.floor(of / distance) * distance;
      return all.subarray(bounds[first], bounds[first + distance]);
    };
    const partner = rank ^ distance;
    ranks.swap(partner, part(rank), part(partner));
  }
}

/** The values of every rank, one rank's after the other's, on each of them. All give as many. */
export function gatherValues(ranks: Ranks, own: readonly number[]): Float64Array {
  const all = new Float64Array(ranks.size * own.length);
  all.set(own, ranks.rank * own.length);
  gatherRanks(
    ranks,
    all,
    Array.from({ length: ranks.size + 1 }, (_, rank) => rank * own.length),
  );
  return all;
}

/** x + other, in place of x */
export function addTo(x: Numbers, other: Numbers): void {
  for (let i = 0; i < x.length; i++) x[i] += other[i];
}

/** The sum of a number for each of this rank's shards and of those of all ranks: ((0 + 1) + (2 + 3)) + … */
export function sumInTree(ranks: Ranks, values: Float64Array): number {
  const sum = Float64Array.of(pairwise(values));
  mergeRanks(ranks, sum, addTo);
  return sum[0];
}

/** ((0 + 1) + (2 + 3)) + …, of a power of two of values */
export function pairwise(values: Float64Array): number {
  if (values.length === 1) return values[0];
  const half = values.length / 2;
  return pairwise(values.subarray(0, half)) + pairwise(values.subarray(half));
}
