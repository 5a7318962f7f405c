import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { foreignFileError } from "../../experiments/foreignFile.ts";
import { decodeModel, encodeModel, type Model } from "../../experiments/model.ts";
import { recognizeFile } from "../../formats/recognizeFile.ts";
import { encodeRecord, modelFile, type RunRecord, recordFile, recordOf, recordVersion } from "../../runs/runRecord.ts";
import { writeResults } from "../../runs/trainRun.ts";
import { DataError } from "../../tensor/errors.ts";
import { makeFolder, syncFolderNow, writeFileAtomic } from "../atomicFile.ts";
import { readJsonFile } from "../jsonFile.ts";
import { isFolder, listFolder } from "../listFolder.ts";
import { readRegularFile } from "../readFile.ts";
import { shellLine } from "../shellWords.ts";
import { hasCheckpoint } from "./checkpointFiles.ts";
import { nodeRunFiles } from "./nodeRunFiles.ts";

export { lastModelFile, modelFile, type RunRecord, recordFile, recordJson } from "../../runs/runRecord.ts";

/** Makes runs/<name>-<date>-<time>, with a number at the end if the name is taken. */
export function createRunFolder(parent: string, name: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-");
  const base = join(parent, `${name}-${stamp}`);
  for (let attempt = 1; ; attempt++) {
    const folder = attempt === 1 ? base : `${base}-${attempt}`;
    makeFolder(parent);
    try {
      mkdirSync(folder);
      syncFolderNow(parent);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST" && existsSync(folder)) continue;
      throw new DataError(`${folder}: cannot be made: ${(error as Error).message}`, { cause: error });
    }
  }
}

export async function writeRecord(file: string, record: RunRecord): Promise<void> {
  await writeFileAtomic(file, encodeRecord(record));
}

/**
 * If an epoch was finished, writes model.safetensors with the best parameters, and last.safetensors; then history.json, so that
 * the models of its epochs exist even after a power cut.
 */
export async function writeRun(
  folder: string,
  record: RunRecord,
  model: Model | undefined,
  last?: Model,
): Promise<void> {
  makeFolder(folder);
  await writeResults(nodeRunFiles(folder), record, model, last);
}

/** Writes a folder with only a model, such as an imported one. Throws DataError if the folder already has a model. */
export async function writeModel(folder: string, model: Model): Promise<void> {
  makeFolder(folder);
  const file = join(folder, modelFile);
  if (existsSync(file)) throw new DataError(`${file}: already exists; choose another folder`);
  await writeFileAtomic(file, encodeModel(model));
}

/** The record of a run folder. Throws DataError with the name of the file if it is missing, truncated, damaged or of a newer version. */
export function readRecord(folder: string): RunRecord {
  if (!existsSync(folder)) throw new DataError(`${folder}: no such run folder; \`handgrad runs\` lists all runs`);
  const file = join(folder, recordFile);
  if (!existsSync(file) && hasCheckpoint(folder))
    throw new DataError(
      `${folder}: the run is not finished: it is still running or was killed; resume it with ${shellLine("handgrad", "train", "--resume", folder)}`,
    );
  if (!existsSync(file)) throw new DataError(`${file}: missing; the folder contains no run, or a damaged one`);
  const json = readJsonFile(file, { version: recordVersion });
  return recordOf(json, file);
}

/** An entry in a folder of runs: a run, a lab, or a damaged one. */
export type ListedRun =
  | { readonly kind: "run"; readonly folder: string; readonly record: RunRecord }
  | { readonly kind: "lab"; readonly folder: string; readonly done: number; readonly complete: boolean }
  | { readonly kind: "unfinished"; readonly folder: string }
  /** a finished cross-validation without a model on all rows */
  | { readonly kind: "crossValidation"; readonly folder: string }
  | { readonly kind: "damaged"; readonly folder: string; readonly error: DataError };

export const labFile = "lab.json";

/** All runs and labs in a folder, by name. A damaged one is listed with its error. */
export function listRuns(parent: string): ListedRun[] {
  if (!existsSync(parent)) return [];
  const folders = listFolder(parent)
    .filter((name) => !name.startsWith(".") && isFolder(join(parent, name)))
    .map((name) => join(parent, name));
  return folders.map((folder): ListedRun => {
    try {
      if (!existsSync(join(folder, labFile))) {
        const isCv = existsSync(join(folder, "cross-validation.json"));
        const unfinished = (isCv || hasCheckpoint(folder)) && !existsSync(join(folder, recordFile));
        if (unfinished && isCv && existsSync(join(folder, "results.json"))) return { kind: "crossValidation", folder };
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

/** The model of a run folder or of a model file. Throws DataError with what is missing. */
export function readModel(runOrFile: string): Model {
  if (!existsSync(runOrFile)) throw new DataError(`${runOrFile}: no such run folder or model file`);
  const file = isFolder(runOrFile) ? join(runOrFile, modelFile) : runOrFile;
  if (!existsSync(file))
    throw new DataError(`${file}: the run has no model, because it was stopped before its first epoch ended`);
  const bytes = readRegularFile(file);
  if (recognizeFile(bytes).kind !== "safetensors")
    throw foreignFileError(bytes, file, "a run folder or a model file of Handgrad (.safetensors)");
  return decodeModel(bytes, { name: file });
}
