import { availableParallelism } from "node:os";
import type { Kernels, Precision } from "../../kernels/kernels.ts";
import { scalarKernels } from "../../kernels/scalar.ts";
import { wasmKernels, wasmSupported } from "../../kernels/wasm.ts";
import { SettingsError } from "../../tensor/errors.ts";
import { nativeKernels, nativeStatus } from "./nativeKernels.ts";

export const kernelChoices = ["native", "wasm", "scalar"] as const;
export type KernelChoice = (typeof kernelChoices)[number];

export interface KernelOptions {
  /** the fastest kernels that run on this machine by default */
  readonly kernels?: KernelChoice;
  /** the number of cores by default */
  readonly threads?: number;
  /** uses only operations that give the same bits on every machine: no fused multiply-add and therefore no native kernels */
  readonly strict?: boolean;
  /** "bfloat16": native kernels whose products round float32 operands to bfloat16; see nativeKernels */
  readonly precision?: Precision | undefined;
}

type OpenOptions = { readonly threads: number; readonly strict: boolean; readonly precision: Precision };
const open: Record<KernelChoice, (options: OpenOptions) => Kernels> = {
  native: nativeKernels,
  wasm: (options) => wasmKernels(options),
  scalar: () => scalarKernels,
};

/** Opens kernels. Throws HandgradError or SettingsError if the requested kernels cannot run on this machine. */
export function openKernels(options: KernelOptions = {}): Kernels {
  const { threads = availableParallelism(), strict = false, precision = "float32" } = options;
  const kernels = options.kernels ?? fastest(options);
  if (strict && kernels === "native") {
    throw new SettingsError(
      "strict: expected wasm or scalar kernels, found native, which use fused multiply-add, whose bits differ between machines; use wasm",
    );
  }
  if (precision === "bfloat16" && kernels !== "native") {
    const { available, reason } = nativeStatus();
    const why = strict
      ? "which --strict chooses: rounding and sums of bfloat16 differ between machines"
      : available
        ? `which have no bfloat16; choose native`
        : `because native kernels are not available: ${reason}`;
    throw new SettingsError(`precision bfloat16: expected native kernels, found ${kernels}, ${why}; or use float32`);
  }
  return open[kernels]({ threads, strict, precision });
}

/** The fastest kernels that run on this machine. */
export function fastest({ strict = false }: Pick<KernelOptions, "strict"> = {}): KernelChoice {
  if (!strict && nativeStatus().available) return "native";
  return wasmSupported() ? "wasm" : "scalar";
}
