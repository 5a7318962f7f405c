import { availableParallelism } from "node:os";
import type { Kernels } from "../kernels/kernels.ts";
import { scalarKernels } from "../kernels/scalar.ts";

export const kernelChoices = ["scalar"] as const;
export type KernelChoice = (typeof kernelChoices)[number];

export interface KernelOptions {
  /** by default the fastest that run on this machine */
  readonly kernels?: KernelChoice;
  /** by default the number of cores */
  readonly threads?: number;
  /** only operations that give the same bits on every machine */
  readonly strict?: boolean;
}

/** The kernels to compute with. Throws HandgradError when those asked for cannot run here. */
export function openKernels({ threads = availableParallelism() }: KernelOptions = {}): Kernels {
  void threads;
  return scalarKernels;
}
