// %% [markdown]
// # Fully connected networks, by hand: TypeScript
//
// Every cell of the assignment as TypeScript that you can run and change. `problem1-numpy.ipynb` beside this notebook does the same with
// NumPy alone and prints the same lines.
//
// This notebook needs Jupyter and Deno’s kernel. One line installs both, and NumPy; it needs Python with pip and nothing else:
//
// ```
// pip install notebook numpy deno==2.7.14 && deno jupyter --install --force
// ```
//
// Then `jupyter notebook problem1.ipynb` opens it. Everything else is in this folder: `handgrad.js` (the library), `checks.json` and
// `runs.json` (what the assignment printed), `images.npz` (some of the images).

// %% setup
import { writeFileSync } from "node:fs";
import { Adam, CrossEntropyLoss, Dropout, Flatten, Gelu, Linear, Sequential, Sgd, l1, l2 } from "./handgrad.ts";
import { dropoutNet, fullyConnectedNetwork, smallFullyConnected, tinyNet } from "./handgrad.ts";
import { checkGradients, evaluate, evaluation, numericalGradient, relativeError, Trainer } from "./handgrad.ts";
import { encodeNpz, firstRows, loadCifar100, readFile, readNpz, readText, type Dataset } from "./handgrad.ts";
import { RandomState, Tensor, tensor, Workspace } from "./handgrad.ts";
import { type AssignmentData, fromLinspace, parseReference, publishedL1 } from "./handgrad.ts";
import { accuracyFigure, comparisonFigure, lossFigure, showFigure } from "./handgrad.ts";

const checks: AssignmentData = JSON.parse(readText("checks.json"));
const runs = parseReference(readText("runs.json"), { name: "runs.json" });

// true: few images, about half a minute. false: all images and epochs of the assignment, which takes many minutes
const quick = true;
// for quick = false: the folder with train.mat, test.mat and meta.mat of CIFAR-100
const cifar100 = "cifar100";

/** Standard normal numbers, as from np.random.RandomState(seed).randn(…). */
function normal(seed: number, ...shape: number[]): Tensor {
  const x = Tensor.zeros(shape, "float64");
  new RandomState(seed).fillRandn(x.data);
  return x;
}

function digits(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-3) return value.toFixed(6);
  return value.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2");
}

/** Prints our number beside the one that the assignment printed. */
function compare(quantity: string, ours: number, printed: number, passed: boolean): void {
  const numbers = `${digits(ours).padStart(12)}   assignment ${digits(printed).padStart(12)}`;
  console.log(`${quantity.padEnd(32)}${numbers}   ${passed ? "ok" : "NOT OK"}`);
}

/** For fixed inputs: the digits that are shown must be those of the assignment. */
function same(quantity: string, ours: number, printed: number): void {
  compare(quantity, ours, printed, digits(ours) === digits(printed));
}

/** For random inputs: the error must be at most the assignment’s, or its bound. */
function below(quantity: string, error: number, printed: number, bound: number = printed): void {
  compare(quantity, error, printed, error <= bound);
}

// Central differences of fourth order: their own error is near 1e-12
const sharp = { order: 4, h: 1e-3 } as const;

// %% [markdown]
// ## Data
//
// Images are bytes (N, 32, 32, 3). A batch is (byte / 255 − mean) / deviation of each channel.

// %% data
async function readImages(file: string): Promise<Record<"train" | "validation" | "test", Dataset>> {
  const arrays = await readNpz(readFile(file), { name: file });
  const part = (name: string): Dataset => ({
    name,
    inputs: arrays[`${name}_images`].data as Uint8Array,
    inputShape: arrays[`${name}_images`].shape.slice(1),
    labels: arrays[`${name}_labels`].data as Int32Array,
    labelNames: about.labelNames,
  });
  return { train: part("train"), validation: part("validation"), test: part("test") };
}
const about = JSON.parse(readText("images.json"));
const data = quick ? await readImages("images.npz") : await loadCifar100({ data: cifar100 });
const isCifar100 = !quick || about.source === "CIFAR-100";
const { mean, std } = runs.tinynet.config.normalization;
const normalization = isCifar100 ? { mean, deviation: std } : about.normalization;

console.log(isCifar100 ? "CIFAR-100, 20 superclasses" : "STAND-IN DATA: drawn images, not CIFAR-100");
const imagesOf = { train: checks.data.data_train, validation: checks.data.data_val, test: checks.data.data_test };
for (const part of ["train", "validation", "test"] as const) {
  const { labels, inputShape } = data[part];
  console.log(`${part}: (${[labels.length, ...inputShape].join(", ")})   assignment (${imagesOf[part].join(", ")})`);
}
console.log(`label names: ${data.train.labelNames.length}   assignment ${checks.data.label_names}`);
console.log(data.train.labelNames.join(", "));

