import { type DType, type Numbers, type Shape, sizeOf, Tensor } from "../tensor/tensor.ts";
import { defaultKernels } from "./defaultKernels.ts";
import type { Kernels } from "./kernels.ts";

/**
 * Where the layers of one network get their kernels (by default `defaultKernels()`) and their memory.
 *
 * Inside `step`, tensors come from an arena that the next step writes over: training makes the same requests in every step,
 * so after the first it allocates nothing. Outside of it, every tensor is new and stays as it is.
 */
export class Workspace {
  private chosen: Kernels | undefined;
  private ofStep: Kernels | undefined;
  private readonly arena = new Map<string, { arrays: Numbers[]; used: number }>();
  private inStep = false;

  constructor(kernels?: Kernels) {
    this.chosen = kernels;
  }

  /** Only the first use makes the default kernels: a layer that is given to a network never needs its own. */
  get kernels(): Kernels {
    this.chosen ??= defaultKernels();
    return this.ofStep ?? this.chosen;
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

  /** Runs one step: all tensors made in it are valid until the next step begins. Steps do not nest. `kernels` replace those of the network in it. */
  step<Result>(run: () => Result, kernels?: Kernels): Result {
    for (const slot of this.arena.values()) slot.used = 0;
    this.inStep = true;
    this.ofStep = kernels;
    try {
      return run();
    } finally {
      this.inStep = false;
      this.ofStep = undefined;
    }
  }
}
