import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { FoldOutputs } from "../../experiments/crossValidation.ts";
import { dataRequest } from "../../experiments/dataSource.ts";
import { readNpz } from "../../formats/npy.ts";
import { encodeNpz } from "../../formats/npyWrite.ts";
import { count, explain, problemLines } from "../../schema.ts";
import { DataError } from "../../tensor/errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { readJsonFile } from "../jsonFile.ts";
import { readRegularFile } from "../readFile.ts";

const planFile = "cross-validation.json";
const outputsFile = "out-of-fold.npz";
const version = 1;

const plan = v.object({
  format: v.literal("handgrad cross-validation"),
  version: v.literal(version),
  folds: v.pipe(count, v.minValue(2)),
  request: dataRequest,
  /** the settings of the first fold */
  fingerprint: v.string(),
  /** the settings in the command; everything else is the default for the data of each fold */
  given: v.record(v.string(), v.unknown()),
  baseline: v.boolean(),
  /** whether a model is trained on all rows after the folds */
  finalModel: v.boolean(),
});

/** The plan of a cross-validation, which a resumed one reads. */
export type CrossValidationPlan = Omit<v.InferOutput<typeof plan>, "format" | "version">;

export const hasCrossValidation = (folder: string): boolean => existsSync(join(folder, planFile));

export async function writePlan(folder: string, content: CrossValidationPlan): Promise<void> {
  const file = { format: "handgrad cross-validation", version, ...content };
  await writeFileAtomic(join(folder, planFile), `${JSON.stringify(file, undefined, 2)}\n`);
}

/** Throws DataError with the name of the file if it is damaged or of a newer version. */
export function readPlan(folder: string): CrossValidationPlan {
  const file = join(folder, planFile);
  const result = v.safeParse(plan, readJsonFile(file, { version }));
  if (!result.success)
    throw new DataError(problemLines(`${file}: damaged, not a cross-validation`, explain(result.issues).slice(0, 3)));
  const { format: _format, version: _version, ...content } = result.output;
  return content;
}

export function foldFolder(folder: string, fold: number): string {
  return join(folder, "folds", String(fold));
}

/** Stores the outputs of a fold's models for its test rows. The fold is then finished. */
export async function writeFoldOutputs(
  folder: string,
  { rows, outputs, linear, truth, always }: FoldOutputs,
): Promise<void> {
  const list = (data: Int32Array | Float64Array) => ({ shape: [data.length], data });
  const arrays = {
    rows: list(rows),
    truth: list(truth),
    outputs: { shape: [...outputs.shape], data: Float64Array.from(outputs.data) },
    ...(linear && { linear: { shape: [...linear.shape], data: Float64Array.from(linear.data) } }),
    always: list(Float64Array.of(always)),
  };
  await writeFileAtomic(join(folder, outputsFile), encodeNpz(arrays));
}

/** The stored outputs; undefined for a fold that is not finished. Throws DataError with the name of the file. */
export async function readFoldOutputs(folder: string): Promise<FoldOutputs | undefined> {
  const file = join(folder, outputsFile);
  if (!existsSync(file)) return undefined;
  const { rows, truth, outputs, linear, always } = await readNpz(readRegularFile(file), { name: file });
  const count = rows?.data.length ?? 0;
  const isMatrix = (array: typeof outputs | undefined) =>
    array?.data instanceof Float64Array && array.shape.length === 2 && array.shape[0] === count;
  const isTruth = truth?.data instanceof Int32Array || truth?.data instanceof Float64Array;
  if (
    !(rows?.data instanceof Int32Array && count > 0 && isTruth && truth.data.length === count && isMatrix(outputs)) ||
    (linear && !(isMatrix(linear) && linear.shape[1] === outputs.shape[1])) ||
    always?.data.length !== 1
  )
    throw new DataError(`${file}: damaged, not the outputs of a fold; remove it to evaluate the fold again`);
  const tensor = ({ shape, data }: typeof outputs) => new Tensor(shape, data as Float64Array);
  return {
    ...{ rows: rows.data, truth: truth.data as Int32Array | Float64Array, outputs: tensor(outputs) },
    ...(linear && { linear: tensor(linear) }),
    always: Number(always.data[0]),
  };
}
