/** A double and its two words of 32 bits, for functions that read or change the bits of a number. */
export const double = new Float64Array(1);
export const words = new Uint32Array(double.buffer);

/** The place of the word with sign and exponent, and of the other. */
export const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
export const LOW_WORD = 1 - HIGH_WORD;
