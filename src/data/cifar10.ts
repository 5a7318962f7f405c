import { DataError } from "../tensor/errors.ts";
import type { Dataset } from "./dataset.ts";
import { planesToPixels } from "./imageSinks.ts";

const cifar10Names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

const pixels = 32 * 32;
const recordLength = 1 + 3 * pixels;

/**
 * Reads CIFAR-10's binary files, in order. A record is a label and 3 planes of 32×32 bytes (red, green, blue); images become (32,
 * 32, 3). Throws DataError for a file whose length is not a multiple of the record length, and for a label above 9. Source:
 * https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
 */
export function readCifar10(
  files: readonly Uint8Array[],
  { name, labelNames = cifar10Names }: { readonly name: string; readonly labelNames?: readonly string[] },
): Dataset {
  const counts = files.map((bytes, i) => {
    if (bytes.length > 0 && bytes.length % recordLength === 0) return bytes.length / recordLength;
    throw new DataError(
      `${name}: file ${i + 1}: expected a multiple of ${recordLength} bytes, found ${bytes.length}; download it again`,
    );
  });
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const inputs = new Uint8Array(rows * 3 * pixels);
  const labels = new Int32Array(rows);
  let row = 0;
  for (const [i, bytes] of files.entries()) {
    for (let record = 0; record < counts[i]; record++, row++) {
      const start = record * recordLength;
      labels[row] = bytes[start];
      if (bytes[start] >= labelNames.length) {
        throw new DataError(
          `${name}: file ${i + 1}, image ${record}: expected a label from 0 to ${labelNames.length - 1}, found ${bytes[start]}`,
        );
      }
      const planes = bytes.subarray(start + 1, start + recordLength);
      planesToPixels(planes, inputs.subarray(row * planes.length, (row + 1) * planes.length));
    }
  }
  return { name, inputs, inputShape: [32, 32, 3], labels, labelNames };
}