// %% [markdown]
// ## Fully connected layer: forward
//
// $$y = x W + b$$

// %% fc-forward
const fc = new Linear(168, 4, { initializer: "zeros", dtype: "float64" });
fc.w.value.data.set(fromLinspace({ linspace: [-0.2, 0.2], shape: [168, 4] }).data);
fc.b.value.data.set(fromLinspace({ linspace: [-0.3, 0.3], shape: [4] }).data);
const fcOut = fc.forward(new Flatten().forward(fromLinspace({ linspace: [-0.1, 0.4], shape: [3, 7, 6, 4] })));
same(
  "difference",
  relativeError(fcOut.data, tensor(checks.fc_forward.expected, "float64").data),
  checks.fc_forward.difference,
);

// %% [markdown]
// ## GELU: forward
//
// $$y = \tfrac{1}{2} x \left(1 + \tanh\left(\sqrt{2 / \pi}\,(x + 0.044715 x^3)\right)\right)$$

// %% gelu-forward
const geluOut = new Gelu().forward(fromLinspace({ linspace: [-1.5, 1.5], shape: [3, 4] }));
same(
  "difference",
  relativeError(geluOut.data, tensor(checks.gelu_forward.expected, "float64").data),
  checks.gelu_forward.difference,
);

// %% [markdown]
// ## Dropout: forward
//
// In training each value survives with probability $p$ and is scaled by $1/p$; in evaluation nothing happens. $p = 0$ and $p = 1$ both
// mean no dropout. The assignment has other random numbers, so its digits differ: the share of zeros must be $1 - p$ and the
// mean must stay, within 5 standard deviations.

// %% dropout-forward
const dropoutIn = normal(0, 100, 100);
dropoutIn.data.forEach((value, i) => {
  dropoutIn.data[i] = value + 5;
});
const sumOf = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);
const meanOf = (x: Tensor): number => sumOf(x.data) / x.size;
const zerosOf = (x: Tensor): number => x.data.filter((value) => value === 0).length / x.size;
const printedDropout = checks.dropout_forward;
for (const [i, p] of printedDropout.keep_prob.entries()) {
  const layer = new Dropout(p);
  const trained = layer.forward(dropoutIn, { mode: "train", random: new RandomState(1) });
  const evaluated = layer.forward(dropoutIn, evaluation);
  const share = p === 0 ? 0 : 1 - p;
  const spread = p === 0 ? 0 : 5 * Math.sqrt((share / p) * 1.04 * 1e-4);
  const [before, after] = [meanOf(dropoutIn), meanOf(trained)];
  console.log(`p = ${p}`);
  compare("  mean of the input", before, printedDropout.mean_of_input, Math.abs(before - 5) < 0.05);
  compare(
    "  mean in training",
    after,
    printedDropout.mean_of_output_training[i],
    Math.abs(after / before - 1) <= spread,
  );
  compare(
    "  mean in evaluation",
    meanOf(evaluated),
    printedDropout.mean_of_output_evaluation[i],
    meanOf(evaluated) === before,
  );
  compare(
    "  zeros in training",
    zerosOf(trained),
    printedDropout.fraction_zero_training[i],
    Math.abs(zerosOf(trained) - share) <= 5 * Math.sqrt(share * (1 - share) * 1e-4),
  );
  compare(
    "  zeros in evaluation",
    zerosOf(evaluated),
    printedDropout.fraction_zero_evaluation[i],
    zerosOf(evaluated) === 0,
  );
}

// %% [markdown]
// ## Gradients of the layers
//
// Each gradient is compared with central differences: $\max |a - b| / \max(10^{-8}, |a| + |b|)$. The inputs are standard normal numbers,
// other ones than the assignment’s, so an error must be at most the assignment’s.
//
// Fully connected: $dx = dy\,W^\top$, $dW = x^\top dy$, $db = \sum dy$.

// %% fc-backward
const fcGrad = new Sequential([
  new Flatten(),
  new Linear(12, 15, { random: new RandomState(2), initScale: 1, dtype: "float64" }),
]);
const fcErrors = checkGradients(fcGrad, { x: normal(3, 15, 2, 2, 3), dy: normal(4, 15, 15) }, sharp);
below("error of dx", fcErrors.x, checks.gradient_checks.fc.dx);
below("error of dw", fcErrors.fc1_w, checks.gradient_checks.fc.dw);
below("error of db", fcErrors.fc1_b, checks.gradient_checks.fc.db);

