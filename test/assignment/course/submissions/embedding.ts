import type { Submissions } from "../support.ts";

const solution = `import { NdArray, type Parameter, zeros } from "./array.ts";

export class Embedding {
  w: NdArray;
  dw: NdArray;
  x?: NdArray;

  constructor(w: NdArray) {
    this.w = w;
    this.dw = zeros(...w.shape);
  }

  forward(x: NdArray): NdArray {
    this.x = x;
    const width = this.w.shape[1];
    const y = zeros(...x.shape, width);
    for (let i = 0; i < x.size; i++)
      for (let c = 0; c < width; c++) y.data[i * width + c] = this.w.data[x.data[i] * width + c];
    return y;
  }

  backward(dy: NdArray): void {
    const width = this.w.shape[1];
    this.dw = zeros(...this.w.shape);
    for (let i = 0; i < this.x.size; i++)
      for (let c = 0; c < width; c++) this.dw.data[this.x.data[i] * width + c] += dy.data[i * width + c];
  }

  parameters(): Parameter[] {
    return [{ name: "w", value: this.w, gradient: this.dw }];
  }
}
`;

const oneHot = `import { matmul, reshape, transpose, zeros } from "./array.ts";

export class Embedding {
  constructor(w) {
    this.w = w;
    this.dw = zeros(...w.shape);
  }
  forward(x) {
    const [tokens, width] = this.w.shape;
    this.rows = zeros(x.size, tokens);
    x.data.forEach((token, i) => { this.rows.data[i * tokens + token] = 1; });
    return reshape(matmul(this.rows, this.w), ...x.shape, width);
  }
  backward(dy) {
    const [, width] = this.w.shape;
    const dw = matmul(transpose(this.rows), reshape(dy, dy.size / width, width));
    this.dw.data.set(dw.data);
    return this.dw;
  }
}
`;

const add = "this.dw.data[this.x.data[i] * width + c] += dy.data[i * width + c]";
const read = "this.w.data[x.data[i] * width + c]";

export const embedding: Submissions = {
  id: "embedding",
  solution,
  styles: [oneHot],
  mistakes: [
    { name: "the last dy of a token", causes: ["overwritten"], change: [[add, add.replace("+=", "=")]] },
    { name: "the first dy of a token", causes: ["overwritten"], change: [[add, add.replace("+=", "||=")]] },
    { name: "tokens from 1", causes: ["off-by-one"], change: [[read, "this.w.data[(x.data[i] - 1) * width + c]"]] },
    {
      name: "columns of w",
      causes: ["wrong-layout"],
      change: [[read, "this.w.data[c * this.w.shape[0] + x.data[i]]"]],
    },
    {
      name: "dw at the position",
      causes: ["wrong-input"],
      change: [[add, "if (i < this.w.shape[0]) this.dw.data[i * width + c] += dy.data[i * width + c]"]],
    },
    { name: "dw accumulates", causes: ["accumulated"], change: [["this.dw = zeros(...this.w.shape);", ""]] },
    { name: "y has rank 2", causes: ["shape"], change: [["zeros(...x.shape, width)", "zeros(x.size, width)"]] },
    { name: "dw is a mean over the batch", causes: ["extra-1/N"], change: [[add, `${add} / dy.shape[0]`]] },
    {
      name: "w is added",
      causes: ["extra-term"],
      change: [["this.dw = zeros(...this.w.shape);", "this.dw = new NdArray(this.w.shape, this.w.data);"]],
    },
    { name: "dw counts", causes: ["missing-dy"], change: [[add, "this.dw.data[this.x.data[i] * width + c] += 1"]] },
    { name: "x is kept from the first batch", causes: ["stale-state"], change: [["this.x = x;", "this.x ??= x;"]] },
    {
      name: "only the first example",
      causes: ["one-example"],
      change: [["for (let i = 0; i < this.x.size; i++)", "for (let i = 0; i < this.x.shape[1]; i++)"]],
    },
    { name: "dw has the wrong sign", causes: ["sign"], change: [[add, add.replace("+=", "-=")]] },

    {
      name: "the token 0 is left out",
      causes: ["not-set"],
      change: [
        [
          "for (let i = 0; i < this.x.size; i++)\n",
          "for (let i = 0; i < this.x.size; i++)\n      if (this.x.data[i] > 0)\n",
        ],
      ],
    },
  ],
};
