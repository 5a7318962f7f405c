import { Workspace } from "../kernels/workspace.ts";
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, Tensor } from "../tensor/tensor.ts";
import { computed, type Loss } from "./loss.ts";

/** Throws ShapeError unless targets are a tensor of the outputs' shape, which is not empty. */
export function checkSameShape(what: string, outputs: Tensor, targets: Tensor): void {
  if (!(targets instanceof Tensor)) {
    throw new ShapeError(
      `${what}: expected targets as a tensor of numbers ${formatShape(outputs.shape)}, found class labels`,
    );
  }
  if (formatShape(outputs.shape) === formatShape(targets.shape) && outputs.size > 0) return;
  throw new ShapeError(`${what}: outputs are ${formatShape(outputs.shape)}, targets ${formatShape(targets.shape)}`);
}

/**
 * Mean over all elements (or, with sizeAverage false, the sum) of (x − y)², x and y of one shape.
 * Throws ShapeError when the shapes differ or are empty.
 */
export class MeanSquaredError implements Loss<Tensor> {
  readonly kind = "meanSquaredError";
  readonly targetKinds = ["numbers", "labels", "probabilities"] as const;
  readonly sizeAverage: boolean;
  private last?: { readonly difference: Tensor; readonly workspace: Workspace };

  constructor({ sizeAverage = true }: { readonly sizeAverage?: boolean } = {}) {
    this.sizeAverage = sizeAverage;
  }

  forward(x: Tensor, y: Tensor): number {
    this.compute(x, y);
    return this.value();
  }

  compute(x: Tensor, y: Tensor, workspace = new Workspace()): void {
    checkSameShape("MeanSquaredError", x, y);
    const difference = workspace.tensor(x.shape, x.dtype);
    difference.data.set(x.data);
    workspace.kernels.addScaled(difference.data, y.clone(x.dtype).data, -1);
    this.last = { difference, workspace };
  }

  // J = scale·Σ(x − y)², scale = 1/size or 1
  value(): number {
    const { data } = computed(this.kind, this.last).difference;
    let sum = 0;
    for (const d of data) sum += d * d;
    return this.sizeAverage ? sum / data.length : sum;
  }

  // dx = 2·scale·(x − y)
  backward(): Tensor {
    const { difference, workspace } = computed(this.kind, this.last);
    const dx = workspace.tensor(difference.shape, difference.dtype);
    dx.data.fill(0);
    workspace.kernels.addScaled(dx.data, difference.data, this.sizeAverage ? 2 / difference.size : 2);
    return dx;
  }
}
