import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray, zeros } from "./array.ts";

export class LayerNorm {
  w: NdArray;
  b: NdArray;
  dw: NdArray;
  db: NdArray;
  epsilon: number;
  hat?: NdArray;
  inverse: number[] = [];

  constructor(w: NdArray, b: NdArray, epsilon = 1e-5) {
    this.w = w;
    this.b = b;
    this.dw = zeros(...w.shape);
    this.db = zeros(...b.shape);
    this.epsilon = epsilon;
  }

  forward(x: NdArray, training: boolean): NdArray {
    const [batch, n] = x.shape;
    this.hat = zeros(batch, n);
    this.inverse = [];
    for (let i = 0; i < batch; i++) {
      let mean = 0;
      for (let j = 0; j < n; j++) mean += x.data[i * n + j] / n;
      let variance = 0;
      for (let j = 0; j < n; j++) variance += (x.data[i * n + j] - mean) ** 2 / n;
      this.inverse.push(1 / Math.sqrt(variance + this.epsilon));
      for (let j = 0; j < n; j++) this.hat.data[i * n + j] = (x.data[i * n + j] - mean) * this.inverse[i];
    }
    return map(this.hat, (value, at) => value * this.w.data[at % n] + this.b.data[at % n]);
  }

  backward(dy: NdArray): NdArray {
    const [batch, n] = dy.shape;
    this.dw = zeros(n);
    this.db = zeros(n);
    const dx = zeros(batch, n);
    for (let i = 0; i < batch; i++) {
      let mean = 0;
      let projection = 0;
      for (let j = 0; j < n; j++) {
        const at = i * n + j;
        this.dw.data[j] += dy.data[at] * this.hat.data[at];
        this.db.data[j] += dy.data[at];
        const g = dy.data[at] * this.w.data[j];
        mean += g / n;
        projection += (g * this.hat.data[at]) / n;
      }
      for (let j = 0; j < n; j++) {
        const at = i * n + j;
        dx.data[at] = this.inverse[i] * (dy.data[at] * this.w.data[j] - mean - this.hat.data[at] * projection);
      }
    }
    return dx;
  }
  parameters() {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

// the chain rule step by step, with the variance as E[x²] − μ²
const stepByStep = `import { NdArray } from "./array.ts";

export class LayerNorm {
  constructor(w, b, epsilon = 1e-5) {
    Object.assign(this, { w, b, epsilon, dw: new NdArray(w.shape), db: new NdArray(b.shape) });
  }
  forward(x) {
    this.x = x;
    const [rows, n] = x.shape;
    const y = new NdArray(x.shape);
    this.stats = [];
    for (let i = 0; i < rows; i++) {
      const row = x.data.slice(i * n, i * n + n);
      const mean = row.reduce((a, v) => a + v, 0) / n;
      const variance = row.reduce((a, v) => a + v * v, 0) / n - mean * mean;
      const deviation = Math.sqrt(variance + this.epsilon);
      this.stats.push({ mean, deviation });
      for (let j = 0; j < n; j++) y.data[i * n + j] = (this.w.data[j] * (row[j] - mean)) / deviation + this.b.data[j];
    }
    return y;
  }
  backward(dy) {
    const [rows, n] = dy.shape;
    this.dw.data.fill(0);
    this.db.data.fill(0);
    const dx = new NdArray(dy.shape);
    for (let i = 0; i < rows; i++) {
      const { mean, deviation } = this.stats[i];
      let dVariance = 0;
      let dMean = 0;
      for (let j = 0; j < n; j++) {
        const at = i * n + j;
        const centred = this.x.data[at] - mean;
        this.dw.data[j] += (dy.data[at] * centred) / deviation;
        this.db.data[j] += dy.data[at];
        const dHat = dy.data[at] * this.w.data[j];
        dVariance += dHat * centred * -0.5 * deviation ** -3;
        dMean -= dHat / deviation;
      }
      for (let j = 0; j < n; j++) {
        const at = i * n + j;
        dx.data[at] = (dy.data[at] * this.w.data[j]) / deviation + (dVariance * 2 * (this.x.data[at] - mean)) / n + dMean / n;
      }
    }
    return dx;
  }
  parameters() {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

// dx from the matrix of derivatives
const withMatrix = `import { map, matmul, NdArray, zeros } from "./array.ts";

export class LayerNorm {
  constructor(w, b, epsilon = 1e-5) {
    this.w = w;
    this.b = b;
    this.epsilon = epsilon;
  }
  forward(x) {
    const [rows, n] = x.shape;
    this.roots = [];
    this.hat = map(x, (v) => v);
    for (let i = 0; i < rows; i++) {
      const row = this.hat.data.subarray(i * n, (i + 1) * n);
      const mean = row.reduce((a, v) => a + v) / n;
      row.forEach((v, j) => { row[j] = v - mean; });
      const root = Math.hypot(...row, Math.sqrt(n * this.epsilon)) / Math.sqrt(n);
      this.roots.push(root);
      row.forEach((v, j) => { row[j] = v / root; });
    }
    return map(this.hat, (v, at) => this.b.data[at % n] + v * this.w.data[at % n]);
  }
  backward(dy) {
    const [rows, n] = dy.shape;
    const dx = zeros(rows, n);
    this.dw = zeros(n);
    this.db = zeros(n);
    for (let i = 0; i < rows; i++) {
      const h = this.hat.data.slice(i * n, i * n + n);
      const jacobian = zeros(n, n);
      for (let j = 0; j < n; j++)
        for (let k = 0; k < n; k++) jacobian.data[j * n + k] = (Number(j === k) - 1 / n - (h[j] * h[k]) / n) / this.roots[i];
      const g = new NdArray([1, n], h.map((_, j) => dy.data[i * n + j] * this.w.data[j]));
      dx.data.set(matmul(g, jacobian).data, i * n);
      for (let j = 0; j < n; j++) {
        this.dw.data[j] += h[j] * dy.data[i * n + j];
        this.db.data[j] += dy.data[i * n + j];
      }
    }
    return dx;
  }
  parameters() {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

const dx = "this.inverse[i] * (dy.data[at] * this.w.data[j] - mean - this.hat.data[at] * projection)";
const root = "1 / Math.sqrt(variance + this.epsilon)";

export const layerNorm: Submissions = {
  id: "layerNorm",
  solution,
  styles: [stepByStep, withMatrix],
  mistakes: [
    { name: "sample variance", causes: ["sample-variance"], change: [["- mean) ** 2 / n", "- mean) ** 2 / (n - 1)"]] },
    {
      name: "ε outside of the root",
      causes: ["epsilon"],
      change: [[root, "1 / (Math.sqrt(variance) + this.epsilon)"]],
    },
    { name: "ε of its own", causes: ["epsilon"], change: [[root, "1 / Math.sqrt(variance + 1e-5)"]] },
    { name: "no root", causes: ["missing-root"], change: [[root, "1 / (variance + this.epsilon)"]] },
    { name: "no bias", causes: ["missing-bias"], change: [[" + this.b.data[at % n]", ""]] },
    {
      name: "no factor w in dx",
      causes: ["missing-factor"],
      change: [
        ["const g = dy.data[at] * this.w.data[j]", "const g = dy.data[at]"],
        ["(dy.data[at] * this.w.data[j] - mean", "(dy.data[at] - mean"],
      ],
    },
    {
      name: "μ and σ² constant",
      causes: ["missing-term"],
      change: [[dx, "this.inverse[i] * dy.data[at] * this.w.data[j]"]],
    },
    {
      name: "σ² constant",
      causes: ["missing-term"],
      change: [[dx, "this.inverse[i] * (dy.data[at] * this.w.data[j] - mean)"]],
    },
    {
      name: "sums for means",
      causes: ["missing-1/N"],
      change: [
        ["mean += g / n", "mean += g"],
        ["(g * this.hat.data[at]) / n", "g * this.hat.data[at]"],
      ],
    },
    { name: "dx without the deviation", causes: ["missing-factor"], change: [["this.inverse[i] * (dy", "(dy"]] },
    {
      name: "dw from x",
      causes: ["wrong-input"],
      change: [
        [
          "this.dw.data[j] += dy.data[at] * this.hat.data[at]",
          "this.dw.data[j] += dy.data[at] * (this.hat.data[at] / this.inverse[i])",
        ],
      ],
    },
    { name: "dw accumulates", causes: ["accumulated"], change: [["    this.dw = zeros(n);\n", ""]] },
    { name: "the deviations of earlier batches", causes: ["stale-state"], change: [["    this.inverse = [];\n", ""]] },
    {
      name: "db of the last example",
      causes: ["one-example"],
      change: [["this.db.data[j] += dy.data[at]", "this.db.data[j] = dy.data[at]"]],
    },
  ],
};
