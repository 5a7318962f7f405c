import { dtypeOf, type Numbers } from "../tensor/tensor.ts";
import type { Kernels } from "./kernels.ts";

/** Arrays that are reused between calls, in the memory of the kernels. Training requests the same arrays in every step. */
export class Scratch {
  private readonly kernels: Pick<Kernels, "allocate">;
  private readonly arrays = new Map<string, Numbers>();

  constructor(kernels: Pick<Kernels, "allocate">) {
    this.kernels = kernels;
  }

  /** The array for one purpose, with the type of `like` and arbitrary content. */
  array(use: string, like: Numbers, length = like.length): Numbers {
    const dtype = dtypeOf(like);
    const key = `${use}:${dtype}:${length}`;
    let found = this.arrays.get(key);
    if (!found) {
      found = this.kernels.allocate(dtype, length);
      this.arrays.set(key, found);
    }
    return found;
  }
}
