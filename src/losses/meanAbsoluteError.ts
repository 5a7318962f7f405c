import { Workspace } from "../kernels/workspace.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { ElementwiseLoss } from "./loss.ts";
import { checkSameShape } from "./meanSquaredError.ts";

/**
 * Mean over all elements (or, with sizeAverage false, the sum) of |x − y|, x and y of one shape: the best constant is the median of
 * the targets, where that of the squared error is their mean. PyTorch's L1Loss. Throws ShapeError when the shapes differ or are empty.
 */
export class MeanAbsoluteError extends ElementwiseLoss {
  readonly kind = "meanAbsoluteError";
  readonly targetKinds = ["numbers", "labels", "probabilities"] as const;

  // J = scale·Σ|x − y|   dx = scale·sign(x − y), sign(0) = 0: of the subgradients −1 … 1 the one in the middle
  compute(x: Tensor, y: Tensor, workspace = new Workspace()): void {
    checkSameShape("MeanAbsoluteError", x, y);
    const gradient = workspace.tensor(x.shape, x.dtype);
    const scale = this.sizeAverage ? 1 / x.size : 1;
    let sum = 0;
    for (let i = 0; i < x.size; i++) {
      const d = x.data[i] - y.data[i];
      sum += Math.abs(d);
      gradient.data[i] = scale * Math.sign(d);
    }
    this.keep(sum, gradient);
  }
}
