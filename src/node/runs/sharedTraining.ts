import { type DataSource, testPart } from "../../experiments/dataSource.ts";
import type { TrainSettings } from "../../experiments/settings.ts";
import { modelOfRun, predictTest, prepareRun } from "../../experiments/testResult.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Ranks } from "../../kernels/ranks.ts";
import { SettingsError } from "../../tensor/errors.ts";
import { type FitOptions, type FitResult, fit } from "../../training/fit.ts";
import { version } from "../../version.ts";
import { machineMemory } from "../machineMemory.ts";
import { expectSameOnAllRanks } from "../mpi/sameOnAllRanks.ts";
import { fingerprint } from "./fingerprint.ts";
import type { KernelRecord, SavedRun } from "./savedRun.ts";

export interface SharedTrainingOptions extends Pick<FitOptions, "signal"> {
  readonly settings: TrainSettings;
  readonly source: DataSource;
  readonly kernels: Kernels;
  /** for the finished model, if the test rows are in parts */
  readonly evaluationKernels?: Kernels | undefined;
  readonly kernelRecord: KernelRecord;
  readonly saved?: SavedRun | undefined;
  readonly ranks: Ranks;
}

/**
 * The options of `fit` for a training on several ranks, after a check that all ranks have the same settings and data. Throws
 * SettingsError.
 */
export function sharedAmong<Options extends FitOptions>(
  prepared: Options,
  print: string,
  { settings, kernelRecord, saved, ranks }: Omit<SharedTrainingOptions, "source" | "kernels" | "signal">,
): Options {
  const steps = saved?.state.history.loss.length ?? 0;
  expectSameOnAllRanks(ranks, {
    version,
    kernels: kernelRecord,
    settings,
    data: print,
    "steps of the checkpoint": steps,
  });
  if (!prepared.sharding) {
    throw new SettingsError(
      `shards: expected --shards for a training with ${ranks.size} processes, such as --shards ${Math.max(8, ranks.size)}, found none; the number of processes must divide it`,
    );
  }
  return { ...prepared, sharding: { ...prepared.sharding, ranks } };
}

/** Takes part in a training as a rank other than 0: it makes the same steps but writes no files. Rank 0 calls `runTraining`. */
export async function trainAsRank(options: SharedTrainingOptions): Promise<FitResult> {
  const { source, settings, kernels, evaluationKernels = kernels, saved, signal } = options;
  const prepared = prepareRun(source, settings, kernels, machineMemory());
  const shared = sharedAmong(prepared, fingerprint(source), options);
  const result = await fit({ ...shared, signal, resume: saved?.state });
  // Rank 0 evaluates the model and needs the outputs for the test rows of all ranks
  if (source.train.parts && result.best && !result.stopped)
    await predictTest(modelOfRun(source, settings, result.best), await testPart(source), {
      kernels: evaluationKernels,
    });
  return result;
}
