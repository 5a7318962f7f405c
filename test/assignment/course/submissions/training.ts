import type { Submissions } from "../support.ts";

const solution = `import { copy, type NdArray, type Parameter, type Random, rows, shuffled } from "./array.ts";

function accuracy(network, { x, labels }): number {
  const logits = network.forward(x, false);
  const classes = logits.shape[1];
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (logits.data[row * classes + c] > logits.data[row * classes + best]) best = c;
    }
    if (best === labels[row]) right++;
  }
  return right / labels.length;
}

export function train(options) {
  const { network, loss, optimizer, train: examples, validation, batchSize, epochs, random } = options;
  const { learningRateDecay = 1, decayEvery = 1, regularize, onStep } = options;
  const size = examples.labels.length;
  const losses = [];
  const trainAccuracy = [];
  const validationAccuracy = [];
  let best = [];
  let bestAccuracy = -1;
  let step = 0;
  let left = Array.from({ length: size }, (_, i) => i);
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (epoch > 0 && epoch % decayEvery === 0) optimizer.learningRate *= learningRateDecay;
    for (let i = 0; i < Math.floor(size / batchSize); i++) {
      if (left.length < batchSize) left = shuffled(size, random);
      const batch = left.slice(0, batchSize);
      left = left.slice(batchSize);
      const logits = network.forward(rows(examples.x, batch), true);
      let value = loss.forward(logits, batch.map((at) => examples.labels[at]));
      network.backward(loss.backward());
      if (regularize) value += regularize(network.parameters());
      optimizer.step(network.parameters());
      losses.push(value);
      step++;
      onStep?.(step, value);
    }
    trainAccuracy.push(accuracy(network, examples));
    validationAccuracy.push(accuracy(network, validation));
    const now = validationAccuracy[epoch];
    if (now > bestAccuracy) {
      bestAccuracy = now;
      best = network.parameters().map((p) => copy(p.value));
    }
  }
  return { losses, trainAccuracy, validationAccuracy, best };
}
`;

const inBatches = `import { NdArray, rows } from "./array.ts";

const range = (n) => [...Array(n).keys()];
const permute = (list, random) => list.map((item) => [random.uniform(), item]).sort((a, b) => a[0] - b[0]).map(([, item]) => item);

class Trainer {
  constructor(options) {
    this.o = { learningRateDecay: 1, decayEvery: 1, regularize: () => 0, onStep() {}, ...options };
    this.first = options.optimizer.learningRate;
    this.result = { losses: [], trainAccuracy: [], validationAccuracy: [], best: null };
    this.top = -Infinity;
  }
  step(places) {
    const { o } = this;
    const labels = [];
    for (const place of places) labels.push(o.train.labels[place]);
    const j = o.loss.forward(o.network.forward(rows(o.train.x, places), true), labels);
    const dy = o.loss.backward();
    o.network.backward(dy);
    const total = j + o.regularize(o.network.parameters());
    o.optimizer.step(o.network.parameters());
    this.result.losses.push(total);
    o.onStep(this.result.losses.length, total);
  }
  evaluate({ x, labels }) {
    const { o } = this;
    let hits = 0;
    for (let from = 0; from < labels.length; from += 5) {
      const places = range(Math.min(5, labels.length - from)).map((i) => from + i);
      const out = o.network.forward(rows(x, places), false);
      const c = out.shape[1];
      places.forEach((place, i) => {
        const row = Array.from(out.data.slice(i * c, i * c + c));
        hits += Number(row.indexOf(Math.max(...row)) === labels[place]);
      });
    }
    return hits / labels.length;
  }
  run() {
    const { o, result } = this;
    const n = o.train.labels.length;
    for (let e = 0; e < o.epochs; e++) {
      o.optimizer.learningRate = this.first * o.learningRateDecay ** Math.floor(e / o.decayEvery);
      const order = e === 0 ? range(n) : permute(range(n), o.random);
      for (let s = 0; (s + 1) * o.batchSize <= n; s++) this.step(order.slice(s * o.batchSize, (s + 1) * o.batchSize));
      const v = this.evaluate(o.validation);
      result.trainAccuracy.push(this.evaluate(o.train));
      result.validationAccuracy.push(v);
      if (v > this.top) [this.top, result.best] = [v, o.network.parameters().map(({ value }) => new NdArray(value.shape, value.data))];
    }
    return result;
  }
}

export const train = (options) => new Trainer(options).run();
`;

