import { exp } from "../mathematics/exponential.ts";
import type { Numbers } from "../tensor/tensor.ts";
import type { AttentionKernels, AttentionShape } from "./attentionKernels.ts";
import { checkAttention } from "./checks.ts";
import { addRow } from "./scalarLayers.ts";

/**
 * Attention in plain TypeScript. The fast implementations are tested against it. It computes one row of probabilities at a time,
 * so memory does not grow with the square of the number of tokens; backward computes them again.
 */
export const scalarAttention: AttentionKernels = {
  // pᵢⱼ = softmax over j of qᵢ·kⱼ/√depth   yᵢ = Σⱼ pᵢⱼ·vⱼ
  attention(y, q, k, v, shape) {
    checkAttention("attention", shape, y, q, k, v);
    y.fill(0);
    forEachQuery(q, k, shape, (p, query, keyOf) => {
      for (let j = 0; j < p.length; j++) addRow(y, query, v, keyOf(j), p[j], shape.depth);
    });
  },

  // dvⱼ = Σᵢ pᵢⱼ·dyᵢ   dpᵢⱼ = dyᵢ·vⱼ   dsᵢⱼ = pᵢⱼ·(dpᵢⱼ − Σₘ pᵢₘ·dpᵢₘ)/√depth   dqᵢ = Σⱼ dsᵢⱼ·kⱼ   dkⱼ = Σᵢ dsᵢⱼ·qᵢ
  attentionBackward(dq, dk, dv, dy, q, k, v, shape) {
    checkAttention("attentionBackward", shape, dq, dk, dv, dy, q, k, v);
    const { depth } = shape;
    for (const gradient of [dq, dk, dv]) gradient.fill(0);
    forEachQuery(q, k, shape, (p, query, keyOf) => {
      const dp = p.map((_, j) => dot(dy, query, v, keyOf(j), depth));
      const mean = p.reduce((sum, pj, j) => sum + pj * dp[j], 0);
      for (let j = 0; j < p.length; j++) {
        const [key, ds] = [keyOf(j), (p[j] * (dp[j] - mean)) / Math.sqrt(depth)];
        addRow(dv, key, dy, query, p[j], depth);
        addRow(dq, query, k, key, ds, depth);
        addRow(dk, key, q, query, ds, depth);
      }
    });
  },
};

/** Calls `visit` with the probabilities of each query, its position, and the positions of its keys. */
function forEachQuery(
  q: Numbers,
  k: Numbers,
  { batch, tokens, heads, depth, causal }: AttentionShape,
  visit: (p: Float64Array, query: number, keyOf: (j: number) => number) => void,
): void {
  for (let row = 0; row < batch; row++) {
    for (let head = 0; head < heads; head++) {
      const placeOf = (token: number): number => ((row * tokens + token) * heads + head) * depth;
      for (let i = 0; i < tokens; i++) {
        const p = new Float64Array(causal ? i + 1 : tokens);
        for (let j = 0; j < p.length; j++) p[j] = dot(q, placeOf(i), k, placeOf(j), depth) / Math.sqrt(depth);
        const maximum = p.reduce((a, b) => Math.max(a, b));
        let sum = 0;
        for (let j = 0; j < p.length; j++) sum += p[j] = exp(p[j] - maximum);
        for (let j = 0; j < p.length; j++) p[j] /= sum;
        visit(p, placeOf(i), placeOf);
      }
    }
  }
}

function dot(a: Numbers, aStart: number, b: Numbers, bStart: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[aStart + i] * b[bStart + i];
  return sum;
}
