import type { Submissions } from "../support.ts";

const solution = `import { map, NdArray, type Parameter, zeros } from "./array.ts";

export class BatchNorm {
  w: NdArray;
  b: NdArray;
  dw: NdArray;
  db: NdArray;
  momentum: number;
  epsilon: number;
  runningMean: NdArray;
  runningVariance: NdArray;
  hat?: NdArray;
  inverse?: NdArray;

  constructor(w: NdArray, b: NdArray, momentum = 0.1, epsilon = 1e-5) {
    this.w = w;
    this.b = b;
    this.dw = zeros(...w.shape);
    this.db = zeros(...b.shape);
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.runningMean = zeros(...w.shape);
    this.runningVariance = map(w, () => 1);
  }

  forward(x: NdArray, training: boolean): NdArray {
    const [n, features] = x.shape;
    let mean = this.runningMean;
    let variance = this.runningVariance;
    if (training) {
      mean = zeros(features);
      variance = zeros(features);
      for (let i = 0; i < x.size; i++) mean.data[i % features] += x.data[i] / n;
      for (let i = 0; i < x.size; i++) variance.data[i % features] += (x.data[i] - mean.data[i % features]) ** 2 / n;
      this.runningMean = map(this.runningMean, (r, j) => (1 - this.momentum) * r + this.momentum * mean.data[j]);
      this.runningVariance = map(this.runningVariance, (r, j) => (1 - this.momentum) * r + this.momentum * variance.data[j] * (n / (n - 1)));
    }
    this.inverse = map(variance, (v) => 1 / Math.sqrt(v + this.epsilon));
    this.hat = map(x, (value, i) => (value - mean.data[i % features]) * this.inverse.data[i % features]);
    return map(this.hat, (value, i) => this.w.data[i % features] * value + this.b.data[i % features]);
  }

  backward(dy: NdArray): NdArray {
    const [n, features] = dy.shape;
    this.dw = zeros(features);
    this.db = zeros(features);
    for (let i = 0; i < dy.size; i++) {
      this.dw.data[i % features] += dy.data[i] * this.hat.data[i];
      this.db.data[i % features] += dy.data[i];
    }
    return map(dy, (g, i) => {
      const j = i % features;
      return this.w.data[j] * this.inverse.data[j] * (g - this.db.data[j] / n - (this.hat.data[i] * this.dw.data[j]) / n);
    });
  }

  parameters(): Parameter[] {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

// the chain rule one step at a time, with E[x²] − μ² as the variance and running statistics changed in place
const stepByStep = `import { NdArray } from "./array.ts";

export class BatchNorm {
  constructor(w, b, momentum = 0.1, epsilon = 1e-5) {
    const filled = (value) => new NdArray(w.shape, new Array(w.size).fill(value));
    Object.assign(this, { w, b, momentum, epsilon, dw: filled(0), db: filled(0), runningMean: filled(0), runningVariance: filled(1) });
  }

