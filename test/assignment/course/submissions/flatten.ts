import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, reshape } from "./array.ts";

export class Flatten {
  shape: readonly number[] = [];

  forward(x: NdArray, training: boolean): NdArray {
    this.shape = x.shape;
    return reshape(x, x.shape[0], x.size / x.shape[0]);
  }

  backward(dy: NdArray): NdArray {
    return reshape(dy, ...this.shape);
  }
}
`;

const withLoops = `import { NdArray, zeros } from "./array.ts";

export class Flatten {
  forward(x) {
    this.x = x;
    const [batch, ...others] = x.shape;
    let columns = 1;
    for (const length of others) columns *= length;
    const y = zeros(batch, columns);
    for (let i = 0; i < batch; i++) for (let j = 0; j < columns; j++) y.data[i * columns + j] = x.data[i * columns + j];
    return y;
  }
  backward(dy) {
    return new NdArray(this.x.shape, Array.from(dy.data));
  }
}
`;

const back = "return reshape(dy, ...this.shape)";
const forth = "return reshape(x, x.shape[0], x.size / x.shape[0])";

export const flatten: Submissions = {
  id: "flatten",
  solution,
  styles: [withLoops],
  mistakes: [
    { name: "one vector", causes: ["shape"], change: [[forth, "return reshape(x, x.size)"]] },
    {
      name: "axes exchanged",
      causes: ["shape"],
      change: [[forth, "return reshape(x, x.size / x.shape[0], x.shape[0])"]],
    },
    { name: "only two axes", causes: ["exception"], change: [[forth, "return reshape(x, x.shape[0], x.shape[1])"]] },
    { name: "backward returns dy", causes: ["shape"], change: [[back, "return dy"]] },
    { name: "backward flattens", causes: ["shape"], change: [[back, "return reshape(dy, dy.size)"]] },
    { name: "lengths reversed", causes: ["shape"], change: [[back, "return reshape(dy, ...this.shape.toReversed())"]] },
    {
      name: "the shape of the first batch is kept",
      causes: ["stale-state"],
      change: [
        ["shape: readonly number[] = []", "shape?: readonly number[]"],
        ["this.shape = x.shape", "this.shape ??= x.shape"],
      ],
    },
    {
      name: "column-major",
      causes: ["order"],
      change: [
        [
          forth,
          `const y = reshape(x, x.shape[0], x.size / x.shape[0]);
    const lengths = x.shape.slice(1);
    const n = x.size / x.shape[0];
    for (let at = 0; at < x.size; at++) {
      let rest = at % n;
      let place = 0;
      let stride = n;
      for (let k = lengths.length - 1; k >= 0; k--) {
        stride /= lengths[k];
        place += (rest % lengths[k]) * stride;
        rest = Math.floor(rest / lengths[k]);
      }
      y.data[at - (at % n) + place] = x.data[at];
    }
    return y`,
        ],
      ],
    },
    { name: "backward returns a number", causes: ["result"], change: [[back, "return dy.size"]] },
    {
      name: "dy is divided",
      causes: ["extra-1/N", "factor-2"],
      change: [
        [
          back,
          "const dx = reshape(dy, ...this.shape);\n    for (let i = 0; i < dx.size; i++) dx.data[i] /= 2;\n    return dx",
        ],
      ],
    },
    {
      name: "the shape is shared",
      causes: ["shared-state"],
      change: [
        ["shape: readonly number[] = [];", "static shape: readonly number[] = [];"],
        ["this.shape = x.shape", "Flatten.shape = x.shape"],
        ["...this.shape", "...Flatten.shape"],
      ],
    },
    {
      name: "x is reshaped in place",
      causes: ["input-modified"],
      change: [
        [forth, "(x as { shape: number[] }).shape = [x.shape[0], x.size / x.shape[0]];\n    return x"],
        ["this.shape = x.shape", "this.shape = [...x.shape]"],
      ],
    },
  ],
};
