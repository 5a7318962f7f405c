// More than one class a row: several numbers at once, and several labels that can each be present or not.
import { datasetOf, evaluate, fit, multilayerPerceptron, predictOutputs, RandomState, tensor } from "handgrad";

const random = new RandomState(5);
const optimizer = { kind: "adam", learningRate: 0.01 } as const;

// Two numbers: from angle and speed of a throw to its height and distance. The loss is the mean squared error.
function throws(rows: number) {
  const inputs = Array.from({ length: rows }, () => [random.uniform(0.2, 1.4), random.uniform(0.5, 1)]);
  const targets = inputs.map(([angle, speed]) => [(speed * Math.sin(angle)) ** 2, speed ** 2 * Math.sin(2 * angle)]);
  return datasetOf({ inputs, targets, labelNames: ["height", "distance"] });
}
const [train, validation, test] = [throws(600), throws(100), throws(100)];
const network = multilayerPerceptron({ sizes: [2, 32, 2], random });
await fit({ network, optimizer, train, validation, random, batchSize: 20, epochs: 30 });
console.log(`R², the mean of both numbers: ${(await evaluate(network, test)).score.toFixed(3)}`);
console.log("height, distance:", network.forward(tensor([[0.8, 0.9]])).toArray());

// Three labels, each yes or no: is the point above, to the right, near the centre? The loss is the binary cross-entropy.
function places(rows: number) {
  const inputs = Array.from({ length: rows }, () => [random.uniform(-1, 1), random.uniform(-1, 1)]);
  const targets = inputs.map(([x, y]) => [y > 0, x > 0, Math.hypot(x, y) < 0.7].map(Number));
  return datasetOf({ inputs, targets, kind: "labels", labelNames: ["above", "right", "central"] });
}
const tags = multilayerPerceptron({ sizes: [2, 32, 3], random });
await fit({ network: tags, optimizer, train: places(600), validation: places(100), random, batchSize: 20, epochs: 20 });
const unseen = places(200);
console.log(`share of correct labels: ${(await evaluate(tags, unseen)).score.toFixed(3)}`);
const { data } = await predictOutputs(tags, unseen); // logits: a label is present if its logit is above 0
console.log(`first point: ${unseen.labelNames.filter((_, i) => data[i] > 0).join(", ") || "none of them"}`);
