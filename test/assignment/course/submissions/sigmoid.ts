import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray } from "./array.ts";

export class Sigmoid {
  y?: NdArray;

  forward(x: NdArray, training: boolean): NdArray {
    this.y = map(x, (v) => 1 / (1 + Math.exp(-v)));
    return this.y;
  }

  backward(dy: NdArray): NdArray {
    return map(dy, (d, i) => d * this.y.data[i] * (1 - this.y.data[i]));
  }
}
`;

const withTanh = `import { NdArray } from "./array.ts";

export class Sigmoid {
  forward(x) {
    this.x = x;
    return new NdArray(x.shape, x.data.map((v) => (1 + Math.tanh(v / 2)) / 2));
  }
  backward(dy) {
    const dx = new NdArray(dy.shape);
    for (let i = 0; i < dy.size; i++) dx.data[i] = dy.data[i] / (4 * Math.cosh(this.x.data[i] / 2) ** 2);
    return dx;
  }
}
`;

const inTwoCases = `import { map } from "./array.ts";

export class Sigmoid {
  forward(x) {
    const y = map(x, (v) => {
      if (v >= 0) return 1 / (1 + Math.exp(-v));
      const e = Math.exp(v);
      return e / (1 + e);
    });
    this.slope = map(y, (s) => s - s * s);
    return y;
  }
  backward(dy) {
    return map(this.slope, (s, i) => s * dy.data[i]);
  }
}
`;

const forth = "1 / (1 + Math.exp(-v))";
const back = "d * this.y.data[i] * (1 - this.y.data[i])";

export const sigmoid: Submissions = {
  id: "sigmoid",
  solution,
  styles: [withTanh, inTwoCases],
  mistakes: [
    { name: "overflow", causes: ["overflow"], change: [[forth, "Math.exp(v) / (1 + Math.exp(v))"]] },
    { name: "exponent", causes: ["sign"], change: [[forth, "1 / (1 + Math.exp(v))"]] },
    { name: "bracket", causes: ["bracket"], change: [[forth, "1 / 1 + Math.exp(-v)"]] },
    { name: "tanh", causes: ["wrong-function"], change: [[forth, "Math.tanh(v)"]] },
    { name: "1 − y", causes: ["wrong-derivative"], change: [[back, "d * (1 - this.y.data[i])"]] },
    { name: "y²", causes: ["wrong-derivative"], change: [[back, "d * this.y.data[i] ** 2"]] },
    { name: "1 − y²", causes: ["wrong-derivative"], change: [[back, "d * (1 - this.y.data[i] ** 2)"]] },
    { name: "sign", causes: ["sign"], change: [[back, "d * this.y.data[i] * (this.y.data[i] - 1)"]] },
    { name: "dy missing", causes: ["missing-dy"], change: [[back, "this.y.data[i] * (1 - this.y.data[i])"]] },
    {
      name: "σ twice",
      causes: ["wrong-derivative"],
      change: [[back, "d * (1 / (1 + Math.exp(-this.y.data[i]))) * (1 - 1 / (1 + Math.exp(-this.y.data[i])))"]],
    },
  ],
};
