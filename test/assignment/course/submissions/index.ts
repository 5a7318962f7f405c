import type { Submissions } from "../support.ts";
import { batchNorm } from "./batchNorm.ts";
import { linear } from "./linear.ts";

export const submissions: readonly Submissions[] = [linear, batchNorm];
