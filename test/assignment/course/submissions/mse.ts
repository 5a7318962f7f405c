import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray, zeros } from "./array.ts";

export class MeanSquaredError {
  difference: NdArray = zeros(1);

  forward(outputs: NdArray, targets: NdArray): number {
    this.difference = map(outputs, (value, i) => value - targets.data[i]);
    let sum = 0;
    for (const d of this.difference.data) sum += d * d;
    return sum / this.difference.size;
  }

  backward(): NdArray {
    const n = this.difference.size;
    return map(this.difference, (d) => (2 * d) / n);
  }
}
`;

const keepsInputs = `import { copy, NdArray } from "./array.ts";
export class MeanSquaredError {
  forward(outputs, targets) {
    this.saved = [copy(outputs), copy(targets)];
    return outputs.data.reduce((mean, o, i) => mean + (targets.data[i] - o) ** 2 / outputs.data.length, 0);
  }
  backward() {
    const [o, t] = this.saved;
    const dx = new NdArray(o.shape);
    for (let i = 0; i < dx.size; i++) dx.data[i] = -2 * (t.data[i] - o.data[i]) / dx.size;
    return dx;
  }
}
`;

const gradientFirst = `import { zeros } from "./array.ts";
export class MeanSquaredError {
  forward(outputs, targets) {
    const [n, d] = outputs.shape;
    this.gradient = zeros(n, d);
    const rows = [];
    for (let i = 0; i < n; i++) {
      let row = 0;
      for (let j = 0; j < d; j++) {
        const e = outputs.data[i * d + j] - targets.data[i * d + j];
        row += e * e / d;
        this.gradient.data[i * d + j] = e / (n * d) + e / (d * n);
      }
      rows.push(row);
    }
    return rows.reduce((a, b) => a + b, 0) / n;
  }
  backward() { return this.gradient; }
}
`;

export const mse: Submissions = {
  id: "mse",
  solution,
  styles: [keepsInputs, gradientFirst],
  mistakes: [
    { name: "a sum", causes: ["missing-1/N"], change: [["return sum / this.difference.size", "return sum"]] },
    {
      name: "by N only",
      causes: ["missing-1/N"],
      change: [["return sum / this.difference.size", "return sum / outputs.shape[0]"]],
    },
    { name: "a half", causes: ["factor-2"], change: [["return sum /", "return 0.5 * sum /"]] },
    {
      name: "the root",
      causes: ["extra-root"],
      change: [["return sum / this.difference.size", "return Math.sqrt(sum / this.difference.size)"]],
    },
    { name: "magnitudes", causes: ["missing-square"], change: [["sum += d * d", "sum += Math.abs(d)"]] },
    { name: "no 2", causes: ["factor-2"], change: [["(2 * d) / n", "d / n"]] },
    { name: "no n", causes: ["missing-1/N"], change: [["(2 * d) / n", "2 * d"]] },
    { name: "t − o", causes: ["sign"], change: [["(2 * d) / n", "(-2 * d) / n"]] },
    { name: "the square", causes: ["wrong-derivative"], change: [["(2 * d) / n", "(2 * d * d) / n"]] },
    {
      name: "kept",
      causes: ["stale-state"],
      change: [
        ["difference: NdArray = zeros(1);", "difference?: NdArray;"],
        ["this.difference = map", "this.difference ??= map"],
      ],
    },
    {
      name: "in place",
      causes: ["input-modified"],
      change: [
        [
          "this.difference = map(outputs, (value, i) => value - targets.data[i]);",
          "for (let i = 0; i < outputs.size; i++) outputs.data[i] -= targets.data[i];\n    this.difference = outputs;",
        ],
      ],
    },
    {
      name: "shared",
      causes: ["shared-state"],
      change: [
        ["  difference:", "  static difference:"],
        ["this.difference = map", "MeanSquaredError.difference = map"],
        ["of this.difference.data", "of MeanSquaredError.difference.data"],
        ["sum / this.difference.size", "sum / MeanSquaredError.difference.size"],
        ["const n = this.difference.size", "const n = MeanSquaredError.difference.size"],
        ["map(this.difference, (d)", "map(MeanSquaredError.difference, (d)"],
      ],
    },
    { name: "o + t", causes: ["wrong-sign", "follows-forward"], change: [["value - targets", "value + targets"]] },
    {
      name: "an array",
      causes: ["result"],
      change: [["return sum / this.difference.size", "return map(this.difference, (d) => d * d)"]],
    },
  ],
};
