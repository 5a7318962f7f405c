import { setDefaultKernels } from "../../kernels/defaultKernels.ts";
import { scalarKernels } from "../../kernels/scalar.ts";
import { kernelChoices, openKernels } from "./kernels.ts";

// Imported by src/node.ts for its effect, and named in "sideEffects" of package.json for that.

setDefaultKernels(() => {
  for (const kernels of kernelChoices) {
    try {
      return openKernels({ kernels });
    } catch {
      // not available on this machine, or no more threads: try the next kernels
    }
  }
  return scalarKernels;
});