  forward(x, training) {
    const [n, d] = x.shape;
    const y = new NdArray(x.shape);
    this.x = Array.from(x.data);
    this.means = [];
    this.variances = [];
    for (let j = 0; j < d; j++) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        sum += x.data[i * d + j];
        squares += x.data[i * d + j] ** 2;
      }
      const mean = training ? sum / n : this.runningMean.data[j];
      const variance = training ? squares / n - mean * mean : this.runningVariance.data[j];
      if (training) {
        this.runningMean.data[j] += this.momentum * (mean - this.runningMean.data[j]);
        this.runningVariance.data[j] += this.momentum * (variance * n / (n - 1) - this.runningVariance.data[j]);
      }
      this.means.push(mean);
      this.variances.push(variance);
      const scale = this.w.data[j] / Math.sqrt(variance + this.epsilon);
      for (let i = 0; i < n; i++) y.data[i * d + j] = scale * x.data[i * d + j] + (this.b.data[j] - scale * mean);
    }
    return y;
  }

  backward(dy) {
    const [n, d] = dy.shape;
    const dx = new NdArray(dy.shape);
    for (let j = 0; j < d; j++) {
      const root = Math.sqrt(this.variances[j] + this.epsilon);
      let dVariance = 0;
      let dMean = 0;
      this.dw.data[j] = 0;
      this.db.data[j] = 0;
      for (let i = 0; i < n; i++) {
        const at = i * d + j;
        const centered = this.x[at] - this.means[j];
        this.dw.data[j] += dy.data[at] * centered / root;
        this.db.data[j] += dy.data[at];
        const dHat = dy.data[at] * this.w.data[j];
        dVariance += dHat * centered * -0.5 / root ** 3;
        dMean -= dHat / root;
      }
      for (let i = 0; i < n; i++) {
        const at = i * d + j;
        const centered = this.x[at] - this.means[j];
        dx.data[at] = dy.data[at] * this.w.data[j] / root + dVariance * 2 * centered / n + dMean / n;
      }
    }
    return dx;
  }
}
`;

const direct = "(g - this.db.data[j] / n - (this.hat.data[i] * this.dw.data[j]) / n)";
const ofMean = "(1 - this.momentum) * r + this.momentum * mean.data[j]";
const ofVariance = "(1 - this.momentum) * r + this.momentum * variance.data[j] * (n / (n - 1))";

export const batchNorm: Submissions = {
  id: "batchNorm",
  solution,
  styles: [stepByStep],
  mistakes: [
    {
      name: "sample variance",
      causes: ["sample-variance"],
      change: [
        ["** 2 / n;", "** 2 / (n - 1);"],
        [" * (n / (n - 1))", ""],
      ],
    },
    { name: "no division of the variance", causes: ["missing-1/N"], change: [["** 2 / n;", "** 2;"]] },
    {
      name: "epsilon outside of the root",
      causes: ["epsilon"],
      change: [["Math.sqrt(v + this.epsilon)", "(Math.sqrt(v) + this.epsilon)"]],
    },
    { name: "no epsilon", causes: ["epsilon"], change: [["v + this.epsilon", "v"]] },
    { name: "own epsilon", causes: ["epsilon"], change: [["v + this.epsilon", "v + 1e-5"]] },
    { name: "no root", causes: ["missing-root"], change: [["Math.sqrt(v + this.epsilon)", "(v + this.epsilon)"]] },
    {
      name: "mean not subtracted",
      causes: ["missing-term"],
      change: [["(value - mean.data[i % features]) * this.inverse", "value * this.inverse"]],
    },
    { name: "no b", causes: ["missing-bias"], change: [[" + this.b.data[i % features]", ""]] },
    { name: "no w in forward", causes: ["missing-factor"], change: [["this.w.data[i % features] * value", "value"]] },
    { name: "training and evaluation swapped", causes: ["swapped"], change: [["if (training) {", "if (!training) {"]] },
    { name: "always training", causes: ["swapped"], change: [["if (training) {", "{"]] },
    {
      name: "evaluation changes the statistics",
      causes: ["swapped"],
      change: [
        [
          "this.inverse = map(variance",
          "if (!training) for (let i = 0; i < x.size; i++) this.runningMean.data[i % features] += x.data[i];\n    this.inverse = map(variance",
        ],
      ],
    },
    {
      name: "momentum the other way",
      causes: ["exchanged"],
      change: [
        [ofMean, "this.momentum * r + (1 - this.momentum) * mean.data[j]"],
        [ofVariance, "this.momentum * r + (1 - this.momentum) * variance.data[j] * (n / (n - 1))"],
      ],
    },
    { name: "running population variance", causes: ["population-variance"], change: [[" * (n / (n - 1))", ""]] },
    {
      name: "running statistics replaced",
      causes: ["no-average"],
      change: [
        [ofMean, "mean.data[j]"],
        [ofVariance, "variance.data[j] * (n / (n - 1))"],
      ],
    },
    {
      name: "running statistics never change",
      causes: ["not-updated"],
      change: [
        [ofMean, "r"],
        [ofVariance, "r"],
      ],
    },
    { name: "own momentum", causes: ["momentum"], change: [["this.momentum = momentum;", "this.momentum = 0.1;"]] },
    {
      name: "running deviation",
      causes: ["wrong-quantity"],
      change: [["this.momentum * variance.data[j] * (n / (n - 1))", "this.momentum * Math.sqrt(variance.data[j])"]],
    },
    { name: "mean and variance are constants", causes: ["missing-term"], change: [[direct, "g"]] },
    { name: "no mean of dy", causes: ["missing-term"], change: [[" - this.db.data[j] / n", ""]] },
    { name: "no mean of dy·x̂", causes: ["missing-term"], change: [[direct, "(g - this.db.data[j] / n)"]] },
    {
      name: "sums in place of means",
      causes: ["missing-1/N"],
      change: [[direct, "(g - this.db.data[j] - this.hat.data[i] * this.dw.data[j])"]],
    },
    {
      name: "dx without w",
      causes: ["missing-factor"],
      change: [["this.w.data[j] * this.inverse.data[j] * (g", "this.inverse.data[j] * (g"]],
    },
    {
      name: "a sign in dx",
      causes: ["sign"],
      change: [[direct, "(g - this.db.data[j] / n + (this.hat.data[i] * this.dw.data[j]) / n)"]],
    },
    {
      name: "dw from x",
      causes: ["wrong-input"],
      change: [
        ["this.hat = map(x,", "this.x = x;\n    this.hat = map(x,"],
        ["dy.data[i] * this.hat.data[i]", "dy.data[i] * this.x.data[i]"],
      ],
    },
    {
      name: "dw is a mean",
      causes: ["extra-1/N"],
      change: [
        [
          "return map(dy, (g, i)",
          "const sums = this.dw;\n    this.dw = map(sums, (value) => value / n);\n    return map(dy, (g, i)",
        ],
        ["(this.hat.data[i] * this.dw.data[j])", "(this.hat.data[i] * sums.data[j])"],
      ],
    },
    {
      name: "gradients accumulate",
      causes: ["accumulated"],
      change: [
        [
          "this.dw = zeros(features);\n    this.db = zeros(features);",
          "const earlier = [this.dw, this.db];\n    this.dw = zeros(features);\n    this.db = zeros(features);",
        ],
        ["return map(dy, (g, i)", "const dx = map(dy, (g, i)"],
        [
          "/ n);\n    });\n  }\n\n  parameters",
          "/ n);\n    });\n    for (const [k, a] of [this.dw, this.db].entries()) for (let j = 0; j < features; j++) a.data[j] += earlier[k].data[j];\n    return dx;\n  }\n\n  parameters",
        ],
      ],
    },

    {
      name: "squares of x in the variance",
      causes: ["missing-mean"],
      change: [["(x.data[i] - mean.data[i % features]) ** 2 / n", "x.data[i] ** 2 / n"]],
    },
    {
      name: "n − 1 in the means of dx",
      causes: ["wrong-divisor"],
      change: [[direct, "(g - (this.db.data[j] + this.hat.data[i] * this.dw.data[j]) / (n - 1))"]],
    },
  ],
};
