import type { Submissions } from "../support.ts";
import { batchNorm } from "./batchNorm.ts";
import { flatten } from "./flatten.ts";
import { linear } from "./linear.ts";

export const submissions: readonly Submissions[] = [flatten, linear, batchNorm];
