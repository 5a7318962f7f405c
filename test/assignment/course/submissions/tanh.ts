import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray } from "./array.ts";

export class Tanh {
  y?: NdArray;

  forward(x: NdArray, training: boolean): NdArray {
    this.y = map(x, Math.tanh);
    return this.y;
  }

  backward(dy: NdArray): NdArray {
    return map(dy, (d, i) => d * (1 - this.y.data[i] ** 2));
  }
}
`;

const withCosh = `import { NdArray } from "./array.ts";

export class Tanh {
  forward(x) {
    this.x = Float64Array.from(x.data);
    const y = new NdArray(x.shape);
    for (let i = 0; i < x.size; i++) {
      const e = Math.exp(-2 * Math.abs(x.data[i]));
      y.data[i] = Math.sign(x.data[i]) * ((1 - e) / (1 + e));
    }
    return y;
  }
  backward(dy) {
    return new NdArray(dy.shape, dy.data.map((d, i) => d / Math.cosh(this.x[i]) ** 2));
  }
}
`;

const withProduct = `import { map, zeros } from "./array.ts";

export class Tanh {
  forward(x) {
    this.y = map(x, (v) => 2 / (1 + Math.exp(-2 * v)) - 1);
    return this.y;
  }
  backward(dy) {
    const dx = zeros(...dy.shape);
    for (let i = 0; i < dy.size; i++) dx.data[i] = (1 - this.y.data[i]) * (1 + this.y.data[i]) * dy.data[i];
    return dx;
  }
}
`;

const back = "d * (1 - this.y.data[i] ** 2)";

export const tanh: Submissions = {
  id: "tanh",
  solution,
  styles: [withCosh, withProduct],
  mistakes: [
    { name: "square missing", causes: ["wrong-derivative"], change: [[back, "d * (1 - this.y.data[i])"]] },
    { name: "plus", causes: ["sign"], change: [[back, "d * (1 + this.y.data[i] ** 2)"]] },
    {
      name: "that of the logistic function",
      causes: ["wrong-derivative"],
      change: [[back, "d * this.y.data[i] * (1 - this.y.data[i])"]],
    },
    { name: "dy missing", causes: ["missing-dy"], change: [[back, "1 - this.y.data[i] ** 2"]] },
    { name: "y twice", causes: ["wrong-derivative"], change: [[back, "d * (1 - Math.tanh(this.y.data[i]) ** 2)"]] },
    {
      name: "x² for y²",
      causes: ["wrong-derivative"],
      change: [["return this.y", "const { y } = this;\n    this.y = x;\n    return y"]],
    },
    {
      name: "logistic function",
      causes: ["wrong-function"],
      change: [["map(x, Math.tanh)", "map(x, (v) => 1 / (1 + Math.exp(-v)))"]],
    },
    {
      name: "exponentials",
      causes: ["overflow"],
      change: [["map(x, Math.tanh)", "map(x, (v) => (Math.exp(v) - Math.exp(-v)) / (Math.exp(v) + Math.exp(-v)))"]],
    },
    { name: "exponents exchanged", causes: ["sign"], change: [["map(x, Math.tanh)", "map(x, (v) => Math.tanh(-v))"]] },
    {
      name: "backward uses up y",
      causes: ["exception"],
      change: [["return map(dy,", "const { y } = this;\n    this.y = undefined;\n    return map(dy,"]],
    },
  ],
};
