/**
 * The generator MT19937: 624 words of state, 32 bits a draw, period 2¹⁹⁹³⁷ − 1.
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), and their seeding of 2002, as NumPy uses it.
 */

export const KEY_LENGTH = 624;
const SHIFT_LENGTH = 397;
const UPPER_BIT = 0x80000000;
const LOWER_BITS = 0x7fffffff;
const TWIST = 0x9908b0df;

/** key[0] = seed, key[i] = 1812433253·(key[i−1] ⊕ (key[i−1] ≫ 30)) + i   (init_genrand) */
export function seedWithNumber(key: Uint32Array, seed: number): void {
  key[0] = seed;
  for (let i = 1; i < KEY_LENGTH; i++) {
    const previous = key[i - 1] ^ (key[i - 1] >>> 30);
    key[i] = Math.imul(previous, 1812433253) + i;
  }
}

/** Mixes a list of 32-bit words into the key in two rounds (init_by_array). */
export function seedWithArray(key: Uint32Array, seeds: ArrayLike<number>): void {
  seedWithNumber(key, 19650218);
  let i = 1;
  const advance = () => {
    i++;
    if (i === KEY_LENGTH) {
      key[0] = key[KEY_LENGTH - 1];
      i = 1;
    }
  };
  for (let step = 0, j = 0; step < Math.max(KEY_LENGTH, seeds.length); step++) {
    const previous = key[i - 1] ^ (key[i - 1] >>> 30);
    key[i] = (key[i] ^ Math.imul(previous, 1664525)) + seeds[j] + j;
    j = (j + 1) % seeds.length;
    advance();
  }
  for (let step = 0; step < KEY_LENGTH - 1; step++) {
    const previous = key[i - 1] ^ (key[i - 1] >>> 30);
    key[i] = (key[i] ^ Math.imul(previous, 1566083941)) - i;
    advance();
  }
  key[0] = UPPER_BIT;
}

/** The next 624 words of the recurrence key[i] = key[i + 397] ⊕ (upper bit of key[i], lower bits of key[i + 1])·A, in place. */
export function twist(key: Uint32Array): void {
  const twisted = (y: number) => (y >>> 1) ^ (-(y & 1) & TWIST);
  const split = KEY_LENGTH - SHIFT_LENGTH;
  for (let i = 0; i < split; i++) {
    key[i] = key[i + SHIFT_LENGTH] ^ twisted((key[i] & UPPER_BIT) | (key[i + 1] & LOWER_BITS));
  }
  for (let i = split; i < KEY_LENGTH - 1; i++) {
    key[i] = key[i - split] ^ twisted((key[i] & UPPER_BIT) | (key[i + 1] & LOWER_BITS));
  }
  const last = (key[KEY_LENGTH - 1] & UPPER_BIT) | (key[0] & LOWER_BITS);
  key[KEY_LENGTH - 1] = key[SHIFT_LENGTH - 1] ^ twisted(last);
}

/** The bijection that makes a word of state a draw: equidistribution in 623 dimensions. The result is a signed 32-bit number. */
export function temper(word: number): number {
  let y = word;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >>> 18);
}
