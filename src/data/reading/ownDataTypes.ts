import type { PixelRange } from "../arrayImages.ts";
import type { Dataset } from "../dataset.ts";
import type { GivenRows } from "../givenRows.ts";
import type { Table } from "../table.ts";
import type { TableReading } from "../tableReading.ts";

/** The user's data as it was read: nothing is fitted or split, except for parts that are given separately. */
export type OwnData = OwnTable | OwnImages;

interface ReadData {
  /** the kind of file or folder, for messages */
  readonly format: string;
  /** one line for each decision made while reading: what was skipped, converted or assumed, and the option that changes it */
  readonly notes?: readonly string[];
}

export interface OwnTable extends ReadData {
  readonly kind: "table";
  readonly table: Table;
  readonly target?: string;
  /** the rows of parts that are given separately, such as `x_test`; the others are for training */
  readonly given?: GivenRows;
  /** how to read another file in the same way */
  readonly reading?: TableReading;
}

export interface OwnImages extends ReadData {
  readonly kind: "images";
  readonly dataset: Dataset;
  /** parts that are given separately, such as the folders `val/` and `test/` or the arrays `x_val` and `x_test` */
  readonly validation?: Dataset;
  readonly test?: Dataset;
  /** for image files: the name of each row of `dataset` */
  readonly files?: readonly string[];
  /** for arrays of numbers: the smallest and the largest pixel value, which became 0 and 255 */
  readonly pixelRange?: PixelRange;
}