// %% [markdown]
// GELU: $dx = dy \odot y'(x)$, the exact derivative of the formula above.

// %% gelu-backward
const geluErrors = checkGradients(new Gelu(), { x: normal(5, 15, 15), dy: normal(6, 15, 15) }, sharp);
below("error of dx", geluErrors.x, checks.gradient_checks.gelu.dx);

// %% [markdown]
// Dropout: $dx = dy \odot m$ with the mask of the forward pass. The check draws the same mask for every evaluation.

// %% dropout-backward
const dropoutErrors = checkGradients(new Dropout(0.75), { x: normal(7, 5, 5), dy: normal(8, 5, 5) }, sharp);
below("error of dx", dropoutErrors.x, checks.gradient_checks.dropout.dx);

// %% [markdown]
// Fully connected layer and GELU together.

// %% fc-gelu
const chain = new Sequential([
  new Flatten(),
  new Linear(15, 5, { random: new RandomState(9), initScale: 1, dtype: "float64" }),
  new Gelu(),
]);
const chainErrors = checkGradients(chain, { x: normal(10, 3, 5, 3), dy: normal(11, 3, 5) }, sharp);
below("error of dx", chainErrors.x, checks.gradient_checks.fc_gelu.dx);
below("error of dw", chainErrors.fc1_w, checks.gradient_checks.fc_gelu.dw);
below("error of db", chainErrors.fc1_b, checks.gradient_checks.fc_gelu.db);

// %% [markdown]
// ## Softmax and cross-entropy
//
// $$J = -\frac{1}{N} \sum_n \log p_{n, c_n}, \qquad dz = \frac{1}{N} (p - Y)$$
//
// With logits near 0 the loss is near $\log 6$.

// %% cross-entropy
const logits = normal(12, 100, 6);
logits.data.forEach((value, i) => {
  logits.data[i] = 0.001 * value;
});
const labels = Array.from(normal(13, 100).data, (value) => (value < 0 ? 1 : 4));
const loss = new CrossEntropyLoss();
const lossValue = loss.forward(logits, labels);
const lossGradient = loss.backward().clone();
const lossDifferences = numericalGradient(() => loss.forward(logits, labels), logits, sharp);
const printedLoss = checks.gradient_checks.cross_entropy;
compare("loss", lossValue, printedLoss.loss, Math.abs(lossValue - Math.log(6)) < 1e-3);
below("error of dx", relativeError(lossGradient.data, lossDifferences.data), printedLoss.dx);

// %% [markdown]
// ## Small network
//
// fc1 (4→30), GELU, fc2 (30→7): initialization, scores, loss and gradients with the assignment’s fixed weights.

// %% small-network
const small = smallFullyConnected({ random: new RandomState(1234), initScale: 0.02, dtype: "float64" });
const started = small.getParameter("fc1_w").data;
const deviation = Math.sqrt(sumOf(started.map((value) => value * value)) / started.length);
const biases = [...small.getParameter("fc1_b").data, ...small.getParameter("fc2_b").data];
compare("deviation of fc1_w", deviation, 0.02, Math.abs(deviation - 0.02) < 0.002);
compare(
  "largest bias",
  Math.max(...biases.map(Math.abs)),
  0,
  biases.every((value) => value === 0),
);
small.load({
  fc1_w: fromLinspace({ linspace: [-0.7, 0.3], shape: [4, 30] }),
  fc1_b: fromLinspace({ linspace: [-0.6, 0.2], shape: [30] }),
  fc2_w: fromLinspace({ linspace: [-0.2, 0.2], shape: [30, 7] }),
  fc2_b: fromLinspace({ linspace: [-0.9, 0.1], shape: [7] }),
});
const features = fromLinspace(checks.small_network.feats);
const scores = small.forward(features);
const given = checks.small_network;
const expectedScores = given.expected_scores.flat();
const apart = sumOf(scores.data.map((value, i) => Math.abs(value - expectedScores[i])));
console.log(`scores: sum of differences below 1e-6: ${apart < given.scores_tolerance_sum_abs}`);
const smallLoss = new CrossEntropyLoss();
const smallValue = smallLoss.forward(scores, given.labels);
console.log(`loss ${smallValue.toFixed(10)}   assignment ${given.expected_loss.toFixed(10)}`);
const smallErrors = checkGradients(small, { x: features, loss: smallLoss, targets: given.labels }, sharp);
for (const [name, printed] of Object.entries(given.gradient_errors))
  below(`error of ${name}`, smallErrors[name], printed);

// %% [markdown]
// ## Network with dropout
//
// Three layers with GELU and dropout. The assignment accepts errors below $10^{-3}$.

