import type { Kernels } from "./kernels.ts";
import { scalarAttention } from "./scalarAttention.ts";
import { scalarImagesForward } from "./scalarImagesForward.ts";
import { scalarLayers } from "./scalarLayers.ts";
import { scalarNormsForward } from "./scalarNormsForward.ts";

/**
 * The kernels of entries that register none, in plain TypeScript. They have only what layers need for predictions. Losses,
 * optimizers and normalization in training are left out, so that pages that only predict do not load them. The entries with
 * losses and optimizers register other kernels.
 */
export const predictionKernels = {
  ...scalarLayers,
  norms: scalarNormsForward,
  images: scalarImagesForward,
  attention: scalarAttention,
} as Kernels;
