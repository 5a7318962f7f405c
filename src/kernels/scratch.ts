import { dtypeOf, type Numbers } from "../tensor/tensor.ts";
import type { Kernels } from "./kernels.ts";

/** Arrays that keep their place between calls, in the memory of some kernels: training asks for the same ones in every step. */
export class Scratch {
  private readonly kernels: Pick<Kernels, "allocate">;
  private readonly arrays = new Map<string, Numbers>();

  constructor(kernels: Pick<Kernels, "allocate">) {
    this.kernels = kernels;
  }

  /** The array for one kind of use at a time, of the type of `like`, with arbitrary content. */
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
