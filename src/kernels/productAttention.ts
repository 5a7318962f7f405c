import type { Numbers } from "../tensor/tensor.ts";
import type { AttentionKernels, AttentionShape } from "./attentionKernels.ts";
import { checkAttention } from "./checks.ts";
import type { Kernels } from "./kernels.ts";
import { Scratch } from "./scratch.ts";

/**
 * The number of queries that are multiplied with all keys at a time. Only their probabilities need memory that depends on the
 * number of keys.
 */
const queryBlock = 64;

type Products = Pick<
  Kernels,
  "allocate" | "matmul" | "matmulTransposeA" | "matmulTransposeB" | "swapAxes" | "softmax" | "addScaled"
>;

/**
 * Attention with the matrix products of other kernels, for one block of queries of one head at a time. The heads are first copied
 * one after the other, so that each is a matrix. Memory grows linearly with the number of tokens; backward computes the
 * probabilities again.
 */
export class ProductAttention implements AttentionKernels {
  private readonly kernels: Products;
  private readonly scratch: Scratch;

  constructor(kernels: Products) {
    this.kernels = kernels;
    this.scratch = new Scratch(kernels);
  }

  // P = softmax(Q·Kᵀ/√depth)   Y = P·V
  attention(y: Numbers, q: Numbers, k: Numbers, v: Numbers, shape: AttentionShape): void {
    checkAttention("attention", shape, y, q, k, v);
    const { kernels } = this;
    const { depth } = shape;
    const [ofQ, ofK, ofV] = [q, k, v].map((x, i) => this.byHead(x, `${i}`, shape));
    const ofY = this.scratch.array("y", y);
    this.forEachBlock(ofQ, ofK, shape, (p, queries, keys, rows, seen) => {
      kernels.matmul(ofY.subarray(...queries), p, ofV.subarray(...keys), rows, seen, depth);
    });
    this.byToken(y, ofY, shape);
  }

  // dV = Pᵀ·dY   dP = dY·Vᵀ   dS = P ⊙ (dP − rows of Σ P ⊙ dP)/√depth   dQ = dS·K   dK = dSᵀ·Q
  attentionBackward(
    dq: Numbers,
    dk: Numbers,
    dv: Numbers,
    dy: Numbers,
    q: Numbers,
    k: Numbers,
    v: Numbers,
    shape: AttentionShape,
  ): void {
    checkAttention("attentionBackward", shape, dq, dk, dv, dy, q, k, v);
    const { kernels } = this;
    const { depth, tokens } = shape;
    const [ofQ, ofK, ofV, ofY] = [q, k, v, dy].map((x, i) => this.byHead(x, `${i}`, shape));
    const [toQ, toK, toV] = [dq, dk, dv].map((x, i) => this.scratch.array(`d${i}`, x));
    const [sumK, sumV] = ["k", "v"].map((use) => this.scratch.array(`sum ${use}`, dk, tokens * depth));
    this.forEachBlock(ofQ, ofK, shape, (p, queries, keys, rows, seen, last) => {
      const ds = this.scratch.array("ds", q, rows * seen);
      const [blockQ, blockY] = [ofQ.subarray(...queries), ofY.subarray(...queries)];
      kernels.matmulTransposeB(ds, blockY, ofV.subarray(...keys), rows, depth, seen);
      softmaxBackward(ds, p, rows, seen, Math.sqrt(depth));
      kernels.matmul(toQ.subarray(...queries), ds, ofK.subarray(...keys), rows, seen, depth);
      // The last block of a head uses all keys, and is computed first
      const into = (to: Numbers, sum: Numbers): Numbers =>
        last ? to.subarray(...keys) : sum.subarray(0, seen * depth);
      kernels.matmulTransposeA(into(toK, sumK), ds, blockQ, seen, rows, depth);
      kernels.matmulTransposeA(into(toV, sumV), p, blockY, seen, rows, depth);
      if (last) return;
      kernels.addScaled(toK.subarray(...keys), into(toK, sumK), 1);
      kernels.addScaled(toV.subarray(...keys), into(toV, sumV), 1);
    });
    this.byToken(dq, toQ, shape);
    this.byToken(dk, toK, shape);
    this.byToken(dv, toV, shape);
  }

  /** Calls `visit` with the probabilities of each block of queries, from the last block of a head to its first. */
  private forEachBlock(
    q: Numbers,
    k: Numbers,
    { batch, tokens, heads, depth, causal }: AttentionShape,
    visit: (p: Numbers, queries: Range, keys: Range, rows: number, seen: number, last: boolean) => void,
  ): void {
    const { kernels } = this;
    for (let head = 0; head < batch * heads; head++) {
      const start = head * tokens * depth;
      for (let first = Math.floor((tokens - 1) / queryBlock) * queryBlock; first >= 0; first -= queryBlock) {
        const rows = Math.min(queryBlock, tokens - first);
        const seen = causal ? first + rows : tokens;
        const queries: Range = [start + first * depth, start + (first + rows) * depth];
        const keys: Range = [start, start + seen * depth];
        const p = this.scratch.array("p", q, rows * seen);
        kernels.matmulTransposeB(p, q.subarray(...queries), k.subarray(...keys), rows, depth, seen);
        scaleAndMask(p, rows, seen, 1 / Math.sqrt(depth), causal ? first : seen);
        kernels.softmax(p, p, rows, seen);
        visit(p, queries, keys, rows, seen, first + rows === tokens);
      }
    }
  }

  private byHead(x: Numbers, use: string, { batch, tokens, heads, depth }: AttentionShape): Numbers {
    if (heads === 1) return x;
    const out = this.scratch.array(use, x);
    this.kernels.swapAxes(out, x, batch, tokens, heads, depth);
    return out;
  }

  private byToken(out: Numbers, x: Numbers, { batch, tokens, heads, depth }: AttentionShape): void {
    this.kernels.swapAxes(out, x, batch, heads, tokens, depth);
  }
}

type Range = readonly [start: number, end: number];

/** s ← s·factor, and −∞ if key j is after query first + i */
function scaleAndMask(s: Numbers, rows: number, columns: number, factor: number, first: number): void {
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) s[at] = j > first + i ? -Infinity : s[at] * factor;
  }
}

/** dS = P ⊙ (dP − rows of Σ P ⊙ dP)/divisor; overwrites dP */
function softmaxBackward(dp: Numbers, p: Numbers, rows: number, columns: number, divisor: number): void {
  for (let i = 0; i < rows; i++) {
    const [start, end] = [i * columns, (i + 1) * columns];
    let mean = 0;
    for (let at = start; at < end; at++) mean += p[at] * dp[at];
    for (let at = start; at < end; at++) dp[at] = (p[at] * (dp[at] - mean)) / divisor;
  }
}
