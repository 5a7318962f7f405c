import { type KernelRecord, type Kernels, SettingsError, scalarKernels, wasmKernels, wasmSupported } from "handgrad";

const made = new Map<boolean, Kernels>();

/** The kernels of this worker, shared by all runs: WebAssembly on all threads of the page, which start while data is opened. */
export function kernelsFor(strict: boolean): Kernels {
  const kernels = made.get(strict) ?? (wasmSupported() ? wasmKernels({ strict, startThreads: true }) : scalarKernels);
  made.set(strict, kernels);
  return kernels;
}

export function recordOf(kernels: Kernels, strict: boolean): KernelRecord {
  return { name: kernels.name, choice: kernels.name, strict };
}

/** Throws SettingsError for settings that need native kernels. */
export function checkPrecision({ precision }: { readonly precision?: string | undefined }): void {
  if (precision === "bfloat16")
    throw new SettingsError(
      "precision bfloat16: expected native kernels, which only the command has, found WebAssembly; use float32",
    );
}

/** "Chromium 147 on Linux x86_64, 8 threads": for reports. */
export function describeBrowser(kernels: Kernels): string {
  const { userAgent } = navigator;
  const browser = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(userAgent) ?? ["", "a browser", ""];
  const names: Readonly<Record<string, string>> = { Edg: "Edge", Chrome: "Chromium", Version: "Safari" };
  const system = /\(([^;)]+;)? ?([^;)]+)/.exec(userAgent)?.[2] ?? "an unknown system";
  const name = names[browser[1]] ?? browser[1];
  return `${name} ${browser[2]} on ${system}, ${kernels.threads} ${kernels.threads === 1 ? "thread" : "threads"}`;
}
