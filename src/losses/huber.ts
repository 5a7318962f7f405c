import { Workspace } from "../kernels/workspace.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { ElementwiseLoss } from "./loss.ts";
import { checkSameShape } from "./meanSquaredError.ts";

export interface HuberOptions {
  /** mean over all elements, or sum */
  readonly sizeAverage?: boolean;
  /** δ: up to this difference a square, beyond it a straight line, in the units that the network is trained for; above 0 */
  readonly delta?: number | undefined;
}

/**
 * Mean over all elements (or, with sizeAverage false, the sum) of ½d² where |d| < δ, else δ(|d| − ½δ), d = x − y: a square that
 * continues as its tangent, so that a few targets that are far off do not dominate. PyTorch's HuberLoss. Huber 1964.
 * Throws ShapeError when the shapes differ or are empty, SettingsError unless δ > 0.
 */
export class HuberLoss extends ElementwiseLoss {
  readonly kind = "huber";
  readonly targetKinds = ["numbers", "labels", "probabilities"] as const;
  readonly delta: number;

  constructor(options: HuberOptions = {}) {
    super(options);
    const { delta = 1 } = options;
    if (!(delta > 0 && delta < Infinity)) {
      throw new SettingsError(`HuberLoss: delta must be a number above 0, got ${delta}`);
    }
    this.delta = delta;
  }

  // J = scale·Σ h(x − y), h(d) = ½d² or δ(|d| − ½δ)   dx = scale·max(−δ, min(δ, x − y)), scale = 1/size or 1
  compute(x: Tensor, y: Tensor, workspace = new Workspace()): void {
    checkSameShape("HuberLoss", x, y);
    const gradient = workspace.tensor(x.shape, x.dtype);
    const { delta } = this;
    const scale = this.sizeAverage ? 1 / x.size : 1;
    let sum = 0;
    for (let i = 0; i < x.size; i++) {
      const d = x.data[i] - y.data[i];
      const size = Math.abs(d);
      sum += size < delta ? 0.5 * d * d : delta * (size - 0.5 * delta);
      gradient.data[i] = scale * (size < delta ? d : delta * Math.sign(d));
    }
    this.keep(sum, gradient);
  }
}
