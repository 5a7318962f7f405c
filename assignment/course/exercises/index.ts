import type { Exercise } from "../exercise.ts";
import { batchNorm } from "./batchNorm.ts";
import { flatten } from "./flatten.ts";
import { linear } from "./linear.ts";

/** All exercises in the order of the course. */
export const exercises: readonly Exercise[] = [flatten, linear, batchNorm];
