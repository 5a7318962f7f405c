import * as v from "valibot";
import { finite } from "../schema.ts";
import { type DateFormat, dateFormats } from "./dateFormat.ts";
import type { NumberFormat } from "./numberText.ts";

/** How the cells of one column are read, as decided for training. Every other file is read in the same way. */
export type ColumnReading =
  | {
      readonly kind: "number";
      readonly column: string;
      /** plain numbers by default */
      readonly format?: NumberFormat | undefined;
      /** numbers that mean a missing value */
      readonly missing?: readonly number[] | undefined;
      /** the values that infinite cells become; missing values by default */
      readonly clip?: { readonly low: number; readonly high: number } | undefined;
      /** whether texts that are not numbers are treated as missing */
      readonly oddIsMissing?: boolean | undefined;
    }
  | { readonly kind: "text"; readonly column: string }
  | { readonly kind: "date"; readonly column: string; readonly format: DateFormat };

/** How a table is read, as plain data in a model. */
export interface TableReading {
  /** whether the training file has a header */
  readonly header: boolean;
  /** as in `TableOptions` */
  readonly missing?: readonly string[] | undefined;
  /** for columns other than plain numbers and texts */
  readonly columns: readonly ColumnReading[];
}

const numberFormat = v.object({
  decimal: v.picklist([".", ","]),
  thousands: v.picklist(["", ",", ".", "'", " "]),
  currency: v.optional(v.string()),
  percent: v.optional(v.boolean()),
});

export const tableReadingSchema = v.object({
  header: v.boolean(),
  missing: v.optional(v.array(v.string())),
  columns: v.array(
    v.variant("kind", [
      v.object({
        kind: v.literal("number"),
        column: v.string(),
        format: v.optional(numberFormat),
        missing: v.optional(v.array(finite)),
        clip: v.optional(v.object({ low: finite, high: finite })),
        oddIsMissing: v.optional(v.boolean()),
      }),
      v.object({ kind: v.literal("text"), column: v.string() }),
      v.object({ kind: v.literal("date"), column: v.string(), format: v.picklist(dateFormats) }),
    ]),
  ),
});
