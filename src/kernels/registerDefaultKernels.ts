import { setDefaultKernels } from "./defaultKernels.ts";
import { scalarKernels } from "./scalar.ts";
import { wasmKernels, wasmSupported } from "./wasm.ts";

// Imported by src/index.ts for its effect, and named in "sideEffects" of package.json for that.

setDefaultKernels(() => {
  if (!wasmSupported()) return scalarKernels;
  try {
    return wasmKernels();
  } catch {
    return scalarKernels; // a page may forbid compilation, or have no addresses left for the memory
  }
});
