import type { Kernels } from "./kernels.ts";
import { scalarAttention } from "./scalarAttention.ts";
import { scalarImagesForward } from "./scalarImagesForward.ts";
import { scalarLayers } from "./scalarLayers.ts";
import { scalarNormsForward } from "./scalarNormsForward.ts";

/**
 * Kernels of an entry that registers none, in plain TypeScript: what layers need. Losses, optimizers and normalization in training are not
 * here, so that a page that only predicts does not load them; the entries with losses and optimizers register kernels that have them.
 */
export const predictionKernels = {
  ...scalarLayers,
  norms: scalarNormsForward,
  images: scalarImagesForward,
  attention: scalarAttention,
} as Kernels;
