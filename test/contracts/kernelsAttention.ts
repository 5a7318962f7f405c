import { expect, it } from "vitest";
import type { AttentionShape } from "../../src/kernels/attentionKernels.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { ShapeError } from "../../src/tensor/errors.ts";
import { type DType, type Numbers, zeros } from "../../src/tensor/tensor.ts";
import fc from "../properties.ts";
import { close, factors, type Memory, noise, place, same, tolerance } from "./kernelsSupport.ts";

/** kernels.attention against the formulas of the contract in float64, with whole matrices of probabilities. */
export function attentionContract(kernels: Kernels, dtype: DType): void {
  const { attention } = kernels;
  // float32: scores are rounded before the exponential; bfloat16 also rounds probabilities and their gradients, to 8 bits
  const float32 = kernels.precision === "bfloat16" ? 2 ** -6 : 1e-4;
  const relative = dtype === "float64" ? tolerance(dtype) : float32;
  const check = (shape: AttentionShape, where: Memory, seed: number): void => {
    const size = shape.batch * shape.tokens * shape.heads * shape.depth;
    const array = (i: number, scale = 1) =>
      place(kernels, factors(kernels, dtype, size, seed + i).map((value) => scale * value) as Numbers, where);
    const [q, k, v, dy] = [array(1, 2), array(2, 2), array(3), array(4)];
    const [y, dq, dk, dv] = [array(5), array(6), array(7), array(8)];
    attention.attention(y, q, k, v, shape);
    attention.attentionBackward(dq, dk, dv, dy, q, k, v, shape);
    const expected = definition(q, k, v, dy, shape);
    for (const [name, got] of Object.entries({ y, dq, dk, dv })) {
      for (let i = 0; i < size; i++) {
        if (!(Math.abs(got[i] - expected[name as "y"][i]) <= relative * expected.size)) {
          expect.fail(`${name}[${i}] = ${got[i]}, expected ${expected[name as "y"][i]}, ${JSON.stringify(shape)}`);
        }
      }
    }
  };
  const few = fc.integer({ min: 1, max: 4 });
  const tokens = fc.integer({ min: 1, max: 20 });
  const depth = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(32));

  it("attention agrees with its definition, forward and backward", () => {
    const shapes = fc.record({ batch: few, tokens, heads: few, depth, causal: fc.boolean() });
    fc.assert(fc.property(shapes, fc.constantFrom<Memory>("resident", "foreign", "offset"), fc.integer(), check), {
      numRuns: 12,
    });
  });
  it("attention over many tokens, and with wide heads", () => {
    check({ batch: 1, tokens: 300, heads: 2, depth: 5, causal: true }, "resident", 1);
    check({ batch: 2, tokens: 129, heads: 1, depth: 33, causal: false }, "foreign", 2);
    check({ batch: 1, tokens: 65, heads: 2, depth: 300, causal: true }, "offset", 3);
  });

  it("causal attention sees nothing behind a token", () => {
    const shape = { batch: 1, tokens: 70, heads: 2, depth: 3, causal: true };
    const arrays = [1, 2, 3].map((seed) => noise(dtype, 70 * 6, seed));
    const [q, k, v] = arrays;
    const before = zeros(dtype, q.length);
    attention.attention(before, q, k, v, shape);
    for (const array of [k, v]) for (let i = 66 * 6; i < array.length; i++) array[i] = 100 - array[i];
    const after = zeros(dtype, q.length);
    attention.attention(after, q, k, v, shape);
    same(after.subarray(0, 66 * 6), before.subarray(0, 66 * 6));
    expect(after.subarray(66 * 6).every((value, i) => value !== before[66 * 6 + i])).toBe(true);
    attention.attention(after, q, k, v, { ...shape, causal: false });
    expect(after.every((value, i) => value !== before[i])).toBe(true);
  });

  it("scores that are far apart do not overflow", () => {
    const shape = { batch: 1, tokens: 2, heads: 1, depth: 1, causal: false };
    const [q, k, v] = [
      [1e4, -1e4],
      [1e4, -1e4],
      [3, 5],
    ].map((values) => zeros(dtype, 2).map((_, i) => values[i]));
    const y = zeros(dtype, 2);
    attention.attention(y, q as Numbers, k as Numbers, v as Numbers, shape);
    close(dtype, y[0], 3);
    close(dtype, y[1], 5);
  });

  it("attention of what does not fit is refused with a ShapeError", () => {
    const array = (length: number) => zeros(dtype, length);
    const shape = { batch: 1, tokens: 2, heads: 1, depth: 3, causal: false };
    for (const wrong of [{ tokens: 0 }, { heads: 1.5 }, { depth: 4 }]) {
      const run = () => attention.attention(array(6), array(6), array(6), array(6), { ...shape, ...wrong });
      expect(run).toThrow(ShapeError);
    }
    expect(() => attention.attention(array(6), array(6), array(5), array(6), shape)).toThrow(ShapeError);
    const other = zeros(dtype === "float32" ? "float64" : "float32", 6);
    const six = () => array(6);
    expect(() => attention.attentionBackward(six(), six(), other, six(), six(), six(), six(), shape)).toThrow(
      ShapeError,
    );
  });
}

/** P = softmax(Q·Kᵀ/√depth) of each head as a whole, and the size of what is summed. */
function definition(q: Numbers, k: Numbers, v: Numbers, dy: Numbers, shape: AttentionShape) {
  const { batch, tokens, heads, depth, causal } = shape;
  const [y, dq, dk, dv] = [0, 1, 2, 3].map(() => new Float64Array(q.length));
  const each = [...Array(depth).keys()];
  let size = 1;
  for (let n = 0; n < batch; n++) {
    for (let h = 0; h < heads; h++) {
      const at = (i: number, c: number): number => ((n * tokens + i) * heads + h) * depth + c;
      const dot = (a: Numbers, i: number, b: Numbers, j: number): number => {
        return each.reduce((sum, c) => sum + a[at(i, c)] * b[at(j, c)], 0);
      };
      for (let i = 0; i < tokens; i++) {
        const seen = [...Array(causal ? i + 1 : tokens).keys()];
        const scores = seen.map((j) => dot(q, i, k, j) / Math.sqrt(depth));
        const largest = Math.max(...scores);
        const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
        const p = scores.map((score) => Math.exp(score - largest) / total);
        const dp = seen.map((j) => dot(dy, i, v, j));
        const mean = seen.reduce((sum, j) => sum + p[j] * dp[j], 0);
        for (const j of seen) {
          const ds = (p[j] * (dp[j] - mean)) / Math.sqrt(depth);
          for (const c of each) {
            y[at(i, c)] += p[j] * v[at(j, c)];
            dv[at(j, c)] += p[j] * dy[at(i, c)];
            dq[at(i, c)] += ds * k[at(j, c)];
            dk[at(j, c)] += ds * q[at(i, c)];
          }
        }
        size = Math.max(size, ...dp.map(Math.abs));
      }
    }
  }
  return { y, dq, dk, dv, size };
}
