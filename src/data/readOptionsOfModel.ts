import * as v from "valibot";
import { explain, problemLines } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { TableReadOptions } from "./tableOptions.ts";
import type { TablePreprocessing } from "./tablePreprocessing.ts";
import { tableReadingSchema } from "./tableReading.ts";

/**
 * How another file is read for a model: as the file of its training. Models of earlier versions knew plain numbers and texts alone.
 * Throws DataError for a damaged description.
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
    problemLines("the model: how its tables are read is damaged", explain(result.issues).slice(0, 5)),
  );
}
