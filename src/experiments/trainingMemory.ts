import type { OptimizerName } from "../optimizers/optimizers.ts";
import { formatBytes } from "../tensor/formatBytes.ts";
import type { TrainSettings } from "./settings.ts";

/**
 * Arrays as long as the parameters that each optimizer keeps; sgd keeps one with momentum, adam another one with amsgrad. Muon's are its
 * momentum and, where one square matrix has nearly all parameters, six for orthogonalizing it.
 */
const stateArrays: Readonly<Record<OptimizerName, number>> = {
  ...{ sgd: 0, adam: 2, nadam: 2, rmsprop: 1, adagrad: 1, lion: 1, muon: 7 },
};

export interface ParameterLimit {
  readonly parameters: number;
  /** for the message about a network with more */
  readonly reason: string;
}

/**
 * The largest number of parameters of a training whose parameters, gradients, optimizer state, average and copy of the best epoch take
 * `available` bytes. Activations and data are not included.
 */
export function parameterLimit(settings: TrainSettings, available: number): ParameterLimit {
  const { dtype, optimizer, momentum = 0, amsgrad, emaDecay } = settings;
  const more = (optimizer === "sgd" && momentum > 0) || amsgrad ? 1 : 0;
  const state = stateArrays[optimizer] + more;
  const arrays = 3 + state + (emaDecay === undefined ? 0 : 1);
  return {
    parameters: Math.floor(available / (arrays * (dtype === "float32" ? 4 : 8))),
    reason: `what ${formatBytes(available)} of memory hold in ${dtype} with gradients, the best epoch and the state of ${optimizer}`,
  };
}
