import type { Workspace } from "../kernels/workspace.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** From outputs and targets to one number, and back to the gradient with respect to the outputs. */
export interface Loss<Targets> {
  readonly kind: string;
  /** the kinds of targets that it takes; any, where it is left out */
  readonly targetKinds?: readonly TargetKind[];
  /** The loss of a batch. Throws ShapeError where outputs and targets do not fit. */
  forward(outputs: Tensor, targets: Targets): number;
  /** The same in two halves, in the memory of a workspace: training computes first and reads the number last. */
  compute(outputs: Tensor, targets: Targets, workspace?: Workspace): void;
  value(): number;
  /** By what the mean of the last batch was divided, where that is not its number of rows: how much a part of a batch counts. */
  weight?(): number;
  /** ∂J/∂outputs of the last batch */
  backward(): Tensor;
}

/** A loss of any targets: which ones it takes is checked once, before training, by `checkTargets`. */
export type AnyLoss = Loss<never>;

/** What `compute` left, or an error that says that it did not run. */
export function computed<Value>(kind: string, value: Value | undefined): Value {
  if (value === undefined) throw new ShapeError(`${kind}: backward and value need a forward pass first`);
  return value;
}