// %% dropout-network
const printedNetwork = checks.gradient_checks.dropout_net;
for (const [p, errorsOfP] of Object.entries(printedNetwork.errors)) {
  const network = dropoutNet({ random: new RandomState(printedNetwork.seed), keepProb: Number(p), dtype: "float64" });
  const x = normal(14, printedNetwork.N, printedNetwork.D);
  const errors = checkGradients(network, { x, loss: new CrossEntropyLoss(), targets: [0, 5, 9] }, sharp);
  console.log(`p = ${p}`);
  for (const [name, printed] of Object.entries(errorsOfP)) {
    below(`  error of ${name}`, errors[name], printed, printedNetwork.bound);
  }
}

// %% [markdown]
// ## Training
//
// `train` does one of the assignment’s runs with the settings in `runs.json`: one random stream draws the weights and then shuffles; the first
// epoch takes the images as they are stored. The quick form takes fewer images and epochs.

// %% train
const regularizers = { none: () => undefined, l1, l2, "sign of the gradient": publishedL1 };

async function train(run: string) {
  const { config, published, loss_first } = runs[run];
  const { learning_rate: learningRate, regularization = "none", reg_lambda = 0 } = config;
  const weightDecay = Number(config.weight_decay ?? 0);
  const epochs = quick ? (run === "tinynet" ? 5 : 3) : config.epochs;
  const trainImages = quick ? (run === "tinynet" ? 4000 : 2000) : config.train_images;
  const images = firstRows(data.train, Math.min(trainImages, data.train.labels.length));
  const random = new RandomState(config.seed);
  const make = run === "tinynet" ? tinyNet : fullyConnectedNetwork;
  const network = make({ random, initScale: config.init_scale, dtype: "float64" });
  const trainer = new Trainer({
    network,
    random,
    train: images,
    validation: data.validation,
    normalization,
    epochs,
    batchSize: config.batch_size,
    optimizer: (trained) => new (config.optimizer === "adam" ? Adam : Sgd)(trained, { learningRate, weightDecay }),
    regularizer: regularizers[regularization](reg_lambda),
  });
  console.log(`${run}: ${epochs} epochs of ${images.labels.length} images`);
  for await (const event of trainer) {
    if (event.kind !== "epoch") continue;
    const [wanted, wantedVal] = [published?.train_acc[event.epoch], published?.val_acc[event.epoch]];
    const beside = quick || !published ? "" : `   assignment ${wanted?.toFixed(6)}, ${wantedVal?.toFixed(6)}`;
    const row = `training ${event.trainScore.toFixed(6)}, validation ${event.valScore.toFixed(6)}`;
    console.log(`  epoch ${event.epoch + 1}: ${row}${beside}`);
  }
  const { history, best } = trainer;
  const { loss, trainScore, valScore } = history;
  console.log(`  first loss ${loss[0].toFixed(10)}${isCifar100 ? `   assignment ${loss_first[0].toFixed(10)}` : ""}`);
  if (isCifar100) {
    // the batches of the first epoch are the same, however many images there are
    const count = quick ? Math.floor(images.labels.length / config.batch_size) : loss_first.length;
    const equal = loss.slice(0, count).every((value, i) => Math.abs(value / loss_first[i] - 1) < 1e-9);
    console.log(`  first ${count} losses equal to the reference: ${equal}`);
  }
  return { network, best, loss, trainScore, valScore };
}

// %% [markdown]
// ## TinyNet
//
// fc1 (3072→128), GELU, fc2 (128→20), SGD with $\eta = 0.1$: train, show the curves, save the parameters, load them into a new network, evaluate.

// %% tinynet
const tiny = await train("tinynet");

// %% tinynet-loss
const tinyCurves = { name: "TinyNet", style: 0, ...tiny };
showFigure(lossFigure([tinyCurves], { id: "loss", caption: "Loss of each iteration", description: "Loss of TinyNet" }));

// %% tinynet-accuracy
const accuracyText = { id: "accuracy", caption: "Accuracy after each epoch", description: "Accuracy of TinyNet" };
showFigure(accuracyFigure(tinyCurves, accuracyText));

