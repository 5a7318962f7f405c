import type { Numbers } from "../tensor/tensor.ts";

export interface AttentionShape {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  /** features of a head */
  readonly depth: number;
  /** each token sees itself and those before it, but none after it */
  readonly causal: boolean;
}

/**
 * Scaled dot-product attention; all arrays are (batch, tokens, heads, depth). `scalarAttention` is the plain implementation, and
 * `ProductAttention` one made of the products of other kernels.
 */
export interface AttentionKernels {
  /** For each row of the batch and each head: y = softmax(q·kᵀ/√depth)·v; where `causal`, over the tokens up to the query's own */
  attention(y: Numbers, q: Numbers, k: Numbers, v: Numbers, shape: AttentionShape): void;
  /** With p = softmax(q·kᵀ/√depth): dv = pᵀ·dy, ds = p ⊙ (dy·vᵀ − rows of Σ p ⊙ dy·vᵀ)/√depth, dq = ds·k, dk = dsᵀ·q */
  attentionBackward(
    dq: Numbers,
    dk: Numbers,
    dv: Numbers,
    dy: Numbers,
    q: Numbers,
    k: Numbers,
    v: Numbers,
    shape: AttentionShape,
  ): void;
}
