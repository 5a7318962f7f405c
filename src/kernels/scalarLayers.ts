import { exp } from "../mathematics/exponential.ts";
import { SettingsError } from "../tensor/errors.ts";
import { type DType, type Numbers, zeros } from "../tensor/tensor.ts";
import { type Activation, type ActivationName, activations } from "./activations.ts";
import {
  checkElementwise,
  checkGather,
  checkLinear,
  checkMatmul,
  checkSoftmax,
  checkSumRows,
  checkSwapAxes,
} from "./checks.ts";
import type { Kernels } from "./kernels.ts";

type Elsewhere = "crossEntropy" | "addSign" | "sgd" | "adam" | "updates" | "norms" | "images" | "attention";

/** The scalar kernels that layers call, except for normalization, images and attention. */
export const scalarLayers: Omit<Kernels, Elsewhere> = {
  name: "scalar",
  threads: 1,
  allocate: (dtype: DType, length: number) => zeros(dtype, length),
  allocateBytes: (length: number) => new Uint8Array(length),

  // c[i, j] = Σ_p a[i, p]·b[p, j]; the loop over j is innermost so that b and c are read along their rows
  matmul(c, a, b, m, k, n) {
    checkMatmul("matmul", c, a, b, m, k, n);
    c.fill(0);
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < k; p++) addRow(c, i * n, b, p * n, a[i * k + p], n);
    }
  },

  // c[i, j] = Σ_p a[p, i]·b[p, j]
  matmulTransposeA(c, a, b, m, k, n) {
    checkMatmul("matmulTransposeA", c, a, b, m, k, n);
    c.fill(0);
    for (let p = 0; p < k; p++) {
      for (let i = 0; i < m; i++) addRow(c, i * n, b, p * n, a[p * m + i], n);
    }
  },

  // c[i, j] = Σ_p a[i, p]·b[j, p]
  matmulTransposeB(c, a, b, m, k, n) {
    checkMatmul("matmulTransposeB", c, a, b, m, k, n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[i * k + p] * b[j * k + p];
        c[i * n + j] = sum;
      }
    }
  },

  sumRows(out, x, rows, columns) {
    checkSumRows(out, x, rows, columns);
    out.fill(0);
    for (let i = 0; i < rows; i++) addRow(out, 0, x, i * columns, 1, columns);
  },

  linear(y, x, w, b, rows, inputs, outputs) {
    checkLinear(y, x, w, b, rows, inputs, outputs);
    this.matmul(y, x, w, rows, inputs, outputs);
    for (let i = 0; i < rows; i++) addRow(y, i * outputs, b, 0, 1, outputs);
  },

  activate(name: ActivationName, y, derivative, x, parameter = 0) {
    checkElementwise("activate", y, x, ...(derivative ? [derivative] : []));
    if (!Object.hasOwn(activations, name)) {
      throw new SettingsError(`activate: expected one of ${Object.keys(activations).join(", ")}, found "${name}"`);
    }
    const activation: Activation = activations[name];
    for (let i = 0; i < x.length; i++) {
      const input = x[i];
      y[i] = activation.value(input, parameter);
      if (derivative) derivative[i] = activation.derivative(input, parameter);
    }
  },

  multiply(out, a, b) {
    checkElementwise("multiply", out, a, b);
    for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i];
  },

  swapAxes(out, x, batch, rows, columns, inner) {
    checkSwapAxes(out, x, batch, rows, columns, inner);
    for (let n = 0, from = 0; n < batch; n++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const to = ((n * columns + j) * rows + i) * inner;
          for (let k = 0; k < inner; k++) out[to + k] = x[from++];
        }
      }
    }
  },

  softmax(p, logits, rows, classes) {
    checkSoftmax(p, logits, rows, classes);
    for (let row = 0; row < rows; row++) {
      const start = row * classes;
      const { maximum, sum } = logSumExpTerms(logits, start, classes);
      for (let j = start; j < start + classes; j++) p[j] = exp(logits[j] - maximum) / sum;
    }
  },

  addScaled(y, x, factor) {
    checkElementwise("addScaled", y, x);
    for (let i = 0; i < y.length; i++) y[i] += factor * x[i];
  },

  gather(out, source, indices, rowLength, table) {
    checkGather(out, source, indices, rowLength, table);
    const channels = table.length / 256;
    for (let row = 0; row < indices.length; row++) {
      const from = indices[row] * rowLength;
      const to = row * rowLength;
      for (let j = 0; j < rowLength; j++) out[to + j] = table[(j % channels) * 256 + source[from + j]];
    }
  },

  close() {},
};

/** y[yStart + j] += factor·x[xStart + j] for j < length */
export function addRow(y: Numbers, yStart: number, x: Numbers, xStart: number, factor: number, length: number): void {
  for (let j = 0; j < length; j++) y[yStart + j] += factor * x[xStart + j];
}

/** max_j x_j and Σ_j exp(x_j − max), whose sum cannot overflow. */
export function logSumExpTerms(x: Numbers, start: number, length: number): { maximum: number; sum: number } {
  let maximum = -Infinity;
  for (let j = start; j < start + length; j++) maximum = Math.max(maximum, x[j]);
  let sum = 0;
  for (let j = start; j < start + length; j++) sum += exp(x[j] - maximum);
  return { maximum, sum };
}
