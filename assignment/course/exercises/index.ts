import type { Exercise } from "../exercise.ts";
import { batchNorm } from "./batchNorm.ts";
import { flatten } from "./flatten.ts";
import { gelu } from "./gelu.ts";
import { linear } from "./linear.ts";
import { relu } from "./relu.ts";
import { sigmoid } from "./sigmoid.ts";
import { tanh } from "./tanh.ts";

/** All exercises in the order of the course. */
export const exercises: readonly Exercise[] = [flatten, linear, gelu, batchNorm, relu, tanh, sigmoid];
