// Batch normalization, a residual step, dropout, AdamW, a schedule and clipping, put together by hand.
import {
  Adam,
  BatchNorm,
  CrossEntropyLoss,
  classificationMetrics,
  clipByNorm,
  type Dataset,
  Dropout,
  fit,
  Linear,
  makeSchedule,
  predictOutputs,
  RandomState,
  Relu,
  Residual,
  Sequential,
} from "handgrad";

// Three spirals that wind around each other.
const random = new RandomState(3);
function spirals(name: string, rows: number): Dataset {
  const inputs = new Float32Array(2 * rows);
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const [arm, t] = [row % 3, random.uniform(0.1, 1)];
    const angle = 4 * t + (arm * 2 * Math.PI) / 3 + 0.1 * random.randn();
    inputs.set([t * Math.cos(angle), t * Math.sin(angle)], 2 * row);
    return arm;
  });
  return { name, inputs, inputShape: [2], labels, labelNames: ["a", "b", "c"] };
}
const [train, validation] = [spirals("train", 900), spirals("validation", 300)];

const linear = (inputs: number, outputs: number) => new Linear(inputs, outputs, { random, initializer: "he" });
const step = new Residual([linear(32, 32), new BatchNorm(32), new Relu(), new Dropout(0.9)]);
const network = new Sequential([linear(2, 32), new BatchNorm(32), new Relu(), step, linear(32, 3)]);

const [learningRate, epochs] = [0.01, 20];
const { best } = await fit({
  ...{ network, train, validation, random, epochs, batchSize: 50 },
  loss: new CrossEntropyLoss({ labelSmoothing: 0.05 }),
  optimizer: new Adam(network, { learningRate, scaledWeightDecay: 0.01 }), // the usual AdamW: multiplied by the learning rate
  schedule: makeSchedule({ kind: "oneCycle" }, { learningRate, epochs, stepsPerEpoch: 18 }),
  clip: (gradients) => clipByNorm(gradients, 5),
});
network.load(best?.parameters ?? {});

const metrics = classificationMetrics(await predictOutputs(network, validation), validation.labels);
console.log(`parameters: ${network.parameterNames.join(", ")}`);
console.log(`accuracy ${metrics.top1.toFixed(3)}, macro F1 ${metrics.macro.f1.toFixed(3)}`);
console.log(metrics.confusion.map((line) => line.join(" ")).join("\n"));
