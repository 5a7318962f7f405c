import { roundedLog } from "../mathematics/roundedLogarithm.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Numbers } from "../tensor/tensor.ts";
import { drawBinomial } from "./binomial.ts";
import { KEY_LENGTH, seedWithArray, seedWithNumber, temper, twist } from "./mersenneTwister.ts";

/** All that determines the rest of a stream, as plain data: what NumPy's get_state() returns, and JSON keeps exactly. */
export interface RandomStateData {
  readonly key: ArrayLike<number>;
  readonly pos: number;
  readonly hasGauss: boolean;
  readonly gauss: number;
}

/** What shuffle() reorders: an array or a typed array. */
export interface MutableList {
  readonly length: number;
  [index: number]: unknown;
}

const LARGEST_WORD = 2 ** 32 - 1;
const UNIT_53 = 2 ** -53;

/**
 * The random streams of NumPy's legacy `numpy.random.RandomState`: the same seed gives the same numbers in the same order.
 * Seeds are whole numbers 0 … 2³² − 1, or lists of them. Throws SettingsError for another seed.
 *
 * Calls can be mixed; like NumPy's, the second number of a pair of normal ones is kept in the state until the next randn().
 */
export class RandomState {
  #key = new Uint32Array(KEY_LENGTH);
  #pos = KEY_LENGTH;
  #hasGauss = false;
  #gauss = 0;