// %% tinynet-load
async function evaluateModel(epoch: string, parameters: ReturnType<Sequential["save"]>, file: string) {
  writeFileSync(file, encodeNpz(parameters));
  const arrays = await readNpz(readFile(file), { name: file });
  const loaded = tinyNet({ random: new RandomState(0), dtype: "float64" });
  loaded.load(
    Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => [name, new Tensor(shape, data as Float64Array)]),
    ),
  );
  const [val, test] = [
    await evaluate(loaded, data.validation, { normalization }),
    await evaluate(loaded, data.test, { normalization }),
  ];
  console.log(`${epoch} epoch: validation ${val.score.toFixed(6)}, test ${test.score.toFixed(6)}`);
  return arrays;
}
const loadedArrays = await evaluateModel("last", tiny.network.save(), "tinynet-last.npz");
await evaluateModel("best", tiny.best?.parameters ?? tiny.network.save(), "tinynet-best.npz");
const { validation_accuracy, test_accuracy, parameters: printedShapes } = checks.tinynet;
console.log(`assignment, last epoch: validation ${validation_accuracy.toFixed(6)}, test ${test_accuracy.toFixed(6)}`);
for (const [name, shape] of Object.entries(printedShapes)) {
  console.log(`loaded ${name} (${loadedArrays[name].shape.join(", ")})   assignment (${shape.join(", ")})`);
}

// %% [markdown]
// ## SGD with weight decay: one step
//
// $$\theta \leftarrow \theta - \eta \nabla J - \lambda \theta$$

// %% sgd-update
const weights = fromLinspace({ linspace: [-0.4, 0.6], shape: [4, 5] });
const gradients = fromLinspace({ linspace: [-0.6, 0.4], shape: [4, 5] });
new Sgd(
  { values: weights.data, gradients: gradients.data, workspace: new Workspace() },
  { learningRate: 1e-3, weightDecay: 1e-4 },
).step();
same("difference of w", relativeError(weights.data, checks.sgd_step.expected.flat()), checks.sgd_step.difference);

// %% [markdown]
// ## SGD, weight decay, L1 and L2
//
// L2 with λ = weight decay / (2η) = 0.005 makes the same steps as weight decay. The published “L1” curve added λ·sign(gradient); `l1pub`
// does the same, `l1` adds λ·sign(θ).

// %% sgd-comparison
const sgd = { name: "SGD", style: 4, ...(await train("sgd")) };
const sgdw = { name: "SGD + weight decay", style: 0, draw: "wide" as const, ...(await train("sgdw")) };
const sgdL1 = { name: "SGD + L1", style: 1, ...(await train("l1")) };
const sgdL1published = { name: "sign of the gradient", style: 2, ...(await train("l1pub")) };
const sgdL2 = { name: "SGD + L2", style: 3, ...(await train("l2")) };
const lossesApart = Math.max(...sgdw.loss.map((value, i) => Math.abs(value - sgdL2.loss[i])));
console.log(`losses of weight decay and L2 equal to 1e-9: ${lossesApart < 1e-9}`);

// %% sgd-comparison-figure
showFigure(
  comparisonFigure([sgd, sgdw, sgdL1, sgdL1published, sgdL2], {
    ...{ id: "decay", caption: "SGD, weight decay, L1 and L2", description: "Loss and accuracies of five runs" },
  }),
);

// %% [markdown]
// ## Adam: one step
//
// $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
// \theta \leftarrow \theta - \eta \frac{\hat m}{\sqrt{\hat v} + \varepsilon} - \lambda \theta$$

// %% adam-update
const adamWeights = fromLinspace({ linspace: [-0.4, 0.6], shape: [4, 5] });
const adamGradients = fromLinspace({ linspace: [-0.6, 0.4], shape: [4, 5] });
const moments = {
  m: fromLinspace({ linspace: [0.6, 0.9], shape: [4, 5] }).data,
  v: fromLinspace({ linspace: [0.7, 0.5], shape: [4, 5] }).data,
};
const adam = new Adam(
  { values: adamWeights.data, gradients: adamGradients.data, workspace: new Workspace() },
  { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
);
adam.restore({ step: 5, buffers: moments });
adam.step();
const { expected_w, expected_m, expected_v, differences } = checks.adam_step;
const { m, v } = adam.state().buffers;
same("difference of w", relativeError(adamWeights.data, expected_w.flat()), differences.w);
same("difference of m", relativeError(m, expected_m.flat()), differences.m);
same("difference of v", relativeError(v, expected_v.flat()), differences.v);

// %% [markdown]
// ## AdamW and Adam with L2, compared with SGD

// %% adam-comparison
const adamw = { name: "AdamW", style: 0, draw: "wide" as const, ...(await train("adamw")) };
const adamL2 = { name: "Adam + L2", style: 1, ...(await train("adaml2")) };

// %% adam-comparison-figure
showFigure(
  comparisonFigure([adamw, adamL2, sgd, { ...sgdw, style: 3 }], {
    ...{ id: "optimizers", caption: "AdamW, Adam with L2 and SGD", description: "Loss and accuracies of four runs" },
  }),
);
