import * as v from "valibot";
import { count, plainObject } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { Table, TableColumn } from "./table.ts";

// Columns that the entry `handgrad/predict` does not encode: most pages have none, and each kind would increase its size.

/** A column with its own encoding as numbers. */
export interface EncodedFeature<Kind extends "date" | "words" = "date" | "words"> {
  readonly kind: Kind;
  readonly name: string;
  /** the number of inputs */
  readonly width: number;
  /** a `DateEncoding` or `WordEncoding`; it is checked when the column is encoded */
  readonly encoding: Readonly<Record<string, unknown>>;
}
export type DateFeature = EncodedFeature<"date">;
export type WordFeature = EncodedFeature<"words">;

const mostNumbers = 1000;

const featureSchema = <const Kind extends "date" | "words">(kind: Kind) =>
  v.object({
    kind: v.picklist([kind]),
    name: v.string(),
    width: v.pipe(count, v.maxValue(mostNumbers)),
    encoding: plainObject,
  });

export const encodedFeatureSchemas = [featureSchema("date"), featureSchema("words")] as const;

/** Writes the numbers of rows (by default all) into `encoded`, from `offset` on in rows of `width`. Throws DataError. */
export type ColumnEncoder = (
  feature: EncodedFeature,
  table: Table,
  column: TableColumn,
  rows: Int32Array | undefined,
  encoded: Float32Array,
  places: { readonly offset: number; readonly width: number },
) => void;

const encoders: Partial<Record<EncodedFeature["kind"], ColumnEncoder>> = {};

/** Sets the encoder for a kind of columns; `registerDates.ts` and `registerWords.ts` call it. */
export function setColumnEncoder(kind: EncodedFeature["kind"], encode: ColumnEncoder): void {
  encoders[kind] = encode;
}

/** Throws DataError for a kind without an encoder in this entry. */
export const encodeColumn: ColumnEncoder = (feature, ...rest) => {
  const encode = encoders[feature.kind];
  if (!encode) throw new DataError(`${feature.name}: ${feature.kind} need "handgrad"`);
  encode(feature, ...rest);
};
