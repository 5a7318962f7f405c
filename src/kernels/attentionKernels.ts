import type { Numbers } from "../tensor/tensor.ts";

export interface AttentionShape {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  /** the number of features of a head */
  readonly depth: number;
  /** each token attends to itself and to earlier tokens only */
  readonly causal: boolean;
}

/**
 * Scaled dot-product attention; all arrays are (batch, tokens, heads, depth). `scalarAttention` is the plain implementation;
 * `ProductAttention` uses the matrix products of other kernels.
 */
export interface AttentionKernels {
  /** For each row of the batch and each head: y = softmax(q·kᵀ/√depth)·v; if `causal`, over the tokens up to that of the query */
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
