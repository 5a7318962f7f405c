import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../tensor/errors.ts";
import type { History } from "../training/history.ts";
import { decodeModel, encodeModel, type Model } from "../training/model.ts";
import type { TrainSettings } from "../training/settings.ts";
import { writeFileAtomic } from "./atomicFile.ts";

/** What `--json` writes: the settings as `config`, the loss of every iteration, the accuracies after every epoch. */
export interface RunRecord extends History {
  readonly config: TrainSettings;
  readonly seconds: number;
  readonly kernels: string;
  readonly standIn: boolean;
  readonly stopped: boolean;
}

const modelFile = "model.safetensors";
const recordFile = "history.json";

/** Makes runs/<name>-<date>-<time>, with a number behind it when that is taken. */
export function createRunFolder(parent: string, name: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-");
  const base = join(parent, `${name}-${stamp}`);
  for (let attempt = 1; ; attempt++) {
    const folder = attempt === 1 ? base : `${base}-${attempt}`;
    mkdirSync(parent, { recursive: true });
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

export async function writeRecord(file: string, record: RunRecord): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(record)}\n`);
}

/** history.json and, when an epoch was finished, model.safetensors with the best parameters. */
export async function writeRun(folder: string, record: RunRecord, model: Model | undefined): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await writeRecord(join(folder, recordFile), record);
  if (model) await writeFileAtomic(join(folder, modelFile), encodeModel(model));
}

/** The model of a run folder, or a model file itself. Throws DataError that says what is missing. */
export function readModel(runOrFile: string): Model {
  if (!existsSync(runOrFile)) throw new DataError(`${runOrFile}: no such run folder or model file`);
  const file = statSync(runOrFile).isDirectory() ? join(runOrFile, modelFile) : runOrFile;
  if (!existsSync(file))
    throw new DataError(`${file}: the run has no model; it was stopped before its first epoch ended`);
  return decodeModel(readFileSync(file), { name: file });
}
