import { exp, expm1, tanh } from "./exponential.ts";
import { log, log1p } from "./logarithm.ts";
import { pow } from "./power.ts";
import { cos, sin } from "./trigonometric.ts";

/**
 * The functions of Math whose last bit ECMAScript leaves to the engine, as the library uses them: with the same bits in every engine and
 * the special cases of Math. pow(x, y) also replaces x ** y, except for squares, which are exact everywhere.
 */
export const portableMath = { exp, expm1, log, log1p, tanh, sin, cos, pow } as const;
