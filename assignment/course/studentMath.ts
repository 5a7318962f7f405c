import { portableMath } from "../../src/mathematics/portableMath.ts";

const { exp, expm1 } = portableMath;

const cosh = (x: number): number => 0.5 * (exp(x) + exp(-x));

const sinh = (x: number): number => {
  const e = expm1(Math.abs(x));
  return x === 0 || Number.isNaN(x) ? x : Math.sign(x) * 0.5 * (e === Infinity ? e : e + e / (e + 1));
};

/** √Σx², scaled by the largest |x|, so that no square overflows. */
const hypot = (...values: readonly number[]): number => {
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (largest === 0 || largest === Infinity || Number.isNaN(largest)) return largest;
  return largest * Math.sqrt(values.reduce((sum, x) => sum + (x / largest) * (x / largest), 0));
};

const own = { ...portableMath, cosh, sinh, hypot };
for (const one of Object.values(own)) Object.freeze(one); // they are shared with what runs the code

/** The Math of a student's code: a network trains to the same bits in the command and in every browser. */
export const studentMath: typeof Math = Object.freeze(
  Object.defineProperties(Object.create(Object.prototype), {
    ...Object.getOwnPropertyDescriptors(Math),
    ...Object.getOwnPropertyDescriptors(own),
  }),
);
