import { pow } from "../mathematics/power.ts";
import type { Numbers } from "../tensor/tensor.ts";
import { checkElementwise, checkSums } from "./checks.ts";
import type {
  AdagradStep,
  AdamStep,
  LionStep,
  MomentumStep,
  NadamStep,
  RmspropStep,
  UpdateKernels,
} from "./kernels.ts";

/**
 * The updates other than sgd and adam, and the operations on whole gradients, in plain TypeScript. Each is one pass without
 * allocations. Kernels without faster versions use these: `readonly updates = scalarUpdates`.
 */
export const scalarUpdates: UpdateKernels = {
  momentum(values: Numbers, gradients: Numbers, velocity: Numbers, options: MomentumStep) {
    checkElementwise("momentum", values, gradients, velocity);
    const { learningRate, momentum, nesterov, weightDecay } = options;
    // Both directions as one weighted sum, because a branch in the loop would make it three times slower
    const [own, moving] = nesterov ? [1, momentum] : [0, 1];
    for (let i = 0; i < values.length; i++) {
      const gradient = gradients[i];
      const moved = momentum * velocity[i] + gradient;
      velocity[i] = moved;
      values[i] = values[i] - learningRate * (own * gradient + moving * moved) - weightDecay * values[i];
    }
  },

  rmsprop(values: Numbers, gradients: Numbers, v: Numbers, options: RmspropStep) {
    checkElementwise("rmsprop", values, gradients, v);
    const { learningRate, alpha, epsilon, weightDecay } = options;
    for (let i = 0; i < values.length; i++) {
      const gradient = gradients[i];
      const square = alpha * v[i] + (1 - alpha) * gradient * gradient;
      v[i] = square;
      values[i] = values[i] - (learningRate * gradient) / (Math.sqrt(square) + epsilon) - weightDecay * values[i];
    }
  },

  adagrad(values: Numbers, gradients: Numbers, sum: Numbers, { learningRate, epsilon, weightDecay }: AdagradStep) {
    checkElementwise("adagrad", values, gradients, sum);
    for (let i = 0; i < values.length; i++) {
      const gradient = gradients[i];
      const total = sum[i] + gradient * gradient;
      sum[i] = total;
      values[i] = values[i] - (learningRate * gradient) / (Math.sqrt(total) + epsilon) - weightDecay * values[i];
    }
  },

  lion(values: Numbers, gradients: Numbers, m: Numbers, { learningRate, beta1, beta2, weightDecay }: LionStep) {
    checkElementwise("lion", values, gradients, m);
    for (let i = 0; i < values.length; i++) {
      const gradient = gradients[i];
      const before = m[i];
      const mix = beta1 * before + (1 - beta1) * gradient;
      const direction = mix === 0 ? 0 : mix / Math.abs(mix); // its sign, without an unpredictable branch
      m[i] = beta2 * before + (1 - beta2) * gradient;
      values[i] = values[i] - learningRate * direction - weightDecay * values[i];
    }
  },

  amsgrad(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, largest: Numbers, options: AdamStep) {
    checkElementwise("amsgrad", values, gradients, m, v, largest);
    const { learningRate, beta1, beta2, epsilon, weightDecay, step } = options;
    const correction1 = 1 - pow(beta1, step);
    const correction2 = 1 - pow(beta2, step);
    for (let i = 0; i < values.length; i++) {
      const gradient = gradients[i];
      m[i] = beta1 * m[i] + (1 - beta1) * gradient;
      v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
      largest[i] = Math.max(largest[i], v[i]);
      const update = m[i] / correction1 / (Math.sqrt(largest[i] / correction2) + epsilon);
      values[i] = values[i] - learningRate * update - weightDecay * values[i];
    }
  },

  nadam(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, options: NadamStep) {
    checkElementwise("nadam", values, gradients, m, v);
    const { ofGradient, ofMoment, beta1, beta2, epsilon, weightDecay, step } = options;
    const correction2 = 1 - pow(beta2, step);
    for (let i = 0; i < values.length; i++) {
      const gradient = gradients[i];
      m[i] = beta1 * m[i] + (1 - beta1) * gradient;
      v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient;
      const update = (ofGradient * gradient + ofMoment * m[i]) / (Math.sqrt(v[i] / correction2) + epsilon);
      values[i] = values[i] - update - weightDecay * values[i];
    }
  },

  blend(average: Numbers, values: Numbers, share: number) {
    checkElementwise("blend", average, values);
    for (let i = 0; i < average.length; i++) average[i] += share * (values[i] - average[i]);
  },

  scale(x: Numbers, factor: number) {
    checkElementwise("scale", x);
    for (let i = 0; i < x.length; i++) x[i] *= factor;
  },

  clamp(x: Numbers, limit: number) {
    checkElementwise("clamp", x);
    // Comparisons, so that NaN stays NaN and is detected
    for (let i = 0; i < x.length; i++) {
      if (x[i] > limit) x[i] = limit;
      else if (x[i] < -limit) x[i] = -limit;
    }
  },

  // Four independent sums, because each addition to a single sum would wait for the one before
  sumSquares(out: Float64Array, x: Numbers) {
    checkSums("sumSquares", out, x);
    const whole = x.length - (x.length % 4);
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < whole; i += 4) {
      a += x[i] * x[i];
      b += x[i + 1] * x[i + 1];
      c += x[i + 2] * x[i + 2];
      d += x[i + 3] * x[i + 3];
    }
    for (let i = whole; i < x.length; i++) a += x[i] * x[i];
    out[0] = a + b + (c + d);
  },
};
