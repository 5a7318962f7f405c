import { crc32 } from "node:zlib";
import type { Dataset } from "../../data/dataset.ts";
import type { DataSource } from "../../experiments/dataSource.ts";

/**
 * Short evidence that two data sets are the same, so that a run does not resume on other rows: checksums of the parts in memory
 * and, for data that was encoded here, of what the numbers mean (a column in another unit may give the same standardized numbers).
 */
export function fingerprint(
  source: Pick<DataSource, "train" | "validation" | "test" | "preprocessing" | "normalization">,
): string {
  const { train, validation, test, preprocessing } = source;
  const parts = `${ofPart(train)} ${ofPart(validation)}`;
  if (typeof test === "function") return parts;
  const meaning = crc32(JSON.stringify([train.labelNames, train.inputShape, preprocessing, source.normalization]));
  return `${parts} ${ofPart(test)} ${meaning.toString(16)}`;
}

function ofPart({ inputs, labels, targets }: Dataset): string {
  const parts = targets ? [inputs, labels, targets.values] : [inputs, labels];
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);
  const sum = parts.reduce((crc, part) => crc32(bytes(part), crc), 0);
  return `${labels.length}:${sum.toString(16)}`;
}
