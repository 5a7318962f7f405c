import type { Submissions } from "../support.ts";
import { accuracy } from "./accuracy.ts";
import { adam } from "./adam.ts";
import { attention } from "./attention.ts";
import { averagePool } from "./averagePool.ts";
import { batchNorm } from "./batchNorm.ts";
import { binaryCrossEntropy } from "./binaryCrossEntropy.ts";
import { clipping } from "./clipping.ts";
import { conv2d } from "./conv2d.ts";
import { crossEntropy } from "./crossEntropy.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { flatten } from "./flatten.ts";
import { gelu } from "./gelu.ts";
import { initialization } from "./initialization.ts";
import { l1 } from "./l1.ts";
import { l2 } from "./l2.ts";
import { labelSmoothing } from "./labelSmoothing.ts";
import { layerNorm } from "./layerNorm.ts";
import { linear } from "./linear.ts";
import { maxPool } from "./maxPool.ts";
import { momentum } from "./momentum.ts";
import { mse } from "./mse.ts";
import { numericalGradient } from "./numericalGradient.ts";
import { relu } from "./relu.ts";
import { residual } from "./residual.ts";
import { rmsprop } from "./rmsprop.ts";
import { schedule } from "./schedule.ts";
import { sequential } from "./sequential.ts";
import { sgd } from "./sgd.ts";
import { sigmoid } from "./sigmoid.ts";
import { softmax } from "./softmax.ts";
import { standardize } from "./standardize.ts";
import { tanh } from "./tanh.ts";
import { training } from "./training.ts";
import { weightDecay } from "./weightDecay.ts";

export const submissions: readonly Submissions[] = [
  flatten,
  linear,
  gelu,
  dropout,
  softmax,
  crossEntropy,
  sequential,
  sgd,
  weightDecay,
  l1,
  l2,
  adam,
  training,
  batchNorm,
  relu,
  tanh,
  sigmoid,
  residual,
  conv2d,
  maxPool,
  averagePool,
  attention,
  layerNorm,
  embedding,
  numericalGradient,
  standardize,
  accuracy,
  labelSmoothing,
  binaryCrossEntropy,
  clipping,
  initialization,
  momentum,
  mse,
  rmsprop,
  schedule,
];
