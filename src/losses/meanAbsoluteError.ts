import { Workspace } from "../kernels/workspace.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { computed, type Loss } from "./loss.ts";
import { checkSameShape } from "./meanSquaredError.ts";

/**
 * Mean over all elements (or, with sizeAverage false, the sum) of |x − y|, x and y of one shape: the best constant is the median of
 * the targets, where that of the squared error is their mean. PyTorch's L1Loss. Throws ShapeError when the shapes differ or are empty.
 */
export class MeanAbsoluteError implements Loss<Tensor> {
  readonly kind = "meanAbsoluteError";
  readonly targetKinds = ["numbers", "labels", "probabilities"] as const;
  readonly sizeAverage: boolean;
  private sum = 0;
  private gradient?: Tensor;

  constructor({ sizeAverage = true }: { readonly sizeAverage?: boolean } = {}) {
    this.sizeAverage = sizeAverage;
  }

  forward(x: Tensor, y: Tensor): number {
    this.compute(x, y);
    return this.value();
  }

  // J = scale·Σ|x − y|   dx = scale·sign(x − y), sign(0) = 0: of the subgradients −1 … 1 the one in the middle
  compute(x: Tensor, y: Tensor, workspace = new Workspace()): void {
    checkSameShape("MeanAbsoluteError", x, y);
    const gradient = workspace.tensor(x.shape, x.dtype);
    const scale = this.sizeAverage ? 1 / x.size : 1;
    this.sum = 0;
    for (let i = 0; i < x.size; i++) {
      const d = x.data[i] - y.data[i];
      this.sum += Math.abs(d);
      gradient.data[i] = scale * Math.sign(d);
    }
    this.gradient = gradient;
  }

  value(): number {
    const { size } = computed(this.kind, this.gradient);
    return this.sizeAverage ? this.sum / size : this.sum;
  }

  backward(): Tensor {
    return computed(this.kind, this.gradient);
  }
}
