import type { Submissions } from "../support.ts";

const solution = `import { map, matmul, type NdArray, transpose, zeros } from "./array.ts";

export class Attention {
  dq: NdArray = zeros(0);
  dk: NdArray = zeros(0);
  dv: NdArray = zeros(0);
  q?: NdArray;
  k?: NdArray;
  v?: NdArray;
  p?: NdArray;

  forward(q: NdArray, k: NdArray, v: NdArray): NdArray {
    const scale = 1 / Math.sqrt(q.shape[1]);
    const scores = map(matmul(q, transpose(k)), (s) => s * scale);
    const [rows, columns] = scores.shape;
    const p = zeros(rows, columns);
    for (let i = 0; i < rows; i++) {
      let highest = -Infinity;
      for (let j = 0; j < columns; j++) highest = Math.max(highest, scores.data[i * columns + j]);
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += Math.exp(scores.data[i * columns + j] - highest);
      for (let j = 0; j < columns; j++) p.data[i * columns + j] = Math.exp(scores.data[i * columns + j] - highest) / sum;
    }
    this.q = q;
    this.k = k;
    this.v = v;
    this.p = p;
    return matmul(p, v);
  }

  backward(dy: NdArray): void {
    const { q, k, v, p } = this;
    const factor = 1 / Math.sqrt(q.shape[1]);
    this.dv = matmul(transpose(p), dy);
    const dp = matmul(dy, transpose(v));
    const [rows, columns] = p.shape;
    const ds = zeros(rows, columns);
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += p.data[i * columns + j] * dp.data[i * columns + j];
      for (let j = 0; j < columns; j++) ds.data[i * columns + j] = factor * p.data[i * columns + j] * (dp.data[i * columns + j] - sum);
    }
    this.dq = matmul(ds, k);
    this.dk = matmul(transpose(ds), q);
  }
}
`;

// one query at a time; the weights are computed again in backward
const byQuery = `import { NdArray } from "./array.ts";

export class Attention {
  forward(q, k, v) {
    this.kept = [q, k, v].map((a) => new NdArray(a.shape, a.data));
    const [n, d] = q.shape;
    const [m, e] = v.shape;
    const y = new NdArray([n, e]);
    for (let i = 0; i < n; i++) {
      const weights = this.weights(i);
      for (let j = 0; j < m; j++) for (let c = 0; c < e; c++) y.data[i * e + c] += weights[j] * v.data[j * e + c];
    }
    return y;
  }

  weights(i) {
    const [q, k] = this.kept;
    const d = q.shape[1];
    const row = q.data.slice(i * d, (i + 1) * d).map((value) => value / Math.sqrt(d));
    const scores = Array.from({ length: k.shape[0] }, (_, j) => row.reduce((sum, value, c) => sum + value * k.data[j * d + c], 0));
    const highest = Math.max(...scores);
    const logarithm = highest + Math.log(scores.reduce((sum, s) => sum + Math.exp(s - highest), 0));
    return scores.map((s) => Math.exp(s - logarithm));
  }

  backward(dy) {
    const [q, k, v] = this.kept;
    const [n, d] = q.shape;
    const [m, e] = v.shape;
    this.dq = new NdArray(q.shape);
    this.dk = new NdArray(k.shape);
    this.dv = new NdArray(v.shape);
    for (let i = 0; i < n; i++) {
      const p = this.weights(i);
      const dp = p.map((_, j) => { let sum = 0; for (let c = 0; c < e; c++) sum += dy.data[i * e + c] * v.data[j * e + c]; return sum; });
      for (let j = 0; j < m; j++) {
        for (let c = 0; c < e; c++) this.dv.data[j * e + c] += p[j] * dy.data[i * e + c];
        let ds = 0;
        for (let l = 0; l < m; l++) ds += dp[l] * p[l] * ((l === j ? 1 : 0) - p[j]);
        for (let c = 0; c < d; c++) {
          this.dq.data[i * d + c] += ds * k.data[j * d + c] / Math.sqrt(d);
          this.dk.data[j * d + c] += ds * q.data[i * d + c] / Math.sqrt(d);
        }
      }
    }
  }
}
`;

