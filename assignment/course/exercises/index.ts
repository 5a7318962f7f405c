import type { Exercise } from "../exercise.ts";
import { adam } from "./adam.ts";
import { batchNorm } from "./batchNorm.ts";
import { flatten } from "./flatten.ts";
import { l1 } from "./l1.ts";
import { l2 } from "./l2.ts";
import { linear } from "./linear.ts";
import { sgd } from "./sgd.ts";
import { training } from "./training.ts";
import { weightDecay } from "./weightDecay.ts";

/** All exercises in the order of the course. */
export const exercises: readonly Exercise[] = [flatten, linear, sgd, weightDecay, l1, l2, adam, training, batchNorm];
