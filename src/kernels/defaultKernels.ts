import type { Kernels } from "./kernels.ts";
import { predictionKernels } from "./predictionKernels.ts";

// The entries register what is fastest where they run (registerDefaultKernels.ts here and in node/kernels/). An entry that
// registers nothing has what layers need, in plain TypeScript, and brings neither WebAssembly nor the loops of training into a bundle.

let make: (() => Kernels) | undefined;
let makeFallback: () => Kernels = () => predictionKernels;
let shared: Kernels | undefined;

/**
 * The kernels of every network and workspace that is not given others: made at the first use, then shared by all. Nobody
 * closes them; their threads sleep when there is nothing to do and do not keep a process alive.
 */
export function defaultKernels(): Kernels {
  shared ??= (make ?? makeFallback)();
  return shared;
}

/** For entries that compute losses and updates, but leave the choice of the fastest kernels to others: what holds until somebody chooses. */
export function setFallbackKernels(makeKernels: () => Kernels): void {
  makeFallback = makeKernels;
  if (!make) shared = undefined;
}

/** Replaces the default for what is made from now on; `makeKernels` is not called before the first use. */
export function setDefaultKernels(makeKernels: () => Kernels): void {
  make = makeKernels;
  shared = undefined;
}