const derivative = "(dp.data[i * columns + j] - sum)";

export const attention: Submissions = {
  id: "attention",
  solution,
  styles: [byQuery],
  mistakes: [
    {
      name: "no scale",
      causes: ["missing-scale"],
      change: [
        ["const scale = 1 / Math.sqrt(q.shape[1])", "const scale = 1"],
        ["const factor = 1 / Math.sqrt(q.shape[1])", "const factor = 1"],
      ],
    },
    {
      name: "divided by d",
      causes: ["wrong-scale"],
      change: [["const scale = 1 / Math.sqrt(q.shape[1])", "const scale = 1 / q.shape[1]"]],
    },
    {
      name: "the root of the number of keys",
      causes: ["wrong-scale"],
      change: [["const scale = 1 / Math.sqrt(q.shape[1])", "const scale = 1 / Math.sqrt(k.shape[0])"]],
    },
    {
      name: "no softmax",
      causes: ["missing-softmax"],
      change: [["return matmul(p, v)", "p.data.set(scores.data);\n    return matmul(p, v)"]],
    },
    {
      name: "no shift",
      causes: ["overflow"],
      change: [
        ["let highest = -Infinity;", "const highest = 0;"],
        ["for (let j = 0; j < columns; j++) highest = Math.max(highest, scores.data[i * columns + j]);", ""],
      ],
    },
    {
      name: "exponentials without their sum",
      causes: ["missing-1/N"],
      change: [["Math.exp(scores.data[i * columns + j] - highest) / sum", "Math.exp(scores.data[i * columns + j])"]],
    },
    { name: "K is not transposed", causes: ["transposed"], change: [["matmul(q, transpose(k))", "matmul(q, k)"]] },
    {
      name: "P is not transposed in dv",
      causes: ["transposed"],
      change: [["this.dv = matmul(transpose(p), dy)", "this.dv = matmul(p, dy)"]],
    },
    {
      name: "dS is not transposed in dk",
      causes: ["transposed"],
      change: [["matmul(transpose(ds), q)", "matmul(ds, q)"]],
    },
    { name: "no sum in the derivative", causes: ["missing-term"], change: [[derivative, "dp.data[i * columns + j]"]] },
    {
      name: "p(1 − p)",
      causes: ["missing-derivative"],
      change: [[derivative, "(dp.data[i * columns + j] * (1 - p.data[i * columns + j]))"]],
    },
    {
      name: "an unweighted sum",
      causes: ["missing-factor"],
      change: [["sum += p.data[i * columns + j] * dp.data[i * columns + j]", "sum += dp.data[i * columns + j]"]],
    },
    {
      name: "no factor P",
      causes: ["missing-factor"],
      change: [["factor * p.data[i * columns + j] * (dp", "factor * (dp"]],
    },
    {
      name: "no scale in backward",
      causes: ["missing-1/N"],
      change: [["factor * p.data[i * columns + j] * (dp", "p.data[i * columns + j] * (dp"]],
    },
    { name: "q and k exchanged in dq", causes: ["exchanged"], change: [["matmul(ds, k)", "matmul(ds, q)"]] },
    { name: "a sum with a plus", causes: ["sign"], change: [[derivative, "(dp.data[i * columns + j] + sum)"]] },
    { name: "q is kept", causes: ["stale-state"], change: [["this.q = q;", "this.q ??= q;"]] },
    {
      name: "dv accumulates",
      causes: ["accumulated"],
      change: [
        [
          "this.dv = matmul(transpose(p), dy);",
          "const dv = matmul(transpose(p), dy);\n    this.dv = this.dv.size === dv.size ? map(dv, (g, i) => g + this.dv.data[i]) : dv;",
        ],
      ],
    },

    {
      name: "one shift for all rows",
      causes: ["overflow"],
      change: [["let highest = -Infinity;", "let highest = Math.max(...scores.data);"]],
    },
    {
      name: "P twice",
      causes: ["extra-factor"],
      change: [["factor * p.data[i * columns + j] * (dp", "factor * p.data[i * columns + j] ** 2 * (dp"]],
    },
  ],
};
