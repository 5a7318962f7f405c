import { availableParallelism } from "node:os";
import type { Kernels } from "../../kernels/kernels.ts";
import { scalarKernels } from "../../kernels/scalar.ts";
import { wasmKernels, wasmSupported } from "../../kernels/wasm.ts";
import { SettingsError } from "../../tensor/errors.ts";
import { nativeKernels, nativeStatus } from "./nativeKernels.ts";

export const kernelChoices = ["native", "wasm", "scalar"] as const;
export type KernelChoice = (typeof kernelChoices)[number];

export interface KernelOptions {
  /** by default the fastest that run on this machine */
  readonly kernels?: KernelChoice;
  /** by default the number of cores */
  readonly threads?: number;
  /** only operations that give the same bits on every machine: no fused multiply-add, so no native kernels */
  readonly strict?: boolean;
}

const open: Record<KernelChoice, (options: { threads: number; strict: boolean }) => Kernels> = {
  native: ({ threads }) => nativeKernels({ threads }),
  wasm: (options) => wasmKernels(options),
  scalar: () => scalarKernels,
};

/** Kernels to compute with. Throws HandgradError or SettingsError when those asked for cannot run here. */
export function openKernels(options: KernelOptions = {}): Kernels {
  const { kernels = fastest(options), threads = availableParallelism(), strict = false } = options;
  if (strict && kernels === "native") {
    throw new SettingsError(
      "strict: native kernels use fused multiply-add, whose bits differ between machines; use wasm",
    );
  }
  return open[kernels]({ threads, strict });
}

/** The fastest kernels that run on this machine. */
export function fastest({ strict = false }: Pick<KernelOptions, "strict"> = {}): KernelChoice {
  if (!strict && nativeStatus().available) return "native";
  return wasmSupported() ? "wasm" : "scalar";
}
