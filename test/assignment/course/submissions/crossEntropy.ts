import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray, zeros } from "./array.ts";

export class CrossEntropyLoss {
  p?: NdArray;
  labels: number[] = [];

  forward(logits: NdArray, labels: number[]): number {
    const [batch, classes] = logits.shape;
    const p = zeros(batch, classes);
    let loss = 0;
    for (let i = 0; i < batch; i++) {
      let most = -Infinity;
      for (let j = 0; j < classes; j++) most = Math.max(most, logits.data[i * classes + j]);
      let sum = 0;
      for (let j = 0; j < classes; j++) sum += Math.exp(logits.data[i * classes + j] - most);
      for (let j = 0; j < classes; j++) p.data[i * classes + j] = Math.exp(logits.data[i * classes + j] - most) / sum;
      loss += Math.log(sum) - (logits.data[i * classes + labels[i]] - most);
    }
    this.p = p;
    this.labels = labels;
    return loss / batch;
  }

  backward(): NdArray {
    const [batch, classes] = this.p.shape;
    const d = map(this.p, (value) => value);
    for (let i = 0; i < batch; i++) d.data[i * classes + this.labels[i]] -= 1;
    return map(d, (value) => value / batch);
  }
}
`;

const withLogSoftmax = `import { NdArray } from "./array.ts";

export class CrossEntropyLoss {
  forward(logits, labels) {
    const [n, c] = logits.shape;
    this.shape = [n, c];
    this.labels = labels.slice();
    this.logs = [];
    for (let i = 0; i < n; i++) {
      const row = [...logits.data.slice(i * c, i * c + c)];
      const most = row.reduce((a, b) => (a > b ? a : b));
      const total = most + Math.log(row.reduce((s, v) => s + Math.exp(v - most), 0));
      this.logs.push(...row.map((v) => v - total));
    }
    return -labels.map((label, i) => this.logs[i * c + label]).reduce((a, b) => a + b, 0) / n;
  }
  backward() {
    const [n, c] = this.shape;
    return new NdArray(this.shape, this.logs.map((v, at) => (Math.exp(v) - (at % c === this.labels[Math.floor(at / c)] ? 1 : 0)) / n));
  }
}
`;

const gradientInForward = `import { zeros } from "./array.ts";

export class CrossEntropyLoss {
  forward(logits, labels) {
    const batch = labels.length;
    const classes = logits.size / batch;
    this.gradient = zeros(batch, classes);
    let mean = 0;
    for (let i = 0; i < batch; i++) {
      const x = (j) => logits.data[i * classes + j];
      let most = x(0);
      for (let j = 1; j < classes; j++) if (x(j) > most) most = x(j);
      let sum = 0;
      for (let j = 0; j < classes; j++) sum += Math.exp(x(j) - most);
      mean += (most + Math.log(sum) - x(labels[i])) / batch;
      for (let j = 0; j < classes; j++) this.gradient.data[i * classes + j] = Math.exp(x(j) - most) / sum / batch;
      this.gradient.data[i * classes + labels[i]] -= 1 / batch;
    }
    return mean;
  }
  backward() {
    return this.gradient;
  }
}
`;

const term = "Math.log(sum) - (logits.data[i * classes + labels[i]] - most)";
const subtract = "for (let i = 0; i < batch; i++) d.data[i * classes + this.labels[i]] -= 1;";
const back = "return map(d, (value) => value / batch);";

export const crossEntropy: Submissions = {
  id: "crossEntropy",
  solution,
  styles: [withLogSoftmax, gradientInForward],
  mistakes: [
    { name: "a sum", causes: ["missing-1/N"], change: [["return loss / batch", "return loss"]] },
    { name: "dlogits of a sum", causes: ["missing-1/N"], change: [[back, "return d;"]] },
    {
      name: "divided by the classes",
      causes: ["wrong-1/N"],
      change: [["return loss / batch", "return loss / classes"]],
    },
    { name: "sign", causes: ["sign"], change: [[term, "logits.data[i * classes + labels[i]] - most - Math.log(sum)"]] },
    { name: "log of p", causes: ["log-of-zero"], change: [[term, "-Math.log(p.data[i * classes + labels[i]])"]] },
    {
      name: "log of p and a small number",
      causes: ["log-of-zero"],
      change: [[term, "-Math.log(p.data[i * classes + labels[i]] + 1e-12)"]],
    },
    { name: "no logarithm", causes: ["missing-log"], change: [[term, "1 - p.data[i * classes + labels[i]]"]] },
    {
      name: "first row",
      causes: ["wrong-index"],
      change: [[subtract, "for (let i = 0; i < batch; i++) d.data[this.labels[i]] -= 1;"]],
    },
    { name: "no onehot", causes: ["missing-term"], change: [[subtract, ""]] },
    {
      name: "1 everywhere",
      causes: ["labels-unused"],
      change: [[subtract, "for (let i = 0; i < d.size; i++) d.data[i] -= 1;"]],
    },
    {
      name: "only onehot is divided",
      causes: ["missing-1/N"],
      change: [
        [subtract, "for (let i = 0; i < batch; i++) d.data[i * classes + this.labels[i]] -= 1 / batch;"],
        [back, "return d;"],
      ],
    },
    {
      name: "no shift",
      causes: ["overflow"],
      change: [["most = Math.max(most, logits.data[i * classes + j])", "most = 0"]],
    },
    {
      name: "with respect to p",
      causes: ["wrong-derivative"],
      change: [
        [
          subtract,
          "d.data.fill(0);\n    for (let i = 0; i < batch; i++) d.data[i * classes + this.labels[i]] = -1 / this.p.data[i * classes + this.labels[i]];",
        ],
      ],
    },
    {
      name: "the labels of the first batch",
      causes: ["stale-state"],
      change: [["this.labels = labels;", "if (this.labels.length === 0) this.labels = labels;"]],
    },
    {
      name: "backward uses up p",
      causes: ["wrong-result", "shape", "result", "exception"],
      change: [[back, "return this.p.size as never;"]],
    },
    {
      name: "two mistakes in dlogits",
      causes: ["wrong-index", "missing-1/N"],
      change: [
        [subtract, "for (let i = 0; i < batch; i++) d.data[i + this.labels[i]] -= 1;"],
        [back, "return d;"],
      ],
    },
  ],
};
