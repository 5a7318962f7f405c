import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, type Parameter, zeros } from "./array.ts";

export class Conv2d {
  w: NdArray;
  b: NdArray;
  dw: NdArray;
  db: NdArray;
  padding: number;
  x?: NdArray;

  constructor(w: NdArray, b: NdArray, padding = 0) {
    this.w = w;
    this.b = b;
    this.dw = zeros(...w.shape);
    this.db = zeros(...b.shape);
    this.padding = padding;
  }

  forward(x: NdArray): NdArray {
    this.x = x;
    const [batch, height, width, channels] = x.shape;
    const [kh, kw, , filters] = this.w.shape;
    const rows = height + 2 * this.padding - kh + 1;
    const columns = width + 2 * this.padding - kw + 1;
    const y = zeros(batch, rows, columns, filters);
    for (let n = 0; n < batch; n++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          for (let o = 0; o < filters; o++) {
            let sum = this.b.data[o];
            for (let k = 0; k < kh; k++)
              for (let l = 0; l < kw; l++) {
                const row = i + k - this.padding;
                const column = j + l - this.padding;
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                for (let c = 0; c < channels; c++)
                  sum += x.data[((n * height + row) * width + column) * channels + c] * this.w.data[((k * kw + l) * channels + c) * filters + o];
              }
            y.data[((n * rows + i) * columns + j) * filters + o] = sum;
          }
    return y;
  }

  backward(dy: NdArray): NdArray {
    const [batch, height, width, channels] = this.x.shape;
    const [kh, kw, , filters] = this.w.shape;
    const [, rows, columns] = dy.shape;
    const dx = zeros(...this.x.shape);
    this.dw = zeros(...this.w.shape);
    this.db = zeros(filters);
    for (let n = 0; n < batch; n++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          for (let o = 0; o < filters; o++) {
            const g = dy.data[((n * rows + i) * columns + j) * filters + o];
            this.db.data[o] += g;
            for (let k = 0; k < kh; k++)
              for (let l = 0; l < kw; l++) {
                const r = i + k - this.padding;
                const s = j + l - this.padding;
                if (r < 0 || r >= height || s < 0 || s >= width) continue;
                for (let c = 0; c < channels; c++) {
                  const at = ((n * height + r) * width + s) * channels + c;
                  const weight = ((k * kw + l) * channels + c) * filters + o;
                  this.dw.data[weight] += this.x.data[at] * g;
                  dx.data[at] += this.w.data[weight] * g;
                }
              }
          }
    return dx;
  }

  parameters(): Parameter[] {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

// patches as the rows of a matrix, so that everything is a matrix product
const withPatches = `import { matmul, NdArray, reshape, transpose } from "./array.ts";

export class Conv2d {
  constructor(w, b, padding = 0) {
    Object.assign(this, { w, b, padding, dw: new NdArray(w.shape), db: new NdArray(b.shape) });
  }

  places(visit) {
    const [batch, height, width, channels] = this.shape;
    const [kh, kw] = this.w.shape;
    let at = 0;
    for (let n = 0; n < batch; n++)
      for (let i = -this.padding; i <= height + this.padding - kh; i++)
        for (let j = -this.padding; j <= width + this.padding - kw; j++)
          for (let k = i; k < i + kh; k++)
            for (let l = j; l < j + kw; l++)
              for (let c = 0; c < channels; c++, at++)
                if (k >= 0 && k < height && l >= 0 && l < width) visit(at, ((n * height + k) * width + l) * channels + c);
  }

  forward(x) {
    this.shape = x.shape;
    const [batch, height, width, channels] = x.shape;
    const [kh, kw, , filters] = this.w.shape;
    const rows = height + 2 * this.padding - kh + 1;
    const columns = width + 2 * this.padding - kw + 1;
    this.patches = new NdArray([batch * rows * columns, kh * kw * channels]);
    this.places((at, from) => { this.patches.data[at] = x.data[from]; });
    this.matrix = reshape(this.w, kh * kw * channels, filters);
    const y = matmul(this.patches, this.matrix);
    y.data.forEach((value, at) => { y.data[at] = value + this.b.data[at % filters]; });
    return reshape(y, batch, rows, columns, filters);
  }

  backward(dy) {
    const filters = this.b.size;
    const flat = reshape(dy, dy.size / filters, filters);
    this.dw = reshape(matmul(transpose(this.patches), flat), ...this.w.shape);
    this.db = new NdArray([filters]);
    flat.data.forEach((value, at) => { this.db.data[at % filters] += value; });
    const dPatches = matmul(flat, transpose(this.matrix));
    const dx = new NdArray(this.shape);
    this.places((at, to) => { dx.data[to] += dPatches.data[at]; });
    return dx;
  }
}
`;

const rowInForward = "const row = i + k - this.padding;\n                const column = j + l - this.padding;";
const rowInBackward = "const r = i + k - this.padding;\n                const s = j + l - this.padding;";
const weightInForward = "this.w.data[((k * kw + l) * channels + c) * filters + o]";
const weightInBackward = "const weight = ((k * kw + l) * channels + c) * filters + o;";
const imageInForward = "x.data[((n * height + row) * width + column) * channels + c] *";

export const conv2d: Submissions = {
  id: "conv2d",
  solution,
  styles: [withPatches],
  mistakes: [
    { name: "no bias", causes: ["missing-bias"], change: [["let sum = this.b.data[o];", "let sum = 0;"]] },
    {
      name: "the bias for each weight",
      causes: ["bias-repeated"],
      change: [
        [`sum += ${imageInForward} ${weightInForward}`, `sum += this.b.data[o] + ${imageInForward} ${weightInForward}`],
        ["let sum = this.b.data[o];", "let sum = 0;"],
        [
          "if (row < 0 || row >= height || column < 0 || column >= width) continue;",
          "if (row < 0 || row >= height || column < 0 || column >= width) {\n sum += channels * this.b.data[o];\n continue;\n }",
        ],
      ],
    },
    {
      name: "kernel flipped in forward",
      causes: ["flipped"],
      change: [[weightInForward, "this.w.data[(((kh - 1 - k) * kw + kw - 1 - l) * channels + c) * filters + o]"]],
    },
    {
      name: "kernel flipped everywhere",
      causes: ["flipped"],
      change: [
        [weightInForward, "this.w.data[(((kh - 1 - k) * kw + kw - 1 - l) * channels + c) * filters + o]"],
        [weightInBackward, "const weight = (((kh - 1 - k) * kw + kw - 1 - l) * channels + c) * filters + o;"],
      ],
    },
    {
      name: "kernel flipped in dx",
      causes: ["flipped"],
      change: [
        [
          "dx.data[at] += this.w.data[weight] * g",
          "dx.data[at] += this.w.data[(((kh - 1 - k) * kw + kw - 1 - l) * channels + c) * filters + o] * g",
        ],
      ],
    },
    {
      name: "kernel flipped in dw",
      causes: ["flipped"],
      change: [
        ["this.dw.data[weight] +=", "this.dw.data[(((kh - 1 - k) * kw + kw - 1 - l) * channels + c) * filters + o] +="],
      ],
    },
    {
      name: "zeros on one side",
      causes: ["padding"],
      change: [[rowInForward, "const row = i + k;\n const column = j + l;"]],
    },
    {
      name: "no padding in backward",
      causes: ["padding"],
      change: [[rowInBackward, "const r = i + k;\n const s = j + l;"]],
    },
    {
      name: "edge pixels repeated",
      causes: ["padding"],
      change: [
        [
          rowInForward,
          "const row = Math.min(Math.max(i + k - this.padding, 0), height - 1);\n const column = Math.min(Math.max(j + l - this.padding, 0), width - 1);",
        ],
      ],
    },
    {
      name: "padding counted once in the size",
      causes: ["padding"],
      change: [
        ["height + 2 * this.padding", "height + this.padding"],
        ["width + 2 * this.padding", "width + this.padding"],
      ],
    },
    {
      name: "one row too few",
      causes: ["off-by-one"],
      change: [
        ["- kh + 1", "- kh"],
        ["- kw + 1", "- kw"],
      ],
    },
    {
      name: "weights as (…, out, in)",
      causes: ["wrong-layout"],
      change: [[weightInForward, "this.w.data[((k * kw + l) * filters + o) * channels + c]"]],
    },
    {
      name: "images as (batch, channels, height, width)",
      causes: ["wrong-layout"],
      change: [[imageInForward, "x.data[((n * channels + c) * height + row) * width + column] *"]],
    },
    {
      name: "height in place of width",
      causes: ["wrong-layout"],
      change: [[imageInForward, "x.data[((n * width + row) * height + column) * channels + c] *"]],
    },
    {
      name: "only the last product",
      causes: ["overwritten"],
      change: [["dx.data[at] += this.w.data[weight] * g", "dx.data[at] = this.w.data[weight] * g"]],
    },
    {
      name: "dw is a mean over the batch",
      causes: ["extra-1/N"],
      change: [["this.x.data[at] * g;", "this.x.data[at] * g / batch;"]],
    },
    { name: "db of one output", causes: ["overwritten"], change: [["this.db.data[o] += g;", "this.db.data[o] = g;"]] },
    {
      name: "db for each image",
      causes: ["wrong-axis"],
      change: [
        ["this.db = zeros(filters);", "this.db = zeros(batch, filters);"],
        ["this.db.data[o] += g;", "this.db.data[n * filters + o] += g;"],
      ],
    },
    { name: "gradients accumulate", causes: ["accumulated"], change: [["this.dw = zeros(...this.w.shape);", ""]] },
    { name: "x is kept from the first batch", causes: ["stale-state"], change: [["this.x = x;", "this.x ??= x;"]] },
    {
      name: "one channel",
      causes: ["one-channel"],
      change: [
        [
          "for (let c = 0; c < channels; c++)\n                  sum",
          "for (let c = 0; c < 1; c++)\n                  sum",
        ],
      ],
    },

    {
      name: "columns without padding",
      causes: ["padding"],
      change: [["const column = j + l - this.padding;", "const column = j + l;"]],
    },
    {
      name: "stride 2",
      causes: ["stride"],
      change: [["const row = i + k - this.padding;", "const row = 2 * i + k - this.padding;"]],
    },
    {
      name: "db for each place of the kernel",
      causes: ["bias-repeated"],
      change: [
        ["this.db.data[o] += g;\n            for", "for"],
        ["const r = i + k - this.padding;", "this.db.data[o] += g;\n                const r = i + k - this.padding;"],
      ],
    },
    {
      name: "dx without w",
      causes: ["missing-factor"],
      change: [["dx.data[at] += this.w.data[weight] * g", "dx.data[at] += g"]],
    },
  ],
};
