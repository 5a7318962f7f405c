import * as v from "valibot";
import { explain, problemLines } from "../../src/schema.ts";
import { DataError } from "../../src/tensor/errors.ts";

const numbers = v.array(v.number());
const accuracies = { trainAccuracy: numbers, valAccuracy: numbers };

const run = v.object({
  config: v.record(v.string(), v.unknown()),
  rule: v.string(),
  lambda: v.number(),
  loss: numbers,
  ...accuracies,
  bestEpoch: v.pipe(v.number(), v.integer()),
  parameters: v.object({
    count: v.pipe(v.number(), v.integer()),
    sumOfMagnitudes: v.number(),
    norm: v.number(),
    largest: v.number(),
    below: numbers,
  }),
  reference: v.optional(
    v.object({
      rows: v.pipe(v.number(), v.integer()),
      equalRows: v.pipe(v.number(), v.integer()),
      publishedRows: v.pipe(v.number(), v.integer()),
      equalPublishedRows: v.pipe(v.number(), v.integer()),
      losses: v.pipe(v.number(), v.integer()),
      largestLossDifference: v.number(),
    }),
  ),
  published: v.optional(v.object(accuracies)),
});

const training = v.object({
  epochs: v.pipe(v.number(), v.integer()),
  trainImages: v.pipe(v.number(), v.integer()),
  validationImages: v.pipe(v.number(), v.integer()),
});
const score = v.object({ accuracy: v.number(), loss: v.number() });
const normalization = v.object({ mean: numbers, deviation: numbers });

/** The content of a lab's results.json: every number of its report. Reports are written from this alone. */
export const problem1Results = v.object({
  format: v.literal("handgrad problem1"),
  version: v.literal(1),
  plan: v.object({ quick: v.boolean(), tinynet: training, comparison: training }),
  kernels: v.string(),
  checks: v.object({
    checks: v.array(
      v.object({
        section: v.string(),
        quantity: v.string(),
        ours: v.number(),
        published: v.optional(v.number()),
        passed: v.boolean(),
      }),
    ),
    gelu: v.union([
      v.object({ x: numbers, value: numbers, derivative: numbers }),
      v.pipe(
        v.object({ x: numbers, value: numbers, slope: numbers }), // the name in earlier versions
        v.transform(({ slope, ...curve }) => ({ ...curve, derivative: slope })),
      ),
    ]),
  }),
  data: v.object({
    standIn: v.boolean(),
    labelNames: v.array(v.string()),
    inputShape: numbers,
    images: v.object({
      train: v.pipe(v.number(), v.integer()),
      validation: v.pipe(v.number(), v.integer()),
      /** results of earlier versions lack it */
      test: v.optional(v.pipe(v.number(), v.integer())),
    }),
    measured: normalization,
    used: normalization,
  }),
  tinynet: v.object({
    run,
    parametersEqual: v.boolean(),
    /** parameters in the order of the file; results of earlier versions lack it and `last` */
    loaded: v.optional(v.array(v.object({ name: v.string(), shape: numbers }))),
    validation: score,
    last: v.optional(v.object({ validation: score, test: score })),
    test: v.object({
      images: v.pipe(v.number(), v.integer()),
      accuracy: v.number(),
      loss: v.number(),
      confusion: v.array(numbers),
      wrong: v.array(
        v.object({
          row: v.pipe(v.number(), v.integer()),
          label: v.pipe(v.number(), v.integer()),
          predicted: v.pipe(v.number(), v.integer()),
          probability: v.number(),
          rgb: v.string(),
        }),
      ),
    }),
    weights: v.object({
      units: numbers,
      width: v.pipe(v.number(), v.integer()),
      height: v.pipe(v.number(), v.integer()),
      rgb: v.array(v.string()),
    }),
  }),
  runs: v.object({ sgd: run, sgdw: run, l1: run, l1pub: run, l2: run, adamw: run, adaml2: run }),
  decay: v.object({
    largestParameterDifference: v.number(),
    largestParameter: v.number(),
    magnitudeThresholds: numbers,
  }),
});

export type Problem1Results = v.InferOutput<typeof problem1Results>;
export type Problem1Run = v.InferOutput<typeof run>;
export type ComparisonName = keyof Problem1Results["runs"];

/** Checks the content of a results.json. Throws DataError that names the file and the fields, or the version. */
export function parseProblem1Results(json: unknown, { name }: { readonly name: string }): Problem1Results {
  const { format, version } = (json ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format === "handgrad problem1" && typeof version === "number" && version > 1) {
    throw new DataError(`${name}: written by a newer Handgrad (version ${version}, this one reads 1); update Handgrad`);
  }
  const result = v.safeParse(problem1Results, json);
  if (result.success) return result.output;
  throw new DataError(problemLines(`${name}: not the results of a lab`, explain(result.issues).slice(0, 5)));
}
