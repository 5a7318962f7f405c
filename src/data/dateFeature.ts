import * as v from "valibot";
import { count, literal, plainObject } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { Table, TableColumn } from "./table.ts";

/** How a column of dates becomes numbers. */
export interface DateFeature {
  readonly kind: "date";
  readonly name: string;
  /** how many numbers */
  readonly width: number;
  /** `DateEncoding`, which is checked where dates are read: pages that only predict read none */
  readonly encoding: Readonly<Record<string, unknown>>;
}

/** The year, and sine and cosine of four parts, and whether the date is missing. */
const mostNumbers = 10;

export const dateFeatureSchema = v.object({
  kind: literal("date"),
  name: v.string(),
  width: v.pipe(count, v.maxValue(mostNumbers)),
  encoding: plainObject,
});

/** Writes the numbers of the dates of rows (by default all) into `encoded`, from `offset` on in rows of `width`. Throws DataError. */
export type DateEncoder = (
  feature: DateFeature,
  table: Table,
  column: TableColumn,
  rows: Int32Array | undefined,
  encoded: Float32Array,
  places: { readonly offset: number; readonly width: number },
) => void;

/** Encodes dates. The entry `handgrad/predict` cannot: most pages have no dates, and reading them is a tenth of its size. */
export let encodeDateColumn: DateEncoder = ({ name }) => {
  throw new DataError(`${name}: dates need "handgrad"`);
};

/** Encodes dates from now on; `registerDates.ts` calls it for the entries that read them. */
export function setDateEncoder(encode: DateEncoder): void {
  encodeDateColumn = encode;
}
