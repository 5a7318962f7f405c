import * as v from "valibot";
import { type DataRequest, dataRequest, storedRequest } from "../experiments/dataSource.ts";
import { fileError } from "../experiments/fileError.ts";
import { readSettings, type TrainSettings } from "../experiments/settings.ts";
import { explain, notNegative, problemLines } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { TrainerState } from "../training/trainerState.ts";
import type { FoundCheckpoint } from "./checkpoints.ts";

/** The kernels of a run: the last bits depend on them, but not on the number of threads. */
export interface KernelRecord {
  readonly name: string;
  readonly choice: string;
  readonly strict: boolean;
}

/** The content of a checkpoint besides the state. */
const aboutRun = v.object({
  settings: v.unknown(),
  kernels: v.object({ name: v.string(), choice: v.string(), strict: v.boolean() }),
  standIn: v.boolean(),
  /** the fingerprint of the data */
  data: v.string(),
  /** of training, in all processes so far */
  seconds: notNegative,
  request: v.optional(dataRequest),
  /** the request of version 0.1, which was written for data of users alone */
  own: v.optional(
    v.object({
      data: v.string(),
      target: v.optional(v.string()),
      task: v.picklist(["classification", "regression"]),
      size: v.pipe(v.number(), v.integer(), v.minValue(1)),
    }),
  ),
});

/** The state of a run, and everything that is needed to resume it. */
export interface SavedRun {
  readonly settings: TrainSettings;
  readonly kernels: KernelRecord;
  readonly standIn: boolean;
  /** the fingerprint of the data */
  readonly data: string;
  /** opens the data again */
  readonly request: DataRequest;
  readonly seconds: number;
  readonly state: TrainerState;
  readonly file: string;
  readonly warnings: readonly string[];
}

/** The state of the run of a checkpoint. Throws DataError that names the file. */
export function savedRunOf({ state, about, file, warnings }: FoundCheckpoint): SavedRun {
  return { ...parseAbout(about, file), state, file, warnings };
}

/** The description of its run in a checkpoint. Throws DataError that names the file. */
export function parseAbout(about: unknown, file: string): Omit<SavedRun, "state" | "file" | "warnings"> {
  const result = v.safeParse(aboutRun, about);
  if (!result.success) {
    const what = `${file}: its description of the run is damaged or of another version`;
    throw new DataError(problemLines(what, explain(result.issues)));
  }
  const { own, request, ...rest } = result.output;
  try {
    const settings = readSettings(rest.settings);
    return { ...rest, settings, request: storedRequest(request ?? oldRequest(settings, rest.standIn, own)) };
  } catch (error) {
    throw fileError(error, file);
  }
}

/** The request of a checkpoint of version 0.1, which wrote none for CIFAR-100. */
function oldRequest(
  { labels, trainImages, seed }: TrainSettings,
  standIn: boolean,
  own: v.InferOutput<typeof aboutRun>["own"],
): DataRequest {
  if (own) return { path: own.data, target: own.target, size: own.size, seed, ...(own.target && { task: own.task }) };
  return { labels, trainRows: trainImages, ...(standIn && { path: "stand-in" }) };
}
