import { countParameters, formatBytes } from "../layers/parameterMemory.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { TrainSettings } from "./settings.ts";

/** Arrays as long as the parameters that each optimizer keeps. */
const stateArrays = { adam: 2, rmsprop: 1, adagrad: 1, lion: 1 } satisfies Partial<
  Record<TrainSettings["optimizer"], number>
>;

/**
 * Throws SettingsError, before anything is allocated, when parameters, gradients, the optimizer's state, the average and the copy
 * of the best epoch take more than `available` bytes. Activations and data come on top.
 */
export function checkTrainingMemory(settings: TrainSettings, { available }: { readonly available: number }): void {
  const { layers, dtype, optimizer, momentum, averageDecay } = settings;
  const parameters = countParameters(layers);
  const state = optimizer === "sgd" ? (momentum > 0 ? 1 : 0) : stateArrays[optimizer];
  const arrays = 3 + state + (averageDecay === undefined ? 0 : 1);
  const bytes = parameters * (dtype === "float32" ? 4 : 8) * arrays;
  if (bytes <= available) return;
  throw new SettingsError(
    `layers ${layers.join("-")}: expected at most the ${formatBytes(available)} of memory of this machine, found ` +
      `${formatBytes(bytes)} for ${parameters.toLocaleString("en")} parameters in ${dtype}, their gradients, the best epoch and ` +
      `the state of ${optimizer}; make the layers smaller`,
  );
}
