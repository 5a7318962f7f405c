// The choices of settings and of the command, each from its own table.

import { activations } from "../kernels/activations.ts";
import type { ActivationName } from "../kernels/kernels.ts";

export { initializerNames } from "../layers/initializers.ts";
export { lossNames } from "../losses/losses.ts";
export { optimizerNames } from "../optimizers/optimizers.ts";
export { scheduleNames } from "../optimizers/schedules.ts";

export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];
