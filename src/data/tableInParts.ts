import { ownsColumn, type TableParts } from "./columnParts.ts";
import type { Dataset } from "./dataset.ts";
import { withRowSums } from "./datasetInParts.ts";
import { dealRows, heldParts, type RowParts, rowsOfParts } from "./rowParts.ts";
import type { Table } from "./table.ts";
import { encodeFeatures, featureCount, featureWidth, type TablePreprocessing } from "./tablePreprocessing.ts";

/** A table whose columns are divided among processes. */
type TableInParts = Table & { readonly parts: TableParts };

export const isInParts = (table: Table): table is TableInParts => table.parts !== undefined;

/** The approximate number of encoded numbers that are exchanged at a time. */
const mostNumbers = 2 ** 20;

/**
 * Rows of a table in parts as a data set: they are dealt to the parts class by class, and each process gets the inputs of its own
 * rows. All processes must call it. Throws DataError.
 */
export function tableDataset(
  preprocessing: TablePreprocessing,
  table: TableInParts,
  rows: Int32Array,
  rest: Omit<Dataset, "inputs" | "parts">,
): Dataset {
  const { count, ranks } = table.parts;
  const parts = dealRows(rest.labels, { count, ranks }, rest.name);
  return withRowSums({ ...rest, inputs: encodeOwnRows(preprocessing, table, rows, parts), parts });
}

/** The inputs of this process's rows: it sends its columns of other rows to their processes, and receives their columns of its rows. */
function encodeOwnRows(
  preprocessing: TablePreprocessing,
  table: TableInParts,
  rows: Int32Array,
  parts: RowParts,
): Float32Array {
  const { ranks } = parts;
  const width = featureCount(preprocessing);
  const own = rowsOfRank(parts, ranks.rank);
  const columns = columnsOfRank(preprocessing, table, ranks.rank);
  const encoded = new Float32Array(own.length * width);
  const each = Math.max(1, Math.floor(mostNumbers / Math.max(1, width)));
  // Pairs of ranks at every distance, as in all exchanges
  for (let distance = 0; distance < ranks.size; distance++) {
    const partner = ranks.rank ^ distance;
    const theirs = distance === 0 ? own : rowsOfRank(parts, partner);
    const received = columnsOfRank(preprocessing, table, partner);
    for (let start = 0; start < Math.max(own.length, theirs.length); start += each) {
      const chunk = theirs.subarray(start, start + each).map((row) => rows[row]);
      const outgoing = columns.width > 0 ? encodeFeatures(columns.preprocessing, table, chunk) : new Float32Array(0);
      const length = Math.min(each, Math.max(0, own.length - start));
      const incoming = distance === 0 ? outgoing : new Float32Array(length * received.width);
      if (distance > 0) ranks.swap(partner, outgoing, incoming);
      placeColumns(encoded, incoming, { start, width, columns: received });
    }
  }
  return encoded;
}

interface RankColumns {
  /** with the features of one rank alone */
  readonly preprocessing: TablePreprocessing;
  readonly width: number;
  /** where their numbers are in a row */
  readonly offsets: Int32Array;
}

function columnsOfRank(preprocessing: TablePreprocessing, { parts }: TableInParts, rank: number): RankColumns {
  const offsets: number[] = [];
  let offset = 0;
  const features = preprocessing.features.filter((feature) => {
    const width = featureWidth(feature);
    const isOwn = ownsColumn(parts, feature.name, rank);
    for (let i = 0; isOwn && i < width; i++) offsets.push(offset + i);
    offset += width;
    return isOwn;
  });
  return { preprocessing: { ...preprocessing, features }, width: offsets.length, offsets: Int32Array.from(offsets) };
}

/** The places, in a data set, of the rows that a process holds, ascending. */
const rowsOfRank = (parts: RowParts, rank: number): Int32Array => rowsOfParts(parts, heldParts(parts, rank));

function placeColumns(
  encoded: Float32Array,
  incoming: Float32Array,
  { start, width, columns }: { readonly start: number; readonly width: number; readonly columns: RankColumns },
): void {
  const { offsets } = columns;
  for (let from = 0, row = start * width; from < incoming.length; row += width) {
    for (let i = 0; i < offsets.length; i++) encoded[row + offsets[i]] = incoming[from++];
  }
}
