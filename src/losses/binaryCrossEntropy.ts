import { Workspace } from "../kernels/workspace.ts";
import { exp } from "../mathematics/exponential.ts";
import { log1p } from "../mathematics/logarithm.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { ElementwiseLoss } from "./loss.ts";
import { checkSameShape } from "./meanSquaredError.ts";

/**
 * Several yes-or-no questions at once: the mean over all elements (or, with sizeAverage false, the sum) of
 * −y·log p − (1 − y)·log(1 − p), p = σ(x) = 1/(1 + e⁻ˣ), x the logits and 0 ≤ y ≤ 1 the targets, of one shape. Computed as
 * max(x, 0) − x·y + log(1 + e^−|x|), which does not overflow. PyTorch's BCEWithLogitsLoss.
 * Throws ShapeError when the shapes differ or are empty, and for targets outside of 0 … 1.
 */
export class BinaryCrossEntropyLoss extends ElementwiseLoss {
  readonly kind = "binaryCrossEntropy";
  readonly targetKinds = ["labels"] as const;

  // J = scale·Σ max(x, 0) − x·y + log(1 + e^−|x|)   dx = scale·(σ(x) − y), scale = 1/size or 1
  compute(logits: Tensor, targets: Tensor, workspace = new Workspace()): void {
    checkSameShape("BinaryCrossEntropyLoss", logits, targets);
    const gradient = workspace.tensor(logits.shape, logits.dtype);
    const [xs, ys, scale] = [logits.data, targets.data, this.sizeAverage ? 1 / logits.size : 1];
    let sum = 0;
    for (let i = 0; i < xs.length; i++) {
      const [x, y] = [xs[i], ys[i]];
      if (!(y >= 0 && y <= 1)) {
        throw new ShapeError(`BinaryCrossEntropyLoss: expected targets from 0 to 1, found ${y} at element ${i}`);
      }
      const e = exp(-Math.abs(x));
      sum += Math.max(x, 0) - x * y + log1p(e);
      gradient.data[i] = scale * ((x >= 0 ? 1 / (1 + e) : e / (1 + e)) - y);
    }
    this.keep(sum, gradient);
  }
}
