import type { Workspace } from "../kernels/workspace.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Computes one number from outputs and targets, and its gradient with respect to the outputs. */
export interface Loss<Targets> {
  readonly kind: string;
  /** the kinds of targets that it takes (default: any) */
  readonly targetKinds?: readonly TargetKind[];
  /** The loss of a batch. Throws ShapeError if outputs and targets do not fit. */
  forward(outputs: Tensor, targets: Targets): number;
  /** The same in two steps, in the memory of a workspace: training computes first and reads the number last. */
  compute(outputs: Tensor, targets: Targets, workspace?: Workspace): void;
  value(): number;
  /** The divisor of the last batch's mean, if it is not the number of rows: the weight of a part of a batch. */
  weight?(): number;
  /** ∂J/∂outputs of the last batch */
  backward(): Tensor;
}

/** The common part of losses that are a mean over all elements (or, with sizeAverage false, a sum) of a function of output and target. */
export abstract class ElementwiseLoss implements Loss<Tensor> {
  abstract readonly kind: string;
  abstract readonly targetKinds: readonly TargetKind[];
  readonly sizeAverage: boolean;
  private sum = 0;
  private gradient?: Tensor;

  constructor({ sizeAverage = true }: { readonly sizeAverage?: boolean } = {}) {
    this.sizeAverage = sizeAverage;
  }

  abstract compute(x: Tensor, y: Tensor, workspace?: Workspace): void;

  forward(x: Tensor, y: Tensor): number {
    this.compute(x, y);
    return this.value();
  }

  /** Stores the results of `compute`: the sum over all elements, and the gradient of the loss. */
  protected keep(sum: number, gradient: Tensor): void {
    this.sum = sum;
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

/** A loss of any targets; `checkTargets` checks once, before training, whether it takes those of the data. */
export type AnyLoss = Loss<never>;

/** The result of `compute`. Throws ShapeError if it did not run. */
export function computed<Value>(kind: string, value: Value | undefined): Value {
  if (value === undefined) throw new ShapeError(`${kind}: backward and value need a forward pass first`);
  return value;
}
