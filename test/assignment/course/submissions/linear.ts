import type { Submissions } from "../support.ts";

const solution = `import { matmul, type NdArray, transpose, zeros } from "./array.ts";

export class Linear {
  x?: NdArray;
  w: NdArray;
  b: NdArray;
  dw: NdArray;
  db: NdArray;

  constructor(w: NdArray, b: NdArray) {
    this.w = w;
    this.b = b;
    this.dw = zeros(...w.shape);
    this.db = zeros(...b.shape);
  }

  forward(x: NdArray): NdArray {
    this.x = x;
    const y = matmul(x, this.w);
    const n = this.b.size;
    for (let i = 0; i < y.size; i++) y.data[i] += this.b.data[i % n];
    return y;
  }

  backward(dy: NdArray): NdArray {
    this.dw = matmul(transpose(this.x), dy);
    const n = this.b.size;
    this.db = zeros(n);
    for (let i = 0; i < dy.size; i++) this.db.data[i % n] += dy.data[i];
    return matmul(dy, transpose(this.w));
  }
  parameters() {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

const withLoops = `import { NdArray } from "./array.ts";

export class Linear {
  constructor(w, b) {
    this.w = w;
    this.b = b;
    this.dw = new NdArray(w.shape);
    this.db = new NdArray(b.shape);
  }
  forward(x) {
    this.saved = x.data.slice();
    this.batch = x.shape[0];
    const [k, n] = this.w.shape;
    const y = new NdArray([this.batch, n]);
    for (let i = 0; i < this.batch; i++)
      for (let j = 0; j < n; j++) {
        let sum = this.b.data[j];
        for (let p = k - 1; p >= 0; p--) sum += x.data[i * k + p] * this.w.data[p * n + j];
        y.data[i * n + j] = sum;
      }
    return y;
  }
  backward(dy) {
    const [k, n] = this.w.shape;
    this.dw.data.fill(0);
    this.db.data.fill(0);
    const dx = new NdArray([this.batch, k]);
    for (let i = 0; i < this.batch; i++)
      for (let j = 0; j < n; j++) {
        const g = dy.data[i * n + j];
        this.db.data[j] += g;
        for (let p = 0; p < k; p++) {
          this.dw.data[p * n + j] += g * this.saved[i * k + p];
          dx.data[i * k + p] += g * this.w.data[p * n + j];
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

// b as one more row of W, for an input that is always 1
const withOnes = `import { matmul, NdArray, transpose, zeros } from "./array.ts";

const withColumn = (x) => {
  const [rows, k] = x.shape;
  const result = zeros(rows, k + 1);
  for (let i = 0; i < rows; i++) for (let p = 0; p <= k; p++) result.data[i * (k + 1) + p] = p === k ? 1 : x.data[i * k + p];
  return result;
};

export class Linear {
  constructor(w, b) {
    this.w = w;
    this.b = b;
  }
  forward(x) {
    this.input = withColumn(x);
    const all = new NdArray([this.w.shape[0] + 1, this.b.size], [...this.w.data, ...this.b.data]);
    return matmul(this.input, all);
  }
  backward(dy) {
    const gradient = matmul(transpose(this.input), dy);
    this.dw = new NdArray(this.w.shape, gradient.data.slice(0, this.w.size));
    this.db = new NdArray(this.b.shape, gradient.data.slice(this.w.size));
    return transpose(matmul(this.w, transpose(dy)));
  }
  parameters() {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

export const linear: Submissions = {
  id: "linear",
  solution,
  styles: [withLoops, withOnes],
  mistakes: [
    { name: "no bias", causes: ["missing-bias"], change: [["y.data[i] += this.b.data[i % n]", "y.data[i] += 0"]] },
    {
      name: "dw transposed",
      causes: ["transposed"],
      change: [["matmul(transpose(this.x), dy)", "matmul(transpose(dy), this.x)"]],
    },
    {
      name: "dw is a mean",
      causes: ["extra-1/N"],
      change: [
        [
          "return matmul(dy,",
          "for (let i = 0; i < this.dw.size; i++) this.dw.data[i] /= dy.shape[0];\n    return matmul(dy,",
        ],
      ],
    },
    {
      name: "db over the wrong axis",
      causes: ["wrong-axis"],
      change: [
        ["this.db = zeros(n)", "this.db = zeros(dy.shape[0])"],
        ["this.db.data[i % n] += dy.data[i]", "this.db.data[Math.floor(i / n)] += dy.data[i]"],
      ],
    },
    {
      name: "db of the last example",
      causes: ["one-example"],
      change: [["this.db.data[i % n] += dy.data[i]", "this.db.data[i % n] = dy.data[i]"]],
    },
    {
      name: "dx has the wrong sign",
      causes: ["sign"],
      change: [
        [
          "return matmul(dy, transpose(this.w))",
          "const dx = matmul(dy, transpose(this.w));\n    for (let i = 0; i < dx.size; i++) dx.data[i] *= -1;\n    return dx",
        ],
      ],
    },
    { name: "db accumulates", causes: ["accumulated"], change: [["this.db = zeros(n);", ""]] },
    {
      name: "x is shared by all layers",
      causes: ["shared-state"],
      change: [
        ["export class Linear {\n  x?: NdArray;", "let x: NdArray | undefined;\nexport class Linear {"],
        ["this.x = x;", ""],
        ["forward(x: NdArray): NdArray {", "forward(input: NdArray): NdArray {\n    x = input;"],
        ["matmul(transpose(this.x), dy)", "matmul(transpose(x), dy)"],
      ],
    },
    { name: "x is kept from the first call", causes: ["stale-state"], change: [["this.x = x;", "this.x ??= x;"]] },
    { name: "x is modified", causes: ["input-modified"], change: [["return y;", "x.data[0] += 1;\n    return y;"]] },
    { name: "no return value", causes: ["result"], change: [["return y;", ""]] },
    {
      name: "dx is transposed",
      causes: ["transposed"],
      change: [["return matmul(dy, transpose(this.w))", "return matmul(this.w, transpose(dy))"]],
    },
    {
      name: "the bias of the example",
      causes: ["wrong-index"],
      change: [["this.b.data[i % n]", "this.b.data[Math.floor(i / n)]"]],
    },
    {
      name: "bias for each input",
      causes: ["repeated-bias"],
      change: [["y.data[i] += this.b.data[i % n]", "y.data[i] += x.shape[1] * this.b.data[i % n]"]],
    },
    {
      name: "dw of the last example",
      causes: ["one-example"],
      change: [
        [
          "this.dw = matmul(transpose(this.x), dy)",
          "this.dw = zeros(...this.w.shape);\n    for (let k = 0; k < this.w.shape[0]; k++)\n      for (let j = 0; j < this.b.size; j++)\n        for (let i = 0; i < dy.shape[0]; i++) this.dw.data[k * this.b.size + j] = this.x.data[i * this.w.shape[0] + k] * dy.data[i * this.b.size + j]",
        ],
      ],
    },
    {
      name: "parameters() lacks the bias",
      causes: ["missing-parameter"],
      change: [['      { name: "b", value: this.b, gradient: this.db },\n', ""]],
    },
    {
      name: "parameters() has the gradients of the constructor",
      causes: ["zero"],
      change: [
        ["this.db = zeros(...b.shape);", "this.db = zeros(...b.shape);\n    this.first = [this.dw, this.db];"],
        ["gradient: this.dw }", "gradient: this.first[0] }"],
        ["gradient: this.db }", "gradient: this.first[1] }"],
      ],
    },
    { name: "throws", causes: ["exception"], change: [["matmul(dy, transpose(this.w))", "matmul(dy, this.w)"]] },
  ],
};
