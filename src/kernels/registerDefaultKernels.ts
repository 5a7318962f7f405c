import { setDefaultKernels } from "./defaultKernels.ts";
import { scalarKernels } from "./scalar.ts";
import { wasmKernels, wasmSupported } from "./wasm.ts";

// Imported by src/index.ts for its effect, and named in "sideEffects" of package.json for that.

setDefaultKernels(() => {
  if (!wasmSupported()) return scalarKernels;
  try {
    return wasmKernels();
  } catch {
    return scalarKernels; // the page forbids compilation, or there are no addresses left for the memory
  }
});
