// What a classifier gets wrong: precision and recall by class, the confusion matrix, calibration.
import { classificationMetrics, datasetOf, fit, multilayerPerceptron, predictOutputs, RandomState } from "handgrad";

// Points around three centres; the last two are close together, so they are confused.
const random = new RandomState(2);
const labelNames = ["far", "near left", "near right"];
function points(rows: number) {
  const labels = Array.from({ length: rows }, (_, row) => row % 3);
  const inputs = labels.map((label) => [1, 2].map(() => [-4, 0, 1.5][label] + random.randn()));
  return datasetOf({ inputs, labels, labelNames });
}
const [train, validation, test] = [points(600), points(150), points(300)];

const network = multilayerPerceptron({ sizes: [2, 16, 3], random });
const optimizer = { kind: "adam", learningRate: 0.01 } as const;
const { best } = await fit({ network, optimizer, train, validation, random, batchSize: 20, epochs: 8 });
if (best) network.load(best.parameters);

const logits = await predictOutputs(network, test);
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
