import * as v from "valibot";
import { explain, problemLines } from "../../src/schema.ts";
import { DataError } from "../../src/tensor/errors.ts";

// .course/progress.json: the hints that were shown.

/** When each hint of an exercise was shown, by the exercise's id; at most three dates. */
export type Hints = Readonly<Record<string, readonly string[]>>;

const progressSchema = v.object({
  format: v.literal("handgrad course"),
  version: v.literal(1),
  hints: v.record(
    v.pipe(v.string(), v.maxLength(100)),
    v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.maxLength(3)),
  ),
});

/** Throws DataError that begins with `name` if the text is damaged. */
export function parseHints(text: string, name: string): Hints {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${name}: damaged: not JSON; delete it, and hints are counted from zero`, { cause: error });
  }
  const result = v.safeParse(progressSchema, json);
  if (result.success) return result.output.hints;
  throw new DataError(
    problemLines(`${name}: damaged; delete it, and hints are counted from zero`, explain(result.issues).slice(0, 3)),
  );
}

export const hintsText = (hints: Hints): string =>
  `${JSON.stringify({ format: "handgrad course", version: 1, hints }, undefined, 2)}\n`;
