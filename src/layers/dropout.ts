import * as v from "valibot";
import { share } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/**
 * Inverted dropout: in training each value is kept with probability keepProb and is scaled by 1/keepProb, so that the
 * expectation stays; in evaluation it is the identity. keepProb 0 and 1 both mean no dropout.
 * Srivastava et al. 2014, JMLR 15. Throws SettingsError unless 0 ≤ keepProb ≤ 1.
 */
export class Dropout extends Layer {
  readonly kind = "dropout";
  readonly keepProb: number;
  private mask: Tensor | "identity" | undefined;

  constructor(keepProb: number) {
    super();
    if (!(keepProb >= 0 && keepProb <= 1)) {
      throw new SettingsError(`Dropout: keepProb must lie between 0 and 1, got ${keepProb}`);
    }
    this.keepProb = keepProb;
  }

  override options() {
    return { keepProb: this.keepProb };
  }

  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  // y = x ⊙ mask, mask = 1/keepProb with probability keepProb, else 0
  forward(x: Tensor, pass: Pass): Tensor {
    if (pass.mode === "evaluate" || this.keepProb === 0 || this.keepProb === 1) {
      this.mask = "identity";
      return x;
    }
    const mask = this.workspace.tensor(x.shape, x.dtype);
    pass.random.fillKeepMask(mask.data, this.keepProb);
    this.mask = mask;
    const y = this.workspace.tensor(x.shape, x.dtype);
    this.workspace.kernels.multiply(y.data, x.data, mask.data);
    return y;
  }

  // dx = dy ⊙ mask
  backward(dy: Tensor): Tensor {
    const mask = this.saved(this.mask);
    if (mask === "identity") return dy;
    this.expectGradient(dy, mask.shape);
    const dx = this.workspace.tensor(dy.shape, dy.dtype);
    this.workspace.kernels.multiply(dx.data, dy.data, mask.data);
    return dx;
  }

  override describe(): string {
    return `${this.name || "dropout"} (keepProb ${this.keepProb})`;
  }
}

export const dropout = layerKind({
  schema: v.strictObject({ keepProb: share }),
  create: ({ keepProb }) => new Dropout(keepProb),
});
