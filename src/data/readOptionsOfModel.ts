import * as v from "valibot";
import { explain, problemLines } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { TableReadOptions } from "./tableOptions.ts";
import type { TablePreprocessing } from "./tablePreprocessing.ts";
import { tableReadingSchema } from "./tableReading.ts";

/**
 * The options for reading another file in the same way as the training data of a model. Models of earlier versions know only
 * plain numbers and texts. Throws DataError for a damaged description.
 */
export function readOptionsOfModel({
  reading,
  features,
}: Pick<TablePreprocessing, "reading" | "features">): TableReadOptions {
  const expected = features.map(({ name }) => name);
  if (reading === undefined) return { rules: 1, expected };
  const result = v.safeParse(tableReadingSchema, reading);
  if (result.success) return { reading: result.output, expected };
  throw new DataError(
    problemLines("the model: its description of how to read tables is damaged", explain(result.issues).slice(0, 5)),
  );
}
