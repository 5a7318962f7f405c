import { type Dataset, targetKindOf } from "../data/dataset.ts";
import { defaultLosses, losses } from "../losses/losses.ts";
import { ParameterAverage } from "../optimizers/averaging.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { makeOptimizer } from "../optimizers/optimizers.ts";
import { makeSchedule } from "../optimizers/schedules.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Average, FitOptions, LearningRates } from "./fitOptions.ts";
import { checkTargets, type Training } from "./trainStep.ts";

/** The parts of a training, made from what `fit` was given as plain data. */
export interface ResolvedOptions extends Training {
  readonly schedule: LearningRates | undefined;
  readonly average: Average | undefined;
}

/**
 * Checks the options of `fit` and makes the parts that are given as plain data. Throws SettingsError, naming the option, for
 * data that is no Dataset, an optimizer or average of another network, and a loss that does not take such targets.
 */
export function resolveOptions(options: FitOptions, stepsPerEpoch: number): ResolvedOptions {
  const { network, epochs, schedule, average } = options;
  const optimizer = optimizerOf(options);
  const kind = targetKindOf(options.train);
  const { loss = defaultLosses[kind] } = options;
  const chosen = typeof loss === "string" ? losses[loss]?.create({}) : loss;
  if (!chosen) throw new SettingsError(`fit: loss: expected one of ${Object.keys(losses).join(", ")}, found ${loss}`);
  checkTargets(chosen, options.train);
  const { learningRate } = optimizer;
  return {
    ...options,
    loss: chosen,
    optimizer,
    schedule:
      schedule && "kind" in schedule ? makeSchedule(schedule, { learningRate, epochs, stepsPerEpoch }) : schedule,
    average: average && !("update" in average) ? new ParameterAverage(network, average) : sameNetwork(options, average),
  };
}

function optimizerOf({ network, optimizer }: FitOptions): Optimizer {
  if (typeof optimizer === "function") return optimizer(network);
  if (!optimizer || !("step" in optimizer)) return makeOptimizer(optimizer, network);
  if (optimizer.network === network) return optimizer;
  throw new SettingsError(
    'fit: optimizer: expected one of the network that is trained, found one of another network; pass plain data such as { kind: "adam", learningRate: 0.001 }',
  );
}

function sameNetwork({ network }: FitOptions, average: Average | undefined): Average | undefined {
  if (!average || !("network" in average) || average.network === network) return average;
  throw new SettingsError(
    "fit: average: expected one of the network that is trained, found one of another network; pass { decay }",
  );
}

/** Throws SettingsError unless the options have a network and data of the right form. */
export function checkOptions(options: FitOptions): void {
  const { network } = options;
  if (typeof network?.forward !== "function") throw missing("network", "a Sequential", network);
  if (typeof options.random?.shuffle !== "function") throw missing("random", "new RandomState(seed)", options.random);
  for (const part of ["train", "validation"] as const) {
    const data: Partial<Dataset> | undefined = options[part];
    const problem = datasetProblem(data);
    if (problem) throw new SettingsError(`fit: ${part}: ${problem}; datasetOf({ inputs, labels }) makes a Dataset`);
  }
}

function datasetProblem(data: Partial<Dataset> | undefined): string | undefined {
  if (typeof data !== "object" || data === null)
    return `expected a Dataset, found ${data === undefined ? "nothing" : typeof data}`;
  for (const field of ["inputs", "inputShape", "labels", "labelNames"] as const) {
    if (typeof data[field]?.length !== "number") return `expected a Dataset, found no ${field} in it`;
  }
  return undefined;
}

function missing(option: string, expected: string, found: unknown): SettingsError {
  return new SettingsError(
    `fit: ${option}: expected ${expected}, found ${found === undefined ? "nothing" : typeof found}`,
  );
}
