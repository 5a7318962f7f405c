import { SettingsError } from "../tensor/errors.ts";
import type { Kernels } from "./kernels.ts";
import { scalarForward } from "./scalarForward.ts";
import { scalarNormsForward } from "./scalarNormsForward.ts";

function refuse(): never {
  throw new SettingsError('kernels: expected those of "handgrad" to train, found those of an entry that only predicts');
}

/** Kernels of an entry that registers none: the forward pass in plain TypeScript. Those of training throw SettingsError. */
export const predictionKernels: Kernels = {
  ...scalarForward,
  name: "scalar",
  threads: 1,
  norms: { ...scalarNormsForward, batchNorm: refuse, batchNormBackward: refuse, layerNormBackward: refuse },
  get updates() {
    return refuse();
  },
  matmulTransposeA: refuse,
  matmulTransposeB: refuse,
  sumRows: refuse,
  crossEntropy: refuse,
  addSign: refuse,
  sgd: refuse,
  adam: refuse,
};