const withValidationLoss = solution.replace(
  "    trainAccuracy.push",
  "    loss.forward(network.forward(validation.x, false), validation.labels);\n    trainAccuracy.push",
);

export const training: Submissions = {
  id: "training",
  solution,
  styles: [inBatches, withValidationLoss],
  mistakes: [
    {
      name: "training in evaluation mode",
      causes: ["training-evaluation-swapped"],
      change: [["batch), true)", "batch), false)"]],
    },
    {
      name: "evaluation in training mode",
      causes: ["training-evaluation-swapped"],
      change: [["network.forward(x, false)", "network.forward(x, true)"]],
    },
    {
      name: "no second argument",
      causes: ["training-evaluation-swapped"],
      change: [["network.forward(x, false)", "network.forward(x)"]],
    },
    {
      name: "step before backward",
      causes: ["order"],
      change: [
        ["      network.backward(loss.backward());\n", ""],
        ["      losses.push(value);", "      network.backward(loss.backward());\n      losses.push(value);"],
      ],
    },
    {
      name: "regularize before backward",
      causes: ["order"],
      change: [
        ["      network.backward(loss.backward());\n", ""],
        ["      optimizer.step", "      network.backward(loss.backward());\n      optimizer.step"],
      ],
    },
    {
      name: "no network.backward",
      causes: ["missing-backward"],
      change: [["network.backward(loss.backward());", "loss.backward();"]],
    },
    {
      name: "logits into backward",
      causes: ["wrong-input"],
      change: [["network.backward(loss.backward());", "loss.backward(); network.backward(logits);"]],
    },
    {
      name: "labels in stored order",
      causes: ["labels-mismatch"],
      change: [["batch.map((at) => examples.labels[at])", "examples.labels.slice(i * batchSize, (i + 1) * batchSize)"]],
    },
    {
      name: "no shuffle",
      causes: ["missing-shuffle"],
      change: [["left = shuffled(size, random)", "left = Array.from({ length: size }, (_, i) => i)"]],
    },
    {
      name: "shuffled from the start",
      causes: ["shuffled-first"],
      change: [["let left = Array.from({ length: size }, (_, i) => i)", "let left = shuffled(size, random)"]],
    },
    {
      name: "one order for all",
      causes: ["same-order"],
      change: [
        ["let step = 0;", "let step = 0; const order = shuffled(size, random);"],
        ["left = shuffled(size, random)", "left = order.slice()"],
      ],
    },
    {
      name: "the remainder is trained",
      causes: ["incomplete-batch"],
      change: [
        ["Math.floor(size / batchSize)", "Math.ceil(size / batchSize)"],
        ["left.length < batchSize", "left.length === 0"],
      ],
    },
    {
      name: "a step too many",
      causes: ["incomplete-batch"],
      change: [["Math.floor(size / batchSize)", "size / batchSize"]],
    },
    {
      name: "the remainder stays",
      causes: ["leftover"],
      change: [["left = shuffled(size, random)", "left = left.concat(shuffled(size, random))"]],
    },
    { name: "always the first batch", causes: ["same-batch"], change: [["left = left.slice(batchSize);", ""]] },
    {
      name: "no decay",
      causes: ["missing-decay"],
      change: [
        ["optimizer.learningRate *= learningRateDecay", "random.rate = optimizer.learningRate * learningRateDecay"],
      ],
    },
    { name: "decay at epoch 0", causes: ["decay-early"], change: [["epoch > 0 && epoch", "epoch"]] },
    {
      name: "decay in each step",
      causes: ["decay-per-step"],
      change: [
        ["if (epoch > 0 && epoch % decayEvery === 0) optimizer.learningRate *= learningRateDecay;", ""],
        ["onStep?.(", "optimizer.learningRate *= learningRateDecay; onStep?.("],
      ],
    },
    {
      name: "decay in each epoch",
      causes: ["decay-every"],
      change: [["epoch > 0 && epoch % decayEvery === 0", "epoch > 0"]],
    },
    { name: "decayEvery without default", causes: ["nan"], change: [["learningRateDecay = 1", "learningRateDecay"]] },
    { name: "no penalty in the losses", causes: ["missing-penalty"], change: [["value += regularize", "regularize"]] },
    {
      name: "no regularize",
      causes: ["missing-penalty"],
      change: [["if (regularize) value += regularize(network.parameters());", ""]],
    },
    { name: "best is not copied", causes: ["not-copied"], change: [["copy(p.value)", "p.value"]] },
    { name: "the last parameters", causes: ["last-epoch"], change: [["if (now > bestAccuracy)", "if (true)"]] },
    {
      name: "best on the training set",
      causes: ["wrong-best"],
      change: [["const now = validationAccuracy", "const now = trainAccuracy"]],
    },
    {
      name: "argmax from zero",
      causes: ["argmax-from-zero"],
      change: [
        ["let best = 0;\n    for (let c = 1;", "let best = 0, top = 0;\n    for (let c = 0;"],
        [
          "> logits.data[row * classes + best]) best = c;",
          "> top) { best = c; top = logits.data[row * classes + c]; }",
        ],
      ],
    },
    { name: "percent", causes: ["percent"], change: [["right / labels.length", "100 * right / labels.length"]] },
    {
      name: "evaluated before the epoch",
      causes: ["evaluation-early"],
      change: [
        [
          "    trainAccuracy.push(accuracy(network, examples));\n    validationAccuracy.push(accuracy(network, validation));\n",
          "",
        ],
        [
          "    for (let i = 0; i < Math",
          "    trainAccuracy.push(accuracy(network, examples));\n    validationAccuracy.push(accuracy(network, validation));\n    for (let i = 0; i < Math",
        ],
      ],
    },
    {
      name: "Math.random",
      causes: ["random-ignored"],
      change: [["shuffled(size, random)", "shuffled(size, { uniform: Math.random, normal: Math.random })"]],
    },
    { name: "no return", causes: ["result"], change: [["return { losses,", "const result = { losses,"]] },
    { name: "onStep from 0", causes: ["step-counter"], change: [["onStep?.(step,", "onStep?.(step - 1,"]] },
    {
      name: "sets swapped",
      causes: ["wrong-input"],
      change: [
        ["accuracy(network, validation)", "accuracy(network, examples)"],
        ["trainAccuracy.push(accuracy(network, examples))", "trainAccuracy.push(accuracy(network, validation))"],
      ],
    },
    {
      name: "only the first parameter",
      causes: ["one-parameter"],
      change: [["optimizer.step(network.parameters())", "optimizer.step(network.parameters().slice(0, 1))"]],
    },
    {
      name: "an old list of parameters",
      causes: ["stale-parameters"],
      change: [
        ["let step = 0;", "let step = 0; const parameters = network.parameters();"],
        ["regularize(network.parameters())", "regularize(parameters)"],
        ["optimizer.step(network.parameters())", "optimizer.step(parameters)"],
      ],
    },
    {
      name: "onStep before the step",
      causes: ["order"],
      change: [
        ["onStep?.(step, value);", ""],
        [
          "optimizer.step(network.parameters())",
          "onStep?.(step + 1, value);\n      optimizer.step(network.parameters())",
        ],
      ],
    },
    { name: "options are needed", causes: ["exception"], change: [["if (regularize) value", "value"]] },
  ],
};
