import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { decodeModel, encodeModel, type Model } from "../../experiments/model.ts";
import { parseSettings, type TrainSettings } from "../../experiments/settings.ts";
import { DataError } from "../../tensor/errors.ts";
import type { History } from "../../training/history.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { readJsonFile } from "../jsonFile.ts";
import { isFolder, listFolder } from "../listFolder.ts";
import { readRegularFile } from "../readFile.ts";

/** What `--json` writes: the settings as `config`, the loss of every iteration, the accuracies after every epoch. */
export interface RunRecord extends History {
  readonly config: TrainSettings;
  readonly seconds: number;
  readonly kernels: string;
  readonly standIn: boolean;
  readonly stopped: boolean;
  /** a change of the gradients that no setting asks for, as behind the published L1 curve */
  readonly rule?: string;
}

export const modelFile = "model.safetensors";
/** the parameters as the last step left them */
export const lastModelFile = "last.safetensors";
export const recordFile = "history.json";
const recordVersion = 1;

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
  await writeFileAtomic(file, `${JSON.stringify({ version: recordVersion, ...record })}\n`);
}

/** history.json and, when an epoch was finished, model.safetensors with the best parameters and last.safetensors. */
export async function writeRun(
  folder: string,
  record: RunRecord,
  model: Model | undefined,
  last?: Model,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await writeRecord(join(folder, recordFile), record);
  if (model) await writeFileAtomic(join(folder, modelFile), encodeModel(model));
  if (last) await writeFileAtomic(join(folder, lastModelFile), encodeModel(last));
}

/** A folder with nothing but a model, as it came from elsewhere. Throws DataError when there is one in it already. */
export async function writeModel(folder: string, model: Model): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, modelFile);
  if (existsSync(file)) throw new DataError(`${file}: is there already; choose another folder`);
  await writeFileAtomic(file, encodeModel(model));
}

const numbers = z.array(z.number());
const runRecord = z.looseObject({
  config: z.unknown(),
  loss: numbers,
  trainAccuracy: numbers,
  valAccuracy: numbers,
  seconds: z.number(),
  kernels: z.string(),
  standIn: z.boolean(),
  stopped: z.boolean(),
  rule: z.string().optional(),
});

/** The record of a run folder. Throws DataError that names the file: missing, cut off, damaged, of a newer version. */
export function readRecord(folder: string): RunRecord {
  if (!existsSync(folder))
    throw new DataError(`${folder}: no such run folder; \`handgrad runs\` lists those there are`);
  const file = join(folder, recordFile);
  if (!existsSync(file)) throw new DataError(`${file}: missing; the folder holds no run, or a damaged one`);
  const json = readJsonFile(file, { version: recordVersion });
  const result = runRecord.safeParse(json);
  if (!result.success) {
    const problems = result.error.issues.slice(0, 3).map(({ path, message }) => `  ${path.join(".")}: ${message}`);
    throw new DataError(`${file}: damaged, not the record of a run:\n${problems.join("\n")}`);
  }
  try {
    return { ...result.data, config: parseSettings(result.data.config) } as RunRecord;
  } catch (error) {
    throw new DataError(`${file}: config: ${(error as Error).message}`, { cause: error });
  }
}

/** What lies in a folder of runs: a run, a lab, or something that should be one and is damaged. */
export type ListedRun =
  | { readonly kind: "run"; readonly folder: string; readonly record: RunRecord }
  | { readonly kind: "lab"; readonly folder: string; readonly done: number; readonly complete: boolean }
  | { readonly kind: "unfinished"; readonly folder: string }
  | { readonly kind: "damaged"; readonly folder: string; readonly error: DataError };

export const labFile = "lab.json";

/** All runs and labs in a folder by name; a damaged one is listed with its error and hides no other. */
export function listRuns(parent: string): ListedRun[] {
  if (!existsSync(parent)) return [];
  const folders = listFolder(parent)
    .filter((name) => !name.startsWith(".") && isFolder(join(parent, name)))
    .map((name) => join(parent, name));
  return folders.map((folder): ListedRun => {
    try {
      if (!existsSync(join(folder, labFile))) {
        const unfinished = existsSync(join(folder, "checkpoint.safetensors")) && !existsSync(join(folder, recordFile));
        return unfinished ? { kind: "unfinished", folder } : { kind: "run", folder, record: readRecord(folder) };
      }
      readJsonFile(join(folder, labFile), { version: 1 });
      const steps = join(folder, "steps");
      const done = existsSync(steps) ? listFolder(steps).filter((name) => name.endsWith(".json")).length : 0;
      return { kind: "lab", folder, done, complete: existsSync(join(folder, "results.json")) };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return { kind: "damaged", folder, error };
    }
  });
}

/** The model of a run folder, or a model file itself. Throws DataError that says what is missing. */
export function readModel(runOrFile: string): Model {
  if (!existsSync(runOrFile)) throw new DataError(`${runOrFile}: no such run folder or model file`);
  const file = isFolder(runOrFile) ? join(runOrFile, modelFile) : runOrFile;
  if (!existsSync(file))
    throw new DataError(`${file}: the run has no model; it was stopped before its first epoch ended`);
  return decodeModel(readRegularFile(file), { name: file });
}
