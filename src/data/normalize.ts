import { DataError, SettingsError } from "../tensor/errors.ts";
import { type DType, type Numbers, zeros } from "../tensor/tensor.ts";
import type { Dataset, Normalization } from "./dataset.ts";
import { heldRows } from "./datasetInParts.ts";
import { addOverRanks } from "./rowParts.ts";

const byteValues = 256;

/**
 * Per-channel mean μ and population deviation σ of byte / 255 over all rows, exact to float64 because they are taken from
 * the counts of the 256 byte values, then rounded to float32. A channel that never varies gets σ = 1, so that it becomes 0
 * and not NaN. Throws DataError for inputs that are not bytes and for no rows.
 */
export function measureNormalization(dataset: Dataset): Normalization {
  const { name, inputs, labels, inputShape, parts } = dataset;
  if (!(inputs instanceof Uint8Array)) {
    throw new DataError(`${name}: mean and deviation of images need bytes, got ${inputs.constructor.name}`);
  }
  if (labels.length === 0) throw new DataError(`${name}: there are no images to take mean and deviation of`);
  const channels = inputShape[inputShape.length - 1];
  const counts = (parts ? countInParts(dataset, channels) : countBytes(inputs, channels)).map(momentsOfCounts);
  return { mean: counts.map(({ mean }) => mean), deviation: counts.map(({ deviation }) => deviation) };
}

/** The counts of the rows of all processes, on each of them: sums of whole numbers are exact. */
function countInParts(dataset: Dataset, channels: number): Float64Array[] {
  const counts = new Uint32Array(byteValues * channels);
  for (const [, bytes] of heldRows(dataset)) addCounts(bytes, channels, counts);
  const all = Float64Array.from(counts);
  if (dataset.parts) addOverRanks(dataset.parts.ranks, all);
  return byChannel(all, channels);
}

/** How often each byte value occurs in each channel (the last, fastest dimension). */
export function countBytes(bytes: Uint8Array, channels: number): Float64Array[] {
  // Uint32 counts are the fast ones; no typed array has 2³² entries of one value in practice, but a channel of one might
  const rows = bytes.length / channels;
  if (rows >= 2 ** 32) throw new DataError(`too many pixels to count: ${rows}`);
  const counts = new Uint32Array(byteValues * channels);
  addCounts(bytes, channels, counts);
  return byChannel(Float64Array.from(counts), channels);
}

const byChannel = (counts: Float64Array, channels: number): Float64Array[] =>
  Array.from({ length: channels }, (_, channel) => counts.subarray(channel * byteValues, (channel + 1) * byteValues));

function addCounts(bytes: Uint8Array, channels: number, counts: Uint32Array): void {
  if (channels === 3) countThreeChannels(bytes, counts);
  else for (let i = 0; i < bytes.length; i++) counts[(i % channels) * byteValues + bytes[i]]++;
}

/** The same without the remainder of a division for every byte, which would take half a second of a start. */
function countThreeChannels(bytes: Uint8Array, counts: Uint32Array): void {
  for (let i = 0; i < bytes.length; i += 3) {
    counts[bytes[i]]++;
    counts[256 + bytes[i + 1]]++;
    counts[512 + bytes[i + 2]]++;
  }
}

/** μ = Σ n_b·b / (255·N),   σ = √(Σ n_b·(b − 255μ)² / N) / 255 */
function momentsOfCounts(counts: Float64Array): { mean: number; deviation: number } {
  let [total, sum, squares] = [0, 0, 0];
  counts.forEach((count, byte) => {
    total += count;
    sum += count * byte;
  });
  counts.forEach((count, byte) => {
    squares += count * (byte - sum / total) ** 2;
  });
  const deviation = Math.fround(Math.sqrt(squares / total) / 255);
  return { mean: Math.fround(sum / total / 255), deviation: deviation === 0 ? 1 : deviation };
}

/**
 * What each byte becomes in each channel, (channels × 256): (byte / 255 − μ) / σ with each of the three operations rounded
 * to float32, as NumPy does on float32 arrays; in float64 the rounded values are widened. Throws SettingsError.
 */
export function normalizationTable({ mean, deviation }: Normalization, dtype: DType): Numbers {
  if (mean.length === 0 || mean.length !== deviation.length) {
    throw new SettingsError(
      `normalization: expected a mean and a deviation for each channel, got ${mean.length} and ${deviation.length}`,
    );
  }
  if (![...mean, ...deviation].every(Number.isFinite) || deviation.some((value) => Math.fround(value) <= 0)) {
    throw new SettingsError(
      `normalization: expected finite means and deviations above 0, got [${mean.join(", ")}] and [${deviation.join(", ")}]`,
    );
  }
  const table = zeros(dtype, mean.length * byteValues);
  const round = Math.fround;
  mean.forEach((channelMean, channel) => {
    const [center, scale] = [round(channelMean), round(deviation[channel])];
    for (let byte = 0; byte < byteValues; byte++) {
      table[channel * byteValues + byte] = round(round(round(byte / 255) - center) / scale);
    }
  });
  return table;
}
