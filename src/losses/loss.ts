import type { Workspace } from "../kernels/workspace.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** From outputs and targets to one number, and back to the gradient with respect to the outputs. */
export interface Loss<Targets> {
  workspace: Workspace;
  /** The loss of a batch. Throws ShapeError where outputs and targets do not fit. */
  forward(outputs: Tensor, targets: Targets): number;
  /** The same in two halves: training computes first and reads the number last. */
  compute(outputs: Tensor, targets: Targets): void;
  value(): number;
  /** ∂J/∂outputs of the last batch */
  backward(): Tensor;
}
