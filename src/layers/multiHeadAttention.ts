import * as v from "valibot";
import type { AttentionShape } from "../kernels/attentionKernels.ts";
import type { RandomState } from "../random/randomState.ts";
import { count } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import { type Parameter, zeroParameter } from "../tensor/parameter.ts";
import type { DType, Shape, Tensor } from "../tensor/tensor.ts";
import { initializers } from "./initializers.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { checkParameters } from "./parameterMemory.ts";

export interface AttentionOptions {
  /** the number of heads that the features are divided into */
  readonly heads: number;
  /** each token sees itself and those before it, but none after it (default: false) */
  readonly causal?: boolean | undefined;
  readonly name?: string;
  /** draws the weights, Xavier's; without it they start as 0 and are loaded or assigned */
  readonly random?: RandomState | undefined;
  readonly dtype?: DType;
}

/**
 * Self-attention of several heads, (batch, tokens, features) → the same: with q = x·Wq + bq, and k and v in the same way, each head takes its part of
 * their features, o = softmax(q·kᵀ/√depth)·v, and y = o·Wo + bo with the heads side by side. Weights are (features, features), heads are
 * neighbouring columns of Wq, Wk and Wv. Memory grows linearly with the tokens. Vaswani et al. 2017, arXiv:1706.03762.
 * Throws SettingsError for features that are not a multiple of the heads, ShapeError for other inputs.
 */
export class MultiHeadAttention extends Layer {
  readonly kind = "multiHeadAttention";
  readonly features: number;
  readonly heads: number;
  readonly causal: boolean;
  override readonly parameters: readonly Parameter[];
  private kept?: { readonly x: Tensor; readonly q: Tensor; readonly k: Tensor; readonly v: Tensor; readonly o: Tensor };

  constructor(features: number, { heads, causal = false, name = "", random, dtype = "float32" }: AttentionOptions) {
    super();
    const whole = [features, heads].every((size) => Number.isInteger(size) && size >= 1);
    if (!whole || features % heads !== 0) {
      throw new SettingsError(
        `MultiHeadAttention: heads: expected a number that divides the ${features} features, found ${heads}`,
      );
    }
    checkParameters(name || "MultiHeadAttention", 4 * features * (features + 1), dtype);
    this.name = name;
    this.features = features;
    this.heads = heads;
    this.causal = causal;
    this.parameters = ["q", "k", "v", "o"].flatMap((of) => {
      const w = zeroParameter(`w${of}`, [features, features], dtype);
      if (random) initializers.xavier(w.value.data, { inputs: features, outputs: features, random });
      return [w, zeroParameter(`b${of}`, [features], dtype)];
    });
  }

  override options() {
    return { heads: this.heads, ...(this.causal && { causal: true }) };
  }

  override get prefix(): string {
    return "mha";
  }

  /** Four linear layers; scores and sums over the keys that each token sees. */
  override multiplyAdds([tokens, features]: Shape): number {
    const seen = this.causal ? (tokens * (tokens + 1)) / 2 : tokens ** 2;
    return 4 * tokens * features ** 2 + 2 * seen * features;
  }

  outputShape(shape: Shape): Shape {
    const { features } = this;
    this.expectShape("input", shape, `(batch, tokens, ${features})`, shape.length === 3 && shape[2] === features);
    return shape;
  }

  // q = x·Wq + bq   k = x·Wk + bk   v = x·Wv + bv   o = softmax(q·kᵀ/√depth)·v for each head   y = o·Wo + bo
  forward(x: Tensor): Tensor {
    const shape = this.shapeOf(x);
    const [wq, bq, wk, bk, wv, bv, wo, bo] = this.parameters;
    const [q, k, v] = [this.linear(x, wq, bq), this.linear(x, wk, bk), this.linear(x, wv, bv)];
    const o = this.workspace.tensor(x.shape, x.dtype);
    this.workspace.kernels.attention.attention(o.data, q.data, k.data, v.data, shape);
    this.kept = { x, q, k, v, o };
    return this.linear(o, wo, bo);
  }

