import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type DataRequest, dataRequest } from "../../experiments/dataSource.ts";
import { foreignFileError } from "../../experiments/foreignFile.ts";
import { decodeModel, encodeModel, type Model } from "../../experiments/model.ts";
import { readSettings, type TrainSettings } from "../../experiments/settings.ts";
import { recognizeFile } from "../../formats/recognizeFile.ts";
import { count, explain, finite, index, problemLines } from "../../schema.ts";
import { DataError } from "../../tensor/errors.ts";
import { plainArrays } from "../../tensor/plainJson.ts";
import type { History, Metric } from "../../training/history.ts";
import { makeFolder, syncFolderNow, writeFileAtomic } from "../atomicFile.ts";
import { readJsonFile } from "../jsonFile.ts";
import { isFolder, listFolder } from "../listFolder.ts";
import { readRegularFile } from "../readFile.ts";
import { shellLine } from "../shellWords.ts";
import { hasCheckpoint } from "./checkpointFiles.ts";

/**
 * What `--json` writes: the settings as `config`, the loss of every iteration, the scores after every epoch (in files as
 * trainAccuracy and valAccuracy, or trainRSquared and valRSquared).
 */
export interface RunRecord extends History {
  readonly config: TrainSettings;
  readonly seconds: number;
  readonly kernels: string;
  readonly standIn: boolean;
  readonly stopped: boolean;
  /** why training ended early: the message of a numerical failure */
  readonly failure?: string | undefined;
  /** of the model, from 0; of epochs with equal scores the one with the least loss */
  readonly bestEpoch?: number | undefined;
  /** where the data was */
  readonly data?: DataRequest | undefined;
  /** the target in the validation rows: runs with the same one can be compared */
  readonly scoredOn?: string | undefined;
  /** a change of the gradients that no setting asks for, as behind the published L1 curve */
  readonly rule?: string | undefined;
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
  await writeFileAtomic(file, `${JSON.stringify(recordJson(record), plainArrays)}\n`);
}

/**
 * When an epoch was finished, model.safetensors with the best parameters and last.safetensors; then history.json, so that what it
 * tells of is there, also after a loss of power.
 */
export async function writeRun(
  folder: string,
  record: RunRecord,
  model: Model | undefined,
  last?: Model,
): Promise<void> {
  makeFolder(folder);
  if (model) await writeFileAtomic(join(folder, modelFile), encodeModel(model));
  if (last) await writeFileAtomic(join(folder, lastModelFile), encodeModel(last));
  await writeRecord(join(folder, recordFile), record);
}

/** A folder with nothing but a model, as it came from elsewhere. Throws DataError when there is one in it already. */
export async function writeModel(folder: string, model: Model): Promise<void> {
  makeFolder(folder);
  const file = join(folder, modelFile);
  if (existsSync(file)) throw new DataError(`${file}: is there already; choose another folder`);
  await writeFileAtomic(file, encodeModel(model));
}

/** The names under which a file holds the scores: what they are is part of them. */
const scoreNames = {
  accuracy: { train: "trainAccuracy", val: "valAccuracy" },
  rSquared: { train: "trainRSquared", val: "valRSquared" },
} as const satisfies Record<Metric, object>;

/** The record as JSON holds it. */
export function recordJson({ metric, trainScore, valScore, config, loss, ...rest }: RunRecord): object {
  const { train, val } = scoreNames[metric];
  return { version: recordVersion, config, metric, loss, [train]: trainScore, [val]: valScore, ...rest };
}

const numbers = v.array(finite);
/** NaN is null in JSON. */
const numbersOrNaN = v.array(
  v.pipe(
    v.nullable(v.number()),
    v.transform((value) => value ?? Number.NaN),
  ),
);
const runRecord = v.looseObject({
  config: v.unknown(),
  /** records of version 0.1 lack it: see `metricOfOld` */
  metric: v.optional(v.picklist(["accuracy", "rSquared"])),
  loss: numbers,
  trainAccuracy: v.optional(numbers),
  valAccuracy: v.optional(numbers),
  trainRSquared: v.optional(numbersOrNaN),
  valRSquared: v.optional(numbersOrNaN),
  trainLoss: v.optional(numbersOrNaN),
  valLoss: v.optional(numbersOrNaN),
  trace: v.optional(v.object({ every: count, gradientNorm: numbers, learningRate: numbers })),
  seconds: finite,
  kernels: v.string(),
  standIn: v.boolean(),
  stopped: v.boolean(),
  rule: v.optional(v.string()),
  failure: v.optional(v.string()),
  data: v.optional(dataRequest),
  scoredOn: v.optional(v.string()),
  bestEpoch: v.optional(index),
});

/** The record of a run folder. Throws DataError that names the file: missing, cut off, damaged, of a newer version. */
export function readRecord(folder: string): RunRecord {
  if (!existsSync(folder))
    throw new DataError(`${folder}: no such run folder; \`handgrad runs\` lists those there are`);
  const file = join(folder, recordFile);
  if (!existsSync(file) && hasCheckpoint(folder))
    throw new DataError(
      `${folder}: the run is not finished: it is running, or was killed; continue it with ${shellLine("handgrad", "train", "--resume", folder)}`,
    );
  if (!existsSync(file)) throw new DataError(`${file}: missing; the folder holds no run, or a damaged one`);
  const json = readJsonFile(file, { version: recordVersion });
  const result = v.safeParse(runRecord, json);
  if (!result.success) {
    throw new DataError(problemLines(`${file}: damaged, not the record of a run`, explain(result.issues).slice(0, 3)));
  }
  const { metric, trainAccuracy, valAccuracy, trainRSquared, valRSquared, ...rest } = result.output;
  const named = metric === "rSquared" ? [trainRSquared, valRSquared] : [trainAccuracy, valAccuracy];
  const [trainScore, valScore] = named;
  if (!trainScore || !valScore) throw new DataError(`${file}: damaged, not the record of a run: it lacks the scores`);
  try {
    const config = readSettings(result.output.config);
    return { ...rest, metric: metric ?? metricOfOld(config), trainScore, valScore, config };
  } catch (error) {
    throw new DataError(`${file}: config: ${(error as Error).message}`, { cause: error });
  }
}

/** Of version 0.1, which called every score accuracy: only its regressions had one output. */
function metricOfOld({ layers }: TrainSettings): Metric {
  return layers.at(-1) === 1 ? "rSquared" : "accuracy";
}

/** What lies in a folder of runs: a run, a lab, or something that should be one and is damaged. */
export type ListedRun =
  | { readonly kind: "run"; readonly folder: string; readonly record: RunRecord }
  | { readonly kind: "lab"; readonly folder: string; readonly done: number; readonly complete: boolean }
  | { readonly kind: "unfinished"; readonly folder: string }
  /** a complete one without a model on all rows */
  | { readonly kind: "crossValidation"; readonly folder: string }
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

/** The model of a run folder, or a model file itself. Throws DataError that says what is missing. */
export function readModel(runOrFile: string): Model {
  if (!existsSync(runOrFile)) throw new DataError(`${runOrFile}: no such run folder or model file`);
  const file = isFolder(runOrFile) ? join(runOrFile, modelFile) : runOrFile;
  if (!existsSync(file))
    throw new DataError(`${file}: the run has no model; it was stopped before its first epoch ended`);
  const bytes = readRegularFile(file);
  if (recognizeFile(bytes).kind !== "safetensors")
    throw foreignFileError(bytes, file, "a run folder or a model file of Handgrad (.safetensors)");
  return decodeModel(bytes, { name: file });
}
