import { exp } from "../mathematics/exponential.ts";
import { log } from "../mathematics/logarithm.ts";
import { pow } from "../mathematics/power.ts";
import { checkCrossEntropy, checkElementwise } from "./checks.ts";
import type { AdamStep, Kernels } from "./kernels.ts";
import { scalarAttention } from "./scalarAttention.ts";
import { scalarImages } from "./scalarImages.ts";
import { logSumExpTerms, scalarLayers } from "./scalarLayers.ts";
import { scalarNorms } from "./scalarNorms.ts";
import { scalarUpdates } from "./scalarUpdates.ts";

/**
 * The kernels in plain TypeScript: the specification that every faster implementation is tested against, and the fallback if no
 * faster kernels are available. These loops and those in scalarLayers.ts define the kernels.
 */
export const scalarKernels: Kernels = {
  ...scalarLayers,
  updates: scalarUpdates,
  norms: scalarNorms,
  images: scalarImages,
  attention: scalarAttention,

  crossEntropy(losses, dlogits, logits, labels, rows, classes, scale) {
    checkCrossEntropy(losses, dlogits, logits, labels, rows, classes);
    for (let row = 0; row < rows; row++) {
      const start = row * classes;
      const { maximum, sum } = logSumExpTerms(logits, start, classes);
      losses[row] = log(sum) - (logits[start + labels[row]] - maximum);
      for (let j = start; j < start + classes; j++) dlogits[j] = (scale * exp(logits[j] - maximum)) / sum;
      dlogits[start + labels[row]] = scale * (exp(logits[start + labels[row]] - maximum) / sum - 1);
    }
  },

  addSign(y, x, factor) {
    checkElementwise("addSign", y, x);
    for (let i = 0; i < y.length; i++) y[i] += factor * Math.sign(x[i]);
  },

  sgd(values, gradients, learningRate, weightDecay) {
    checkElementwise("sgd", values, gradients);
    for (let i = 0; i < values.length; i++) {
      values[i] = values[i] - learningRate * gradients[i] - weightDecay * values[i];
    }
  },

  adam(values, gradients, m, v, { learningRate, beta1, beta2, epsilon, weightDecay, step }: AdamStep) {
    checkElementwise("adam", values, gradients, m, v);
    const correction1 = 1 - pow(beta1, step);
    const correction2 = 1 - pow(beta2, step);
    for (let i = 0; i < values.length; i++) {
      m[i] = beta1 * m[i] + (1 - beta1) * gradients[i];
      v[i] = beta2 * v[i] + (1 - beta2) * gradients[i] * gradients[i];
      const update = m[i] / correction1 / (Math.sqrt(v[i] / correction2) + epsilon);
      values[i] = values[i] - learningRate * update - weightDecay * values[i];
    }
  },
};
