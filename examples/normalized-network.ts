// Batch normalization, a residual step, dropout, AdamW, a schedule and clipping, put together by hand.
import {
  BatchNorm,
  CrossEntropyLoss,
  classificationMetrics,
  clipByNorm,
  Dropout,
  datasetOf,
  fit,
  Linear,
  predictOutputs,
  RandomState,
  Relu,
  Residual,
  Sequential,
} from "handgrad";

// Three spirals that wind around each other.
const random = new RandomState(3);
function spirals(rows: number) {
  const labels = Array.from({ length: rows }, (_, row) => row % 3);
  const inputs = labels.map((arm) => {
    const t = random.uniform(0.1, 1);
    const angle = 4 * t + (arm * 2 * Math.PI) / 3 + 0.1 * random.randn();
    return [t * Math.cos(angle), t * Math.sin(angle)];
  });
  return datasetOf({ inputs, labels });
}
const [train, validation] = [spirals(900), spirals(300)];

const step = [new Linear(32, 32, { random }), new BatchNorm(32), new Relu(), new Dropout(0.9)];
const network = new Sequential([
  ...[new Linear(2, 32, { random }), new BatchNorm(32), new Relu()],
  new Residual(step), // x + step(x)
  new Linear(32, 3, { random }),
]);

const { best } = await fit({
  ...{ network, train, validation, random, epochs: 20, batchSize: 50 },
  loss: new CrossEntropyLoss({ labelSmoothing: 0.05 }),
  optimizer: { kind: "adam", learningRate: 0.01, scaledWeightDecay: 0.01 }, // AdamW: the decay is multiplied by the learning rate
  schedule: { kind: "oneCycle" },
  clip: (gradients) => clipByNorm(gradients, 5),
});
if (best) network.load(best.parameters);

const metrics = classificationMetrics(await predictOutputs(network, validation), validation.labels);
console.log(network.summary([2]));
console.log(`accuracy ${metrics.top1.toFixed(3)}, macro F1 ${metrics.macro.f1.toFixed(3)}`);
console.log(metrics.confusion.map((line) => line.join(" ")).join("\n"));
