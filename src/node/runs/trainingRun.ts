import { crc32 } from "node:zlib";
import type { Ranks } from "../../kernels/ranks.ts";
import { type TrainingRun, type TrainRunOptions, trainRun } from "../../runs/trainRun.ts";
import { machineMemory } from "../machineMemory.ts";
import { shellLine } from "../shellWords.ts";
import { nodeRunFiles } from "./nodeRunFiles.ts";
import { RunEvents } from "./runEvents.ts";
import type { RunFolder } from "./savedRun.ts";
import { sharedAmong } from "./sharedTraining.ts";

export { TrainingFailure, type TrainingRun } from "../../runs/trainRun.ts";

/** The options of `trainRun` for a folder on disk. */
export interface TrainingRunOptions
  extends Omit<TrainRunOptions, "files" | "memory" | "checksum" | "replayCommand" | "prepare" | "observe"> {
  readonly folder: RunFolder;
  /** other processes that share the training; this one is rank 0 */
  readonly ranks?: Ranks | undefined;
  /** whether to write an event file for TensorBoard to the folder */
  readonly tensorboard?: boolean;
}

/** Trains in a run folder, with checkpoints, from the start or from the last checkpoint, and writes the results to the folder. */
export async function runTraining(options: TrainingRunOptions): Promise<TrainingRun> {
  const { folder, settings, saved, onWarning = () => {}, ranks } = options;
  return trainRun({
    ...options,
    files: nodeRunFiles(folder.path),
    memory: machineMemory(),
    checksum: crc32,
    replayCommand: (file) => shellLine("handgrad", "replay", file),
    ...(ranks && { prepare: (prepared, print) => sharedAmong(prepared, print, { ...options, ranks }) }),
    ...(options.tensorboard && {
      observe: (stepsPerEpoch) =>
        new RunEvents(folder.path, { settings, stepsPerEpoch, done: saved?.state.history.loss, onWarning }),
    }),
  });
}
