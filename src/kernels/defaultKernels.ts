import type { Kernels } from "./kernels.ts";
import { predictionKernels } from "./predictionKernels.ts";

// The entries register the fastest kernels for their platform (registerDefaultKernels.ts here and in node/kernels/). An entry
// that registers none uses the kernels that layers need, in plain TypeScript, so that its bundle contains neither WebAssembly nor
// the kernels of training.

let make: (() => Kernels) | undefined;
let makeFallback: () => Kernels = () => predictionKernels;
let shared: Kernels | undefined;

/**
 * The default kernels of networks and workspaces, made at the first use and then shared. They are never closed; their threads
 * sleep when idle and do not keep a process alive.
 */
export function defaultKernels(): Kernels {
  shared ??= (make ?? makeFallback)();
  return shared;
}

/**
 * Sets the kernels that are used unless `setDefaultKernels` is called. For entries that compute losses and updates but do not
 * choose the fastest kernels.
 */
export function setFallbackKernels(makeKernels: () => Kernels): void {
  makeFallback = makeKernels;
  if (!make) shared = undefined;
}

/** Replaces the default kernels of everything made from now on. `makeKernels` is called at the first use. */
export function setDefaultKernels(makeKernels: () => Kernels): void {
  make = makeKernels;
  shared = undefined;
}
