import { crc32 } from "node:zlib";
import type { Dataset, Splits } from "../../data/dataset.ts";
import type { OwnTask } from "../../experiments/task.ts";

/** Short proof that two data sets are the same: without it a run could go on with other images and nobody would notice. */
export function fingerprint({ train, validation }: Pick<Splits, "train" | "validation">): string {
  return `${ofPart(train)} ${ofPart(validation)}`;
}

/** The same of own data, and of what its numbers mean: a column in another unit becomes the same standardized numbers. */
export function ownFingerprint({ splits, preprocessing, normalization }: OwnTask): string {
  const { train, validation, test } = splits;
  const meaning = crc32(JSON.stringify([train.labelNames, train.inputShape, preprocessing, normalization]));
  return `${ofPart(train)} ${ofPart(validation)} ${ofPart(test)} ${meaning.toString(16)}`;
}

function ofPart({ inputs, labels, targets }: Dataset): string {
  const parts = targets ? [inputs, labels, targets] : [inputs, labels];
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);
  const sum = parts.reduce((crc, part) => crc32(bytes(part), crc), 0);
  return `${labels.length}:${sum.toString(16)}`;
}
