import { type Dataset, inspectImages } from "handgrad";
import type { DataInfo, SampleImage } from "./protocol.ts";

const mostClasses = 20;
const perClass = 6;

/** Counts and a few images of each class. */
export function imagesInfo(dataset: Dataset, validation: number, test: number): NonNullable<DataInfo["images"]> {
  const { inputShape, labels, labelNames, inputs } = dataset;
  const { classes } = inspectImages(dataset);
  const size = inputShape.reduce((product, length) => product * length, 1);
  const shown = new Map(classes.slice(0, mostClasses).map(({ value }) => [value, 0]));
  const samples: SampleImage[] = [];
  for (let row = 0; row < labels.length && samples.length < perClass * shown.size; row++) {
    const label = labelNames[labels[row]];
    const count = shown.get(label) ?? perClass;
    if (count >= perClass) continue;
    shown.set(label, count + 1);
    samples.push({ label, pixels: Uint8Array.from(inputs.subarray(row * size, (row + 1) * size)) });
  }
  return { count: labels.length, inputShape: [...inputShape], classes, validation, test, samples };
}
