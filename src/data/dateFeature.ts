import * as v from "valibot";
import { finite, positive } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { Table, TableColumn } from "./table.ts";

/** The parts of a date that repeat. */
export type CyclicPart = "month" | "weekday" | "day" | "hour";

/** How a column of dates becomes numbers: the year, then sine and cosine of each cyclic part; a missing date is 0 in all of them. */
export interface DateFeature {
  readonly kind: "date";
  readonly name: string;
  /** a DateFormat */
  readonly format: string;
  /** the year is a number, (year − mean)/deviation; absent if training had one year only */
  readonly year?: { readonly mean: number; readonly deviation: number } | undefined;
  /** each CyclicPart becomes sin and cos of 2π(part − first)/period */
  readonly cycles: readonly string[];
  readonly indicator: boolean;
}

/** The names of formats and parts are checked where dates are read: pages that only predict read none. */
export const dateFeatureSchema = v.object({
  kind: v.literal("date"),
  name: v.string(),
  format: v.string(),
  year: v.optional(v.object({ mean: finite, deviation: positive })),
  cycles: v.array(v.string()),
  indicator: v.boolean(),
});

/** How many numbers a date becomes. */
export function dateWidth({ year, cycles, indicator }: DateFeature): number {
  return (year ? 1 : 0) + 2 * cycles.length + (indicator ? 1 : 0);
}

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
  throw new DataError(`${name}: dates need the entry "handgrad"`);
};

/** Encodes dates from now on; `registerDates.ts` calls it for the entries that read them. */
export function setDateEncoder(encode: DateEncoder): void {
  encodeDateColumn = encode;
}
