import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, zeros } from "./array.ts";

export class LabelSmoothingLoss {
  smoothing: number;
  logits?: NdArray;
  labels: number[] = [];

  constructor(smoothing: number) {
    this.smoothing = smoothing;
  }

  target(i: number, c: number, classes: number): number {
    return (c === this.labels[i] ? 1 - this.smoothing : 0) + this.smoothing / classes;
  }

  normalizer(i: number): number {
    const classes = this.logits.shape[1];
    const row = this.logits.data.slice(i * classes, (i + 1) * classes);
    const most = Math.max(...row);
    return most + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0));
  }

  forward(logits: NdArray, labels: number[]): number {
    this.logits = logits;
    this.labels = labels;
    const [n, classes] = logits.shape;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const z = this.normalizer(i);
      for (let c = 0; c < classes; c++) sum -= this.target(i, c, classes) * (logits.data[i * classes + c] - z);
    }
    return sum / n;
  }

  backward(): NdArray {
    const [n, classes] = this.logits.shape;
    const gradient = zeros(n, classes);
    for (let i = 0; i < n; i++) {
      const z = this.normalizer(i);
      for (let c = 0; c < classes; c++) {
        const p = Math.exp(this.logits.data[i * classes + c] - z);
        gradient.data[i * classes + c] = (p - this.target(i, c, classes)) / n;
      }
    }
    return gradient;
  }
}
`;

const twoParts = `import { map } from "./array.ts";

export class LabelSmoothingLoss {
  constructor(smoothing) {
    this.s = smoothing;
  }
  forward(logits, labels) {
    const k = logits.shape[1];
    const highest = labels.map((_, i) => logits.data.slice(i * k, i * k + k).reduce((a, b) => (a > b ? a : b)));
    const shifted = map(logits, (value, at) => value - highest[Math.floor(at / k)]);
    const sums = labels.map(() => 0);
    shifted.data.forEach((value, at) => { sums[Math.floor(at / k)] += Math.exp(value); });
    const logs = map(shifted, (value, at) => value - Math.log(sums[Math.floor(at / k)]));
    const ofLabels = labels.reduce((sum, label, i) => sum + logs.data[i * k + label], 0);
    const ofAll = logs.data.reduce((sum, value) => sum + value, 0);
    this.gradient = map(logs, (value, at) => (Math.exp(value) - this.s / k) / labels.length);
    labels.forEach((label, i) => { this.gradient.data[i * k + label] -= (1 - this.s) / labels.length; });
    return -((1 - this.s) * ofLabels + (this.s / k) * ofAll) / labels.length;
  }
  backward() {
    return map(this.gradient, (value) => value);
  }
}
`;

const target = "(c === this.labels[i] ? 1 - this.smoothing : 0) + this.smoothing / classes";
const entry = "(logits.data[i * classes + c] - z)";

export const labelSmoothing: Submissions = {
  id: "labelSmoothing",
  solution,
  styles: [twoParts],
  mistakes: [
    { name: "no smoothing", causes: ["missing-smoothing"], change: [[target, "c === this.labels[i] ? 1 : 0"]] },
    {
      name: "divided by classes − 1",
      causes: ["wrong-divisor"],
      change: [[target, "c === this.labels[i] ? 1 - this.smoothing : this.smoothing / (classes - 1)"]],
    },
    {
      name: "not divided by classes",
      causes: ["missing-1/N"],
      change: [[target, "(c === this.labels[i] ? 1 - this.smoothing : 0) + this.smoothing"]],
    },
    {
      name: "the label without its share",
      causes: ["missing-term"],
      change: [[target, "c === this.labels[i] ? 1 - this.smoothing : this.smoothing / classes"]],
    },
    {
      name: "smoothing exchanged",
      causes: ["exchanged"],
      change: [[target, "(c === this.labels[i] ? this.smoothing : 0) + (1 - this.smoothing) / classes"]],
    },
    {
      name: "smoothing of its own",
      causes: ["own-smoothing"],
      change: [["this.smoothing = smoothing;", "this.smoothing = 0.1;"]],
    },
    {
      name: "no smoothing in backward",
      causes: ["missing-smoothing"],
      change: [["(p - this.target(i, c, classes))", "(p - (c === this.labels[i] ? 1 : 0))"]],
    },
    { name: "no mean", causes: ["missing-1/N"], change: [["return sum / n;", "return sum;"]] },
    {
      name: "no mean in backward",
      causes: ["missing-1/N"],
      change: [["(p - this.target(i, c, classes)) / n", "p - this.target(i, c, classes)"]],
    },
    { name: "the wrong sign", causes: ["sign"], change: [["sum -= this.target", "sum += this.target"]] },
    { name: "no shift", causes: ["overflow"], change: [["const most = Math.max(...row);", "const most = 0;"]] },
    {
      name: "log of a rounded p",
      causes: ["overflow"],
      change: [
        [
          `this.target(i, c, classes) * ${entry}`,
          "this.target(i, c, classes) * Math.log(Math.exp(logits.data[i * classes + c] - z))",
        ],
      ],
    },
    {
      name: "p − t is t − p",
      causes: ["sign"],
      change: [["(p - this.target(i, c, classes))", "(this.target(i, c, classes) - p)"]],
    },
    {
      name: "labels are kept",
      causes: ["stale-state"],
      change: [["this.labels = labels;", "if (this.labels.length !== labels.length) this.labels = labels;"]],
    },
    {
      name: "only the labels",
      causes: ["missing-term"],
      change: [
        [
          `for (let c = 0; c < classes; c++) sum -= this.target(i, c, classes) * ${entry}`,
          "const c = labels[i];\n      sum -= (1 - this.smoothing) * (logits.data[i * classes + c] - z)",
        ],
      ],
    },

    {
      name: "backward is divided by the classes",
      causes: ["wrong-divisor"],
      change: [["(p - this.target(i, c, classes)) / n", "(p - this.target(i, c, classes)) / classes"]],
    },
    { name: "labels from 1", causes: ["off-by-one"], change: [["c === this.labels[i]", "c === this.labels[i] - 1"]] },
  ],
};