  constructor(seed: number | ArrayLike<number>) {
    if (typeof seed === "number") {
      seedWithNumber(this.#key, wholeNumber("RandomState: seed", seed, 0, LARGEST_WORD));
    } else {
      if (seed.length === 0) throw new SettingsError("RandomState: a list of seeds needs at least one, got none");
      for (let i = 0; i < seed.length; i++) wholeNumber(`RandomState: seed[${i}]`, seed[i], 0, LARGEST_WORD);
      seedWithArray(this.#key, seed);
    }
  }

  /** A stream that continues from a saved state. Throws SettingsError for data that is not a state. */
  static fromState(state: RandomStateData): RandomState {
    const random = new RandomState(0);
    random.state = state;
    return random;
  }

  /** A copy of the state, for a checkpoint; setting it continues from there. Setting throws SettingsError for data that is not a state. */
  get state(): RandomStateData {
    return { key: Array.from(this.#key), pos: this.#pos, hasGauss: this.#hasGauss, gauss: this.#gauss };
  }

  set state({ key, pos, hasGauss, gauss }: RandomStateData) {
    if (key?.length !== KEY_LENGTH) {
      throw new SettingsError(`RandomState: state.key needs ${KEY_LENGTH} words, got ${key?.length ?? "none"}`);
    }
    for (let i = 0; i < KEY_LENGTH; i++) wholeNumber(`RandomState: state.key[${i}]`, key[i], 0, LARGEST_WORD);
    wholeNumber("RandomState: state.pos", pos, 0, KEY_LENGTH);
    if (typeof hasGauss !== "boolean" || !Number.isFinite(gauss)) {
      throw new SettingsError("RandomState: state needs hasGauss (true or false) and gauss (a number)");
    }
    this.#key = Uint32Array.from(key);
    this.#pos = pos;
    this.#hasGauss = hasGauss;
    this.#gauss = gauss;
  }

  /** An independent generator that continues with the same numbers. */
  clone(): RandomState {
    return RandomState.fromState(this.state);
  }

  /** 32 random bits as a signed number. */
  #nextWord(): number {
    if (this.#pos === KEY_LENGTH) {
      twist(this.#key);
      this.#pos = 0;
    }
    return temper(this.#key[this.#pos++]);
  }

  /** Uniform in [0, 1) with 53 random bits: (a·2²⁶ + b)/2⁵³, a of 27 and b of 26 bits. */
  randomSample(): number {
    const a = this.#nextWord() >>> 5;
    const b = this.#nextWord() >>> 6;
    return (a * 0x4000000 + b) * UNIT_53;
  }

  /** Uniform in [low, high): low + (high − low)·u. Throws SettingsError if the difference is not finite. */
  uniform(low = 0, high = 1): number {
    if (!Number.isFinite(high - low)) {
      throw new SettingsError(`uniform: low and high need a finite difference, got ${low} and ${high}`);
    }
    return low + (high - low) * this.randomSample();
  }

  /**
   * Standard normal: for x₁, x₂ uniform in the unit disc and r² = x₁² + x₂², both xᵢ·√(−2·log r² / r²) are normal and
   * independent; x₁'s is kept for the next call. Source: Marsaglia's polar method (Marsaglia & Bray 1964).
   */
  randn(): number {
    if (this.#hasGauss) {
      this.#hasGauss = false;
      const kept = this.#gauss;
      this.#gauss = 0;
      return kept;
    }
    let x1: number;
    let x2: number;
    let square: number;
    do {
      x1 = 2 * this.randomSample() - 1;
      x2 = 2 * this.randomSample() - 1;
      square = x1 * x1 + x2 * x2;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * roundedLog(square)) / square);
    this.#gauss = factor * x1;
    this.#hasGauss = true;
    return factor * x2;
  }

  /** array[i] = scale·randn(): NumPy's `scale * randn(n)`, rounded to float32 if the array is. */
  fillRandn(array: Numbers, scale = 1): void {
    for (let i = 0; i < array.length; i++) array[i] = scale * this.randn();
  }

  /** array[i] = uniform(low, high): NumPy's `uniform(low, high, n)`. */
  fillUniform(array: Numbers, low = 0, high = 1): void {
    for (let i = 0; i < array.length; i++) array[i] = this.uniform(low, high);
  }

  /**
   * mask[i] = 1/keepProb where randomSample() < keepProb, else 0: the mask of inverted dropout, drawn in order.
   * Throws SettingsError unless 0 < keepProb ≤ 1.
   */
  fillKeepMask(mask: Numbers, keepProb: number): void {
    if (!(keepProb > 0 && keepProb <= 1)) {
      throw new SettingsError(`fillKeepMask: keepProb must be above 0 and at most 1, got ${keepProb}`);
    }
    const threshold = keepProb * 2 ** 53;
    const kept = 1 / keepProb;
    const key = this.#key;
    const straddling = new Uint32Array(2);
    let start = 0;
    while (start < mask.length) {
      if (this.#pos === KEY_LENGTH) {
        twist(key);
        this.#pos = 0;
      }
      const pairs = Math.min(mask.length - start, (KEY_LENGTH - this.#pos) >> 1);
      keepBelow(threshold, kept, mask, start, start + pairs, key, this.#pos);
      start += pairs;
      this.#pos += 2 * pairs;
      if (start < mask.length && this.#pos < KEY_LENGTH) {
        // A draw with the last word of this block and the first of the next
        straddling[0] = key[this.#pos];
        twist(key);
        straddling[1] = key[0];
        keepBelow(threshold, kept, mask, start, start + 1, straddling, 0);
        start++;
        this.#pos = 1;
      }
    }
  }

  /** Uniform in 0 … max by masked rejection: the fewest bits that hold max, drawn again while they exceed it. max < 2⁵³. */
  #interval(max: number): number {
    if (max === 0) return 0;
    if (max <= LARGEST_WORD) {
      const mask = LARGEST_WORD >>> Math.clz32(max);
      for (;;) {
        const value = (this.#nextWord() & mask) >>> 0;
        if (value <= max) return value;
      }
    }
    const highMask = LARGEST_WORD >>> Math.clz32(Math.floor(max / 2 ** 32));
    for (;;) {
      const high = (this.#nextWord() & highMask) >>> 0;
      const value = high * 2 ** 32 + (this.#nextWord() >>> 0);
      if (value <= max) return value;
    }
  }

  /** Whole number in low … high − 1; |low|, |high| ≤ 2⁵³ − 1, as their difference. Throws SettingsError otherwise. */
  randint(low: number, high: number): number {
    wholeNumber("randint: low", low, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    wholeNumber("randint: high", high, low + 1, Number.MAX_SAFE_INTEGER);
    wholeNumber("randint: high − low", high - low, 1, Number.MAX_SAFE_INTEGER);
    return low + this.#interval(high - low - 1);
  }

  /** Reorders in place, all orders equally likely: i from the last to 1, swapped with a random j ≤ i (Fisher–Yates, Knuth 3.4.2 P). */
  shuffle(array: MutableList): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.#interval(i);
      const value = array[i];
      array[i] = array[j];
      array[j] = value;
    }
  }

  /** The numbers 0 … n − 1 in random order. */
  permutation(n: number): Int32Array<ArrayBuffer> {
    const order = new Int32Array(wholeNumber("permutation: n", n, 0, 2 ** 31 - 1));
    for (let i = 0; i < n; i++) order[i] = i;
    this.shuffle(order);
    return order;
  }

  /** `size` of the numbers 0 … n − 1: each drawn independently, or without replacement the start of a permutation. */
  choice(n: number, size: number, replace = true): Int32Array<ArrayBuffer> {
    wholeNumber("choice: n", n, 1, 2 ** 31 - 1);
    wholeNumber(
      replace ? "choice: size" : "choice: size (without replacement, at most n)",
      size,
      0,
      replace ? 2 ** 31 - 1 : n,
    );
    if (!replace) return this.permutation(n).slice(0, size);
    return new Int32Array(size).map(() => this.#interval(n - 1));
  }

  /** The number of successes in n trials of probability p; inversion up to n·min(p, 1−p) = 30, BTPE beyond. */
  binomial(n: number, p: number): number {
    wholeNumber("binomial: n", n, 0, Number.MAX_SAFE_INTEGER);
    if (!(p >= 0 && p <= 1)) throw new SettingsError(`binomial: p must be in 0 … 1, got ${p}`);
    return drawBinomial(() => this.randomSample(), n, p);
  }
}

/**
 * mask[i] = kept, for i from start to end, where the draw of the next two words behind `from` is below the threshold, else 0.
 * A mask is drawn in every step: a tight loop over one block of words, apart from the state, is twice as fast.
 */
function keepBelow(
  threshold: number,
  kept: number,
  mask: Numbers,
  start: number,
  end: number,
  words: Uint32Array,
  from: number,
): void {
  // randomSample() < keepProb, compared as whole numbers: a·2²⁶ + b < keepProb·2⁵³. The 27 bits of a nearly always decide, so b
  // is seldom tempered; and they decide by a sign, not by a branch, which no processor could predict.
  const thresholdA = Math.floor(threshold / 2 ** 26) | 0;
  const thresholdB = threshold - thresholdA * 2 ** 26;
  for (let i = start, at = from; i < end; i++, at += 2) {
    const difference = (temper(words[at]) >>> 5) - thresholdA;
    mask[i] = (difference >>> 31) * kept;
    if (difference === 0 && temper(words[at + 1]) >>> 6 < thresholdB) mask[i] = kept;
  }
}

function wholeNumber(what: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new SettingsError(`${what} must be a whole number ${min} … ${max}, got ${value}`);
}
