import { setFallbackKernels } from "./defaultKernels.ts";
import { scalarKernels } from "./scalar.ts";

// Imported by assignment/index.ts for its effect, and named in "sideEffects" of package.json for that.

setFallbackKernels(() => scalarKernels);
