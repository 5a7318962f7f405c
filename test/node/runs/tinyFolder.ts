import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCheckpoint } from "../../../src/node/runs/checkpointFiles.ts";
import {
  parseSettings,
  RunFolder,
  readCheckpoint,
  runTraining,
  scalarKernels,
  type TrainingRunOptions,
} from "../../../src/node.ts";
import { hashOf, tinyNormalization, tinySource } from "../../training/tinyRun.ts";

/** A run of 12 steps in 3 epochs, in a folder, with a checkpoint after every fourth step and every epoch. */
const settings = {
  ...{ layers: [48, 6, 3], initScale: 0.1, epochs: 3, batchSize: 10, keepProb: 0.8 },
  normalization: tinyNormalization,
};

export interface TinyOptions extends Pick<TrainingRunOptions, "onWarning" | "checkpointEvery"> {
  readonly stopAfter?: number;
  readonly settings?: object;
}

/** What a run leaves that has ended. */
export const finalFiles = [
  "checkpoint.previous.safetensors",
  "checkpoint.safetensors",
  "history.json",
  "last.safetensors",
  "model.safetensors",
];

export async function startTiny(path: string, options: TinyOptions = {}): Promise<void> {
  await train(RunFolder.create(path), options, false);
}

/** Continues a run, or begins it where it was not begun; returns what the folder said of damaged files. */
export async function resumeTiny(path: string, options: TinyOptions = {}): Promise<readonly string[]> {
  if (hasCheckpoint(path)) return train(RunFolder.resume(path), options, true);
  return train(RunFolder.create(path), options, false);
}

async function train(folder: RunFolder, options: TinyOptions, resume: boolean): Promise<readonly string[]> {
  const { stopAfter = Infinity, onWarning, checkpointEvery = { steps: 4 } } = options;
  const controller = new AbortController();
  try {
    const saved = resume ? folder.saved() : undefined;
    await runTraining({
      ...{ folder, saved, kernels: scalarKernels, signal: controller.signal },
      source: tinySource,
      kernelRecord: { name: "scalar", choice: "scalar", strict: false },
      settings: parseSettings({ ...settings, ...options.settings }),
      onStep: ({ step }) => void (step === stopAfter - 1 && controller.abort()),
      ...{ onWarning, checkpointEvery },
    });
    return saved?.warnings ?? [];
  } finally {
    folder.close();
  }
}

/** The hash of everything in the newest checkpoint. */
export const hashIn = (path: string): string => hashOf(readCheckpoint(path).state);

let expected: Promise<string> | undefined;

/** The hash with which the run ends that nothing happens to. */
export function tinyHash(): Promise<string> {
  expected ??= (async () => {
    const parent = mkdtempSync(join(tmpdir(), "handgrad-"));
    await startTiny(join(parent, "run"));
    const hash = hashIn(join(parent, "run"));
    rmSync(parent, { recursive: true });
    return hash;
  })();
  return expected;
}
