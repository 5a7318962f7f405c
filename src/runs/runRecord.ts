import * as v from "valibot";
import { type DataRequest, dataRequest } from "../experiments/dataSource.ts";
import { readSettings, type TrainSettings } from "../experiments/settings.ts";
import { parseVersionedJson } from "../formats/versionedJson.ts";
import { count, explain, finite, index, problemLines } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import { plainArrays } from "../tensor/plainJson.ts";
import type { History, Metric } from "../training/history.ts";

/**
 * The content of `--json`: the settings as `config`, the loss of every iteration, the scores after every epoch (in files as
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
  /** a change of the gradients without a setting, as for the published L1 curve */
  readonly rule?: string | undefined;
}

export const modelFile = "model.safetensors";
/** the parameters after the last step */
export const lastModelFile = "last.safetensors";
export const recordFile = "history.json";
export const recordVersion = 1;

/** The names of the scores in a file, which contain the metric. */
const scoreNames = {
  accuracy: { train: "trainAccuracy", val: "valAccuracy" },
  rSquared: { train: "trainRSquared", val: "valRSquared" },
} as const satisfies Record<Metric, object>;

/** The record in its JSON form. */
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
  trainAccuracy: v.optional(numbersOrNaN),
  valAccuracy: v.optional(numbersOrNaN),
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

/** The text of history.json. */
export function encodeRecord(record: RunRecord): string {
  return `${JSON.stringify(recordJson(record), plainArrays)}\n`;
}

/** The record of a run from the text of its history.json. Throws DataError that names the file: cut off, damaged, of a newer version. */
export function parseRecord(text: string, { name }: { readonly name: string }): RunRecord {
  return recordOf(parseVersionedJson(text, { name, version: recordVersion }), name);
}

/** The record of a run from the content of its history.json. Throws DataError that names the file. */
export function recordOf(json: unknown, file: string): RunRecord {
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

/** The metric of a record of version 0.1, which called every score accuracy: its only networks with one output were regressions. */
function metricOfOld({ layers }: TrainSettings): Metric {
  return layers.at(-1) === 1 ? "rSquared" : "accuracy";
}
