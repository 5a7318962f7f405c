import { Workspace } from "../kernels/workspace.ts";
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, type Tensor } from "../tensor/tensor.ts";
import type { Loss } from "./loss.ts";

/**
 * Mean over all elements (or, with sizeAverage false, the sum) of (x − y)², x and y of one shape.
 * Throws ShapeError when the shapes differ or are empty.
 */
export class MeanSquaredError implements Loss<Tensor> {
  workspace: Workspace;
  readonly sizeAverage: boolean;
  private difference?: Tensor;

  constructor({
    sizeAverage = true,
    workspace = new Workspace(),
  }: { sizeAverage?: boolean; workspace?: Workspace } = {}) {
    this.sizeAverage = sizeAverage;
    this.workspace = workspace;
  }

  forward(x: Tensor, y: Tensor): number {
    this.compute(x, y);
    return this.value();
  }

  compute(x: Tensor, y: Tensor): void {
    if (formatShape(x.shape) !== formatShape(y.shape) || x.size === 0) {
      throw new ShapeError(`MeanSquaredError: outputs are ${formatShape(x.shape)}, targets ${formatShape(y.shape)}`);
    }
    this.difference = this.workspace.tensor(x.shape, x.dtype);
    this.difference.data.set(x.data);
    this.workspace.kernels.addScaled(this.difference.data, y.clone(x.dtype).data, -1);
  }

  // J = scale·Σ(x − y)², scale = 1/size or 1
  value(): number {
    const { data } = this.computed();
    let sum = 0;
    for (const d of data) sum += d * d;
    return this.sizeAverage ? sum / data.length : sum;
  }

  // dx = 2·scale·(x − y)
  backward(): Tensor {
    const difference = this.computed();
    const dx = this.workspace.tensor(difference.shape, difference.dtype);
    dx.data.fill(0);
    this.workspace.kernels.addScaled(dx.data, difference.data, this.sizeAverage ? 2 / difference.size : 2);
    return dx;
  }

  private computed(): Tensor {
    if (!this.difference) throw new ShapeError("MeanSquaredError: backward and value need a forward pass first");
    return this.difference;
  }
}
