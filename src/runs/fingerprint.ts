import type { Dataset } from "../data/dataset.ts";
import type { DataSource } from "../experiments/dataSource.ts";
import { crc32, crc32OfRows } from "../formats/crc32.ts";
import { sizeOf } from "../tensor/tensor.ts";

/** The CRC-32 of bytes; `previous` is that of the bytes before these. Node has a faster one than Handgrad. */
export type Checksum = (bytes: Uint8Array, previous?: number) => number;

/**
 * Short evidence that two data sets are the same, so that a run does not resume on other rows: checksums of the parts in memory
 * and, for data that was encoded here, of the meaning of the numbers (a column in another unit may give the same standardized numbers).
 */
export function fingerprint(
  source: Pick<DataSource, "train" | "validation" | "test" | "preprocessing" | "normalization">,
  checksum: Checksum = crc32,
): string {
  const { train, validation, test, preprocessing } = source;
  const parts = `${ofPart(train, checksum)} ${ofPart(validation, checksum)}`;
  if (typeof test === "function") return parts;
  const columns = preprocessing && { ...preprocessing, ignored: preprocessing.ignored.map(inEarlierWords) };
  const meaning = checksum(utf8(JSON.stringify([train.labelNames, train.inputShape, columns, source.normalization])));
  return `${parts} ${ofPart(test, checksum)} ${meaning.toString(16)}`;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);

/** The reasons for ignoring columns are part of the checksum, so they must keep the words of the first runs that have them. */
const earlierWords = new Map([["is a row number", "numbers the rows"]]);

const inEarlierWords = <Ignored extends { readonly reason: string }>(column: Ignored): Ignored => ({
  ...column,
  reason: earlierWords.get(column.reason) ?? column.reason,
});

function ofPart(dataset: Dataset, checksum: Checksum): string {
  const { labels, targets } = dataset;
  const rest = targets ? [labels, targets.values] : [labels];
  const sum = rest.reduce((crc, part) => checksum(bytesOf(part), crc), ofInputs(dataset, checksum, 0));
  return `${labels.length}:${sum.toString(16)}`;
}

/** The fingerprint of data in parts, from the checksums of all rows; the same as that of the whole data. */
function ofInputs({ inputs, inputShape, parts }: Dataset, checksum: Checksum, previous: number): number {
  if (!parts?.sums) return checksum(bytesOf(inputs), previous);
  return crc32OfRows(parts.sums.crc32, sizeOf(inputShape) * inputs.BYTES_PER_ELEMENT, previous);
}

/**
 * Equal for runs whose validation scores can be compared: the same target in the same validation rows, however these are encoded and
 * whichever rows train.
 */
export function scoredOn({ validation, rows, table, preprocessing }: DataSource, checksum: Checksum = crc32): string {
  const { labels, labelNames, targets } = validation;
  const parts: ArrayBufferView[] = [];
  let start = checksum(utf8(JSON.stringify(labelNames)));
  if (table && rows) {
    const scored = rows.validation.length > 0 ? rows.validation : rows.train;
    parts.push(scored);
    const cells = table.columns.find(({ name }) => name === preprocessing?.target.name)?.cells;
    if (targets && cells instanceof Float64Array) parts.push(Float64Array.from(scored, (row) => cells[row]));
    else parts.push(labels);
  } else {
    start = ofInputs(validation, checksum, start);
    parts.push(labels, ...(targets ? [targets.values] : []));
  }
  const sum = parts.reduce((crc, part) => checksum(bytesOf(part), crc), start);
  return `${labels.length}:${sum.toString(16)}`;
}
