import { z } from "zod";
import { DataError } from "../../src/tensor/errors.ts";

const numbers = z.array(z.number());
const accuracies = { trainAccuracy: numbers, valAccuracy: numbers };

const run = z.object({
  config: z.record(z.string(), z.unknown()),
  rule: z.string(),
  lambda: z.number(),
  loss: numbers,
  ...accuracies,
  bestEpoch: z.int(),
  parameters: z.object({
    count: z.int(),
    sumOfMagnitudes: z.number(),
    norm: z.number(),
    largest: z.number(),
    below: numbers,
  }),
  reference: z
    .object({
      rows: z.int(),
      equalRows: z.int(),
      publishedRows: z.int(),
      equalPublishedRows: z.int(),
      losses: z.int(),
      largestLossDifference: z.number(),
    })
    .optional(),
  published: z.object(accuracies).optional(),
});

const training = z.object({ epochs: z.int(), trainImages: z.int(), validationImages: z.int() });
const normalization = z.object({ mean: numbers, deviation: numbers });

/** The content of a lab's results.json: every number of its report. Reports are made from this and nothing else. */
export const problem1Results = z.object({
  format: z.literal("handgrad problem1"),
  version: z.literal(1),
  plan: z.object({ quick: z.boolean(), tinynet: training, comparison: training }),
  kernels: z.string(),
  checks: z.object({
    checks: z.array(
      z.object({
        section: z.string(),
        quantity: z.string(),
        ours: z.number(),
        published: z.number().optional(),
        passed: z.boolean(),
      }),
    ),
    gelu: z.object({ x: numbers, value: numbers, slope: numbers }),
  }),
  data: z.object({
    standIn: z.boolean(),
    labelNames: z.array(z.string()),
    inputShape: numbers,
    images: z.object({ train: z.int(), validation: z.int() }),
    measured: normalization,
    used: normalization,
  }),
  tinynet: z.object({
    run,
    parametersEqual: z.boolean(),
    validation: z.object({ accuracy: z.number(), loss: z.number() }),
    test: z.object({
      images: z.int(),
      accuracy: z.number(),
      loss: z.number(),
      confusion: z.array(numbers),
      wrong: z.array(
        z.object({ row: z.int(), label: z.int(), predicted: z.int(), probability: z.number(), rgb: z.string() }),
      ),
    }),
    weights: z.object({ units: numbers, width: z.int(), height: z.int(), rgb: z.array(z.string()) }),
  }),
  runs: z.object({ sgd: run, sgdw: run, l1: run, l1pub: run, l2: run, adamw: run, adaml2: run }),
  decay: z.object({
    largestParameterDifference: z.number(),
    largestParameter: z.number(),
    magnitudeThresholds: numbers,
  }),
});

export type Problem1Results = z.output<typeof problem1Results>;
export type Problem1Run = z.output<typeof run>;
export type ComparisonName = keyof Problem1Results["runs"];

/** Checks the content of a results.json. Throws DataError that names the file and the fields, or the version. */
export function parseProblem1Results(json: unknown, { name }: { readonly name: string }): Problem1Results {
  const { format, version } = (json ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format === "handgrad problem1" && typeof version === "number" && version > 1) {
    throw new DataError(`${name}: written by a newer Handgrad (version ${version}, this one reads 1); update Handgrad`);
  }
  const result = problem1Results.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new DataError(`${name}: not the results of a lab:\n${problems.join("\n")}`);
}
