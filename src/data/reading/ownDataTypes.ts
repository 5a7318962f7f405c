import type { PixelRange } from "../arrayImages.ts";
import type { Dataset } from "../dataset.ts";
import type { GivenRows } from "../givenRows.ts";
import type { Table } from "../table.ts";
import type { TableReading } from "../tableReading.ts";

/** Data that users bring, as it is: nothing fitted and nothing split, except for parts that come separately. */
export type OwnData = OwnTable | OwnImages;

interface ReadData {
  /** the kind of file or folder, as text */
  readonly format: string;
  /** one line for each decision made while reading: what was skipped, converted or guessed, and the option that changes it */
  readonly notes?: readonly string[];
}

export interface OwnTable extends ReadData {
  readonly kind: "table";
  readonly table: Table;
  readonly target?: string;
  /** rows of parts that come separately, such as those of `x_test`; the others are to train */
  readonly given?: GivenRows;
  /** how another file is read in the same way */
  readonly reading?: TableReading;
}

export interface OwnImages extends ReadData {
  readonly kind: "images";
  readonly dataset: Dataset;
  /** parts that come separately, such as the folders `val/` and `test/` or the arrays `x_val` and `x_test` */
  readonly validation?: Dataset;
  readonly test?: Dataset;
  /** of images that are files: what each row of `dataset` is called */
  readonly files?: readonly string[];
  /** of arrays of numbers: the smallest and the largest value of a pixel, which became 0 and 255 */
  readonly pixelRange?: PixelRange;
}
