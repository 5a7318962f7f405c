import { type DType, type Numbers, type Shape, sizeOf, Tensor } from "../tensor/tensor.ts";
import type { Kernels } from "./kernels.ts";
import { scalarKernels } from "./scalar.ts";

/**
 * Where the layers of one network get their kernels and their memory.
 *
 * Inside `step`, tensors come from an arena that the next step writes over: training makes the same requests in every step,
 * so after the first it allocates nothing. Outside of it, every tensor is new and stays as it is.
 */
export class Workspace {
  readonly kernels: Kernels;
  private readonly arena = new Map<string, { arrays: Numbers[]; used: number }>();
  private inStep = false;

  constructor(kernels: Kernels = scalarKernels) {
    this.kernels = kernels;
  }

  /** A tensor with arbitrary content, for a kernel to write into. */
  tensor(shape: Shape, dtype: DType): Tensor {
    const length = sizeOf(shape);
    if (!this.inStep) return Tensor.zeros(shape, dtype);
    const key = `${dtype}:${length}`;
    const slot = this.arena.get(key) ?? { arrays: [], used: 0 };
    this.arena.set(key, slot);
    if (slot.used === slot.arrays.length) slot.arrays.push(this.kernels.allocate(dtype, length));
    return new Tensor(shape, slot.arrays[slot.used++]);
  }

  /** Runs one step: all tensors made in it are valid until the next step begins. Steps do not nest. */
  step<Result>(run: () => Result): Result {
    for (const slot of this.arena.values()) slot.used = 0;
    this.inStep = true;
    try {
      return run();
    } finally {
      this.inStep = false;
    }
  }
}