  // dWo = oᵀ·dy   dbo = Σ dy   do = dy·Woᵀ; with dq, dk and dv of each head (the kernel's): dWq = xᵀ·dq   dbq = Σ dq, the same for k and v,
  // but dbk = 0, since bk adds q·bk to all scores of a row, which a softmax does not see   dx = dq·Wqᵀ + dk·Wkᵀ + dv·Wvᵀ
  backward(dy: Tensor): Tensor {
    const [dq, dk, dv] = this.backwardToHeads(dy);
    const [wq, , wk, , wv] = this.parameters;
    const dx = this.inputGradient(dq, wq);
    const { kernels } = this.workspace;
    kernels.addScaled(dx.data, this.inputGradient(dk, wk).data, 1);
    kernels.addScaled(dx.data, this.inputGradient(dv, wv).data, 1);
    return dx;
  }

  override backwardParameters(dy: Tensor): void {
    this.backwardToHeads(dy);
  }

  private backwardToHeads(dy: Tensor): [dq: Tensor, dk: Tensor, dv: Tensor] {
    const { x, q, k, v, o } = this.saved(this.kept);
    this.expectGradient(dy, x.shape);
    const [wq, bq, wk, bk, wv, bv, wo, bo] = this.parameters;
    this.gradients(o, dy, wo, bo);
    const heads = this.inputGradient(dy, wo);
    const [dq, dk, dv] = [q, k, v].map(() => this.workspace.tensor(x.shape, x.dtype));
    const { attention } = this.workspace.kernels;
    attention.attentionBackward(dq.data, dk.data, dv.data, heads.data, q.data, k.data, v.data, this.shapeOf(x));
    this.gradients(x, dq, wq, bq);
    this.gradients(x, dk, wk);
    bk.gradient.data.fill(0);
    this.gradients(x, dv, wv, bv);
    return [dq, dk, dv];
  }

  private shapeOf(x: Tensor): AttentionShape {
    const [batch, tokens, features] = this.outputShape(x.shape);
    const { heads, causal } = this;
    return { batch, tokens, heads, depth: features / heads, causal };
  }

  // y = x·W + b
  private linear(x: Tensor, w: Parameter, b: Parameter): Tensor {
    const { workspace, features } = this;
    const y = workspace.tensor(x.shape, x.dtype);
    workspace.kernels.linear(y.data, x.data, w.value.data, b.value.data, x.size / features, features, features);
    return y;
  }

  // dW = xᵀ·dy   db = Σ dy
  private gradients(x: Tensor, dy: Tensor, w: Parameter, b?: Parameter): void {
    const { features } = this;
    const { kernels } = this.workspace;
    const rows = x.size / features;
    kernels.matmulTransposeA(w.gradient.data, x.data, dy.data, features, rows, features);
    if (b) kernels.sumRows(b.gradient.data, dy.data, rows, features);
  }

  // dx = dy·Wᵀ
  private inputGradient(dy: Tensor, w: Parameter): Tensor {
    const { workspace, features } = this;
    const dx = workspace.tensor(dy.shape, dy.dtype);
    workspace.kernels.matmulTransposeB(dx.data, dy.data, w.value.data, dy.size / features, features, features);
    return dx;
  }

  override describe(): string {
    const causal = this.causal ? ", causal" : "";
    return `${this.name || this.kind} (multiHeadAttention ${this.features}, heads ${this.heads}${causal})`;
  }
}

export const multiHeadAttention = layerKind({
  schema: v.strictObject({ heads: count, causal: v.optional(v.boolean()) }),
  create(options, { name, inputShape, random, dtype, claim }) {
    const features = inputShape[inputShape.length - 1];
    claim(4 * features * (features + 1));
    return new MultiHeadAttention(features, { name, random, dtype, ...options });
  },
});
