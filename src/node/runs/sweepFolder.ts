import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type DataRequest, dataRequest, storedRequest } from "../../experiments/dataSource.ts";
import { fileError } from "../../experiments/fileError.ts";
import { readSettings } from "../../experiments/settings.ts";
import {
  planSweep,
  type SettingsOf,
  type Sweep,
  type SweepSettings,
  sweepSettings,
  type Trial,
} from "../../experiments/sweep.ts";
import { parseBoundedJson } from "../../formats/boundedJson.ts";
import { explain, problemLines } from "../../schema.ts";
import { DataError } from "../../tensor/errors.ts";
import { makeFolder, writeFileAtomic } from "../atomicFile.ts";
import { readRegularText } from "../readFile.ts";
import { shellLine } from "../shellWords.ts";
import { readRecord, recordFile } from "./runFolder.ts";

const sweepFile = "sweep.json";

/** Version 1: sweeps on CIFAR-100, which store only the folder of the data. */
const saved = v.object({
  format: v.literal("handgrad sweep"),
  version: v.picklist([1, 2]),
  data: v.optional(v.string()),
  request: v.optional(dataRequest),
  fingerprint: v.optional(v.string()),
  chosen: v.optional(v.record(v.string(), v.unknown())),
  settings: sweepSettings,
});

/** The data of a sweep and the settings chosen for it, which a resumed sweep uses as well. */
export interface SweepData {
  readonly request: DataRequest;
  readonly fingerprint?: string | undefined;
  /** the values of settings that neither the sweep nor its trials contain; absent in sweeps of version 1 */
  readonly chosen?: Readonly<Record<string, unknown>> | undefined;
}

/** A sweep in its folder: sweep.json describes the trials; trials/<id> are ordinary runs. */
export interface SavedSweep extends SweepData {
  readonly folder: string;
  readonly settings: SweepSettings;
  readonly sweep: Sweep;
}

/** Writes the folder of a new sweep. Throws DataError if it contains a sweep, SettingsError for settings that do not fit. */
export async function createSweep(
  folder: string,
  input: unknown,
  { request, fingerprint, chosen }: SweepData,
  settingsOf?: SettingsOf,
): Promise<SavedSweep> {
  const sweep = planSweep(input, settingsOf);
  const { settings } = sweep;
  if (existsSync(join(folder, sweepFile))) {
    throw new DataError(
      `${folder}: it contains a sweep; resume it with ${shellLine("--resume", folder)}, or choose another folder`,
    );
  }
  makeFolder(join(folder, "trials"));
  const content = { format: "handgrad sweep", version: 2, request, fingerprint, chosen, settings };
  await writeFileAtomic(join(folder, sweepFile), `${JSON.stringify(content, undefined, 2)}\n`);
  return { folder, settings, request, fingerprint, chosen, sweep };
}

/** The content of sweep.json, without trials. Throws DataError with the name of the file. */
export function readSweepFile(folder: string): SweepData & { readonly settings: SweepSettings } {
  const file = join(folder, sweepFile);
  if (!existsSync(file)) throw new DataError(`${file}: missing; the folder contains no sweep`);
  const text = readRegularText(file);
  let json: unknown;
  try {
    json = parseBoundedJson(text);
  } catch (error) {
    throw new DataError(`${file}: damaged, not JSON: ${(error as Error).message.slice(0, 500)}`, { cause: error });
  }
  const result = v.safeParse(saved, json);
  if (!result.success)
    throw new DataError(problemLines(`${file}: damaged, not a sweep`, explain(result.issues).slice(0, 5)));
  const { data, request = { path: data }, fingerprint, chosen, settings } = result.output;
  return { request: storedRequest(request), fingerprint, chosen, settings };
}

/**
 * A saved sweep. Without `settingsOf`, its trials have the settings in the file and the defaults of the library. Throws DataError
 * with the name of the file.
 */
export function openSweep(folder: string, settingsOf?: SettingsOf): SavedSweep {
  const file = readSweepFile(folder);
  const named: SettingsOf = ({ hidden: _hidden, recipe: _recipe, flip: _flip, ...given }) =>
    readSettings({ ...(file.chosen?.epochs !== undefined && { epochs: file.chosen.epochs }), ...given });
  try {
    return { folder, ...file, sweep: planSweep(file.settings, settingsOf ?? named) };
  } catch (error) {
    throw fileError(error, join(folder, sweepFile));
  }
}

export function trialFolder({ folder }: Pick<SavedSweep, "folder">, { id }: Pick<Trial, "id">): string {
  return join(folder, "trials", id);
}

/** The error of a trial that diverged. It is not trained again, and its scores are ignored. */
export const divergedFile = "diverged.txt";

/** Why the trial diverged; undefined if it did not. */
export function divergence(saved: Pick<SavedSweep, "folder">, trial: Trial): string | undefined {
  const file = join(trialFolder(saved, trial), divergedFile);
  return existsSync(file) ? readRegularText(file).trim() : undefined;
}

/** The validation scores of all trials that have any and did not diverge. */
export function sweepProgress(saved: SavedSweep): Map<string, readonly number[]> {
  const known = saved.sweep.trials.flatMap((trial): [string, readonly number[]][] => {
    const folder = trialFolder(saved, trial);
    if (existsSync(join(folder, divergedFile))) return [[trial.id, []]];
    return existsSync(join(folder, recordFile)) ? [[trial.id, readRecord(folder).valScore]] : [];
  });
  return new Map(known);
}

/** The validation loss after each epoch of every trial that records it. */
export function sweepLosses(saved: SavedSweep): Map<string, readonly number[]> {
  const known = saved.sweep.trials.flatMap((trial): [string, readonly number[]][] => {
    const folder = trialFolder(saved, trial);
    const { valLoss } = existsSync(join(folder, recordFile)) ? readRecord(folder) : {};
    return valLoss ? [[trial.id, valLoss]] : [];
  });
  return new Map(known);
}

/** Whether a trial has been trained for this number of epochs, or ended earlier because of its patience or because it diverged. */
export function isDone(saved: SavedSweep, trial: Trial, epochs: number): boolean {
  const folder = trialFolder(saved, trial);
  if (existsSync(join(folder, divergedFile))) return true;
  if (!existsSync(join(folder, recordFile))) return false;
  const { valScore, stopped, config } = readRecord(folder);
  return valScore.length >= epochs || (!stopped && config.epochs >= epochs);
}
