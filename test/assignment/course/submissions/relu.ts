import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray } from "./array.ts";

export class Relu {
  x?: NdArray;

  forward(x: NdArray, training: boolean): NdArray {
    this.x = x;
    return map(x, (value) => Math.max(value, 0));
  }

  backward(dy: NdArray): NdArray {
    return map(dy, (value, i) => (this.x.data[i] > 0 ? value : 0));
  }
}
`;

const withMask = `import { copy, NdArray } from "./array.ts";

export class Relu {
  forward(x) {
    const y = copy(x);
    this.mask = new Uint8Array(x.size);
    for (let i = 0; i < x.size; i++) {
      if (y.data[i] < 0) y.data[i] = 0;
      else this.mask[i] = 1;
    }
    return y;
  }
  backward(dy) {
    return new NdArray(dy.shape, dy.data.map((d, i) => d * this.mask[i]));
  }
}
`;

const fromOutput = `import { map } from "./array.ts";

export class Relu {
  forward(x) {
    return (this.y = map(x, (v) => (v + Math.abs(v)) / 2));
  }
  backward(dy) {
    return map(dy, (d, i) => d * Math.sign(this.y.data[i]));
  }
}
`;

const forth = "Math.max(value, 0)";
const back = "this.x.data[i] > 0 ? value : 0";

export const relu: Submissions = {
  id: "relu",
  solution,
  styles: [withMask, fromOutput],
  mistakes: [
    { name: "min", causes: ["reversed"], change: [[forth, "Math.min(value, 0)"]] },
    { name: "leaky", causes: ["leaky"], change: [[forth, "Math.max(value, 0.01 * value)"]] },
    { name: "absolute value", causes: ["wrong-function"], change: [[forth, "Math.abs(value)"]] },
    { name: "the mask of dy", causes: ["wrong-mask"], change: [[back, "value > 0 ? value : 0"]] },
    { name: "reversed mask", causes: ["reversed"], change: [[back, "this.x.data[i] > 0 ? 0 : value"]] },
    { name: "mask without dy", causes: ["missing-dy"], change: [[back, "this.x.data[i] > 0 ? 1 : 0"]] },
    { name: "dy passes", causes: ["unchanged-input"], change: [[back, "value"]] },
    { name: "dy times y", causes: ["wrong-derivative"], change: [[back, "Math.max(this.x.data[i], 0) * value"]] },
    { name: "sign", causes: ["sign"], change: [[back, "this.x.data[i] > 0 ? -value : 0"]] },
    {
      name: "in place",
      causes: ["input-modified"],
      change: [
        [
          "return map(x, (value) => Math.max(value, 0))",
          "for (let i = 0; i < x.size; i++) x.data[i] = Math.max(x.data[i], 0);\n    return x",
        ],
      ],
    },
  ],
};
