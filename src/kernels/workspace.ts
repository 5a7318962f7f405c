import { type DType, type Numbers, type Shape, sizeOf, Tensor } from "../tensor/tensor.ts";
import { defaultKernels } from "./defaultKernels.ts";
import type { Kernels } from "./kernels.ts";

/**
 * The kernels (by default `defaultKernels()`) and the memory of the layers of one network.
 *
 * Inside `step`, tensors are in an arena that the next step overwrites. Training makes the same requests in every step, so it
 * allocates nothing after the first. Outside of `step`, every tensor is new and is not overwritten.
 */
export class Workspace {
  private chosen: Kernels | undefined;
  private ofStep: Kernels | undefined;
  private readonly arena = new Map<string, { arrays: Numbers[]; used: number }>();
  private inStep = false;

  constructor(kernels?: Kernels) {
    this.chosen = kernels;
  }

  /** The default kernels are made at the first use only, because a layer in a network uses the kernels of the network. */
  get kernels(): Kernels {
    this.chosen ??= defaultKernels();
    return this.ofStep ?? this.chosen;
  }

  /** A tensor with arbitrary content, which a kernel overwrites. */
  tensor(shape: Shape, dtype: DType): Tensor {
    const length = sizeOf(shape);
    if (!this.inStep) return Tensor.zeros(shape, dtype);
    const key = `${dtype}:${length}`;
    const slot = this.arena.get(key) ?? { arrays: [], used: 0 };
    this.arena.set(key, slot);
    if (slot.used === slot.arrays.length) slot.arrays.push(this.kernels.allocate(dtype, length));
    return new Tensor(shape, slot.arrays[slot.used++]);
  }

  /**
   * Runs one step: all tensors made in it are valid until the next step begins. Steps do not nest. Within the step, `kernels`
   * replace those of the network.
   */
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
