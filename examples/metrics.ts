// What a classifier gets wrong: precision and recall by class, the confusion matrix, calibration.
import {
  classificationMetrics,
  type Dataset,
  fit,
  parseSettings,
  predictOutputs,
  prepareFit,
  RandomState,
} from "handgrad";

// Points around three centres; the last two are close together, and so will be confused.
const random = new RandomState(2);
const labelNames = ["far", "near left", "near right"];
function points(name: string, rows: number): Dataset {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 3);
  const inputs = Float32Array.from({ length: 2 * rows }, (_, i) => [-4, 0, 1.5][labels[i >> 1]] + random.randn());
  return { name, inputs, inputShape: [2], labels, labelNames };
}
const [train, validation, test] = [points("train", 600), points("validation", 150), points("test", 300)];

const settings = parseSettings({ layers: [2, 16, 3], initializer: "he", batchSize: 20, epochs: 8 });
const options = prepareFit(settings, { train, validation });
const { best } = await fit(options);
options.network.load(best?.parameters ?? {});

const logits = await predictOutputs(options.network, test);
const { top1, classes, macro, confusion, calibrationError } = classificationMetrics(logits, test.labels, {
  labelNames,
});
console.log(
  `accuracy ${top1.toFixed(3)}, macro F1 ${macro.f1.toFixed(3)}, calibration error ${calibrationError.toFixed(3)}`,
);
for (const { label, precision, recall } of classes) {
  console.log(`${label}: precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}`);
}
console.log(confusion.map((row, i) => `${labelNames[i].padEnd(10)} ${row.join(" ")}`).join("\n"));
