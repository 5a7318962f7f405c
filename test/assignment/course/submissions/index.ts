import type { Submissions } from "../support.ts";
import { batchNorm } from "./batchNorm.ts";
import { flatten } from "./flatten.ts";
import { gelu } from "./gelu.ts";
import { linear } from "./linear.ts";
import { relu } from "./relu.ts";
import { sigmoid } from "./sigmoid.ts";
import { tanh } from "./tanh.ts";

export const submissions: readonly Submissions[] = [flatten, linear, gelu, batchNorm, relu, tanh, sigmoid];
