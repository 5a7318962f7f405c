import * as v from "valibot";
import { count, explain, finite, literal, notNegative, problemLines, share } from "../../src/schema.ts";
import { DataError } from "../../src/tensor/errors.ts";

const fractions = v.array(share);
const losses = v.array(finite);

/** The record of `course train`: checksums of the code, the checks, and both trainings. */
export const courseRecord = v.strictObject({
  format: literal("handgrad course results"),
  version: literal(1),
  course: v.string(),
  author: v.optional(v.strictObject({ name: v.string(), id: v.optional(v.string()) })),
  /** SHA-256 of each file of the exercises, in hexadecimal */
  code: v.record(v.string(), v.string()),
  exercises: v.array(
    v.strictObject({
      id: v.string(),
      status: v.picklist(["right", "wrong", "not started"]),
      points: notNegative,
      possible: notNegative,
    }),
  ),
  /** the browser in which it was trained, "Chromium 156": the last bits of a power (x ** 3) may differ from Node's */
  browser: v.optional(v.string()),
  training: v.strictObject({
    settings: v.strictObject({
      hidden: count,
      initScale: finite,
      seed: notNegative,
      epochs: count,
      batchSize: count,
      learningRate: finite,
    }),
    /** images for training, validation and test */
    images: v.strictObject({ train: count, validation: count, test: count }),
    standIn: v.boolean(),
    seconds: notNegative,
    losses,
    trainAccuracy: fractions,
    validationAccuracy: fractions,
    bestTestAccuracy: share,
    lastTestAccuracy: share,
    /** units of the first layer as images: red, green, blue of each pixel, base64 */
    weightImages: v.strictObject({ width: count, height: count, rgb: v.array(v.string()) }),
    /** the same network, data and settings trained by Handgrad */
    ours: v.strictObject({ seconds: notNegative, trainAccuracy: fractions, validationAccuracy: fractions }),
  }),
});

export type CourseRecord = v.InferOutput<typeof courseRecord>;

/** Checks the content of results/training.json. Throws DataError that names the file and the fields. */
export function parseCourseRecord(json: unknown, { name }: { readonly name: string }): CourseRecord {
  const result = v.safeParse(courseRecord, json);
  if (result.success) return result.output;
  throw new DataError(problemLines(`${name}: not the results of a course`, explain(result.issues).slice(0, 3)));
}
