import { noise } from "../../contracts/kernelsSupport.ts";

/** Multiples of 2⁻⁹ below 4: sums of their rounded products are exact in float64, so Math.fround rounds as the processor does. */
export const moderate = (length: number, seed: number): Float32Array =>
  Float32Array.from(noise("float32", length, seed), (x) => Math.round(x * 2 ** 11) / 2 ** 9);

/** The sum of the products of `depth` rounded numbers, in the order of an instruction. */
type Sum = (product: (place: number) => number, depth: number, bias: number) => number;

/** vdpbf16ps adds two products at a time, the second first; the bias is added at the end. */
const sumOfPairs: Sum = (product, depth, bias) => {
  let sum = 0;
  for (let p = 0; p < depth; p += 2) {
    if (p + 1 < depth) sum = Math.fround(sum + product(p + 1));
    sum = Math.fround(sum + product(p));
  }
  return Math.fround(sum + bias);
};

/** tdpbf16ps starts with the bias. Its products are added 32 at a time: the even ones are added up, the odd ones, and then both. */
export const sumOfTiles: Sum = (product, depth, bias) => {
  let sum = bias;
  for (let first = 0; first < depth; first += 32) {
    const halves = [0, 0];
    for (let p = first; p < Math.min(depth, first + 32); p++) halves[p % 2] = Math.fround(halves[p % 2] + product(p));
    sum = Math.fround(sum + Math.fround(halves[0] + halves[1]));
  }
  return sum;
};

/** The sums of each instruction set. */
export const sums: Readonly<Record<string, Sum>> = { avx512: sumOfPairs, amx: sumOfTiles };
