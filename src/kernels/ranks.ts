import { dtypeOf, type Numbers, zeros } from "../tensor/tensor.ts";

/** One of several processes that train a network together, and its connection to the others. */
export interface Ranks {
  /** the number of this process, from 0 */
  readonly rank: number;
  /** the number of processes, a power of two */
  readonly size: number;
  /** called before each step; the number is used in messages */
  atStep?(step: number): void;
  /** Sends `outgoing` to another rank, which makes the same call with this rank, and waits until `incoming` is filled. */
  swap(partner: number, outgoing: Numbers, incoming: Numbers): void;
  /**
   * Begins the same exchange and returns at once. Neither array may be changed until the transfer is done. `channel`, a whole
   * number from 0, distinguishes simultaneous transfers; both ranks use the same number. If absent, `swap` is used.
   */
  begin?(partner: number, outgoing: Numbers, incoming: Numbers, channel: number): Transfer;
}

/** An exchange that happens while this process computes. */
export interface Transfer {
  /** Whether the exchange is done. Call it often, because messages are transferred during this call. */
  isDone(): boolean;
  wait(): void;
}

export const isPowerOfTwo = (n: number): boolean =>
  Number.isInteger(n) && n >= 1 && 2 ** Math.round(Math.log2(n)) === n;

const alone = (): never => {
  throw new Error("ranks: expected another rank, found only one");
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
 * Collects the parts of all ranks on every rank. Rank r has filled `all` from `bounds[r]` to `bounds[r + 1]`. Each exchange
 * doubles the block of ranks whose parts have arrived.
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

/** The values of all ranks, in the order of the ranks, on every rank. All ranks must have the same number of values. */
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

/** x ← x + other */
export function addTo(x: Numbers, other: Numbers): void {
  for (let i = 0; i < x.length; i++) x[i] += other[i];
}

/** The sum of the numbers of all shards of all ranks, ((0 + 1) + (2 + 3)) + …; `values` are those of this rank. */
export function sumInTree(ranks: Ranks, values: Float64Array): number {
  const sum = Float64Array.of(pairwise(values));
  mergeRanks(ranks, sum, addTo);
  return sum[0];
}

/** ((0 + 1) + (2 + 3)) + …; the number of values is a power of two */
export function pairwise(values: Float64Array): number {
  if (values.length === 1) return values[0];
  const half = values.length / 2;
  return pairwise(values.subarray(0, half)) + pairwise(values.subarray(half));
}
