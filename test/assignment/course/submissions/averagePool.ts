import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, zeros } from "./array.ts";

export class AveragePool {
  shape: readonly number[] = [];

  forward(x: NdArray): NdArray {
    const [batch, height, width, channels] = x.shape;
    const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
    const y = zeros(batch, rows, columns, channels);
    this.shape = x.shape;
    for (let n = 0; n < batch; n++)
      for (let i = 0; i < 2 * rows; i++)
        for (let j = 0; j < 2 * columns; j++)
          for (let c = 0; c < channels; c++) {
            const from = ((n * height + i) * width + j) * channels + c;
            const to = ((n * rows + Math.floor(i / 2)) * columns + Math.floor(j / 2)) * channels + c;
            y.data[to] += x.data[from] / 4;
          }
    return y;
  }

  backward(dy: NdArray): NdArray {
    const [batch, height, width, channels] = this.shape;
    const [, rows, columns] = dy.shape;
    const dx = zeros(...this.shape);
    for (let n = 0; n < batch; n++)
      for (let i = 0; i < 2 * rows; i++)
        for (let j = 0; j < 2 * columns; j++)
          for (let c = 0; c < channels; c++) {
            const at = ((n * height + i) * width + j) * channels + c;
            const g = dy.data[((n * rows + Math.floor(i / 2)) * columns + Math.floor(j / 2)) * channels + c];
            dx.data[at] += g / 4;
          }
    return dx;
  }
}
`;

const byWindow = `import { NdArray } from "./array.ts";

export class AveragePool {
  windows([batch, height, width, channels]) {
    const list = [];
    for (let n = 0; n < batch; n++)
      for (let i = 0; i + 1 < height; i += 2)
        for (let j = 0; j + 1 < width; j += 2)
          for (let c = 0; c < channels; c++) {
            const first = ((n * height + i) * width + j) * channels + c;
            list.push([first, first + channels, first + width * channels, first + (width + 1) * channels]);
          }
    return list;
  }

  forward(x) {
    this.shape = [...x.shape];
    const means = this.windows(x.shape).map((places) => 0.25 * places.reduce((sum, at) => sum + x.data[at], 0));
    return new NdArray([x.shape[0], x.shape[1] >> 1, x.shape[2] >> 1, x.shape[3]], means);
  }

  backward(dy) {
    const dx = new NdArray(this.shape);
    this.windows(this.shape).forEach((places, to) => places.forEach((at) => { dx.data[at] += 0.25 * dy.data[to]; }));
    return dx;
  }
}
`;

export const averagePool: Submissions = {
  id: "averagePool",
  solution,
  styles: [byWindow],
  mistakes: [
    { name: "the sum", causes: ["missing-1/N"], change: [["x.data[from] / 4", "x.data[from]"]] },
    { name: "divided by 2", causes: ["extra-1/N", "factor-2"], change: [["x.data[from] / 4", "x.data[from] / 2"]] },
    {
      name: "the last pixel",
      causes: ["one-pixel"],
      change: [["y.data[to] += x.data[from] / 4", "y.data[to] = x.data[from] / 4"]],
    },
    {
      name: "the largest",
      causes: ["wrong-quantity"],
      change: [
        [
          "y.data[to] += x.data[from] / 4",
          "y.data[to] = i % 2 + j % 2 === 0 ? x.data[from] : Math.max(y.data[to], x.data[from])",
        ],
      ],
    },
    { name: "dx without the share", causes: ["missing-1/N"], change: [["dx.data[at] += g / 4", "dx.data[at] = g"]] },
    {
      name: "dx in one pixel",
      causes: ["one-pixel"],
      change: [["dx.data[at] += g / 4", "if (i % 2 === 0 && j % 2 === 0) dx.data[at] = g / 4"]],
    },
    {
      name: "dx with x",
      causes: ["extra-factor"],
      change: [
        ["this.shape = x.shape;", "this.shape = x.shape;\n    this.x = x;"],
        ["dx.data[at] += g / 4", "dx.data[at] = g * this.x.data[at] / 4"],
      ],
    },
    { name: "dx with the wrong sign", causes: ["sign"], change: [["dx.data[at] += g / 4", "dx.data[at] = -g / 4"]] },
    {
      name: "channels first",
      causes: ["wrong-layout"],
      change: [
        [
          "const from = ((n * height + i) * width + j) * channels + c;",
          "const from = ((n * channels + c) * height + i) * width + j;",
        ],
      ],
    },
    {
      name: "height in place of width in backward",
      causes: ["wrong-layout"],
      change: [
        [
          "const at = ((n * height + i) * width + j) * channels + c;",
          "const at = ((n * width + i) * height + j) * channels + c;",
        ],
      ],
    },
    {
      name: "the odd row counts",
      causes: ["shape"],
      change: [["[Math.floor(height / 2), Math.floor(width / 2)]", "[Math.ceil(height / 2), Math.ceil(width / 2)]"]],
    },
    {
      name: "the first shape is kept",
      causes: ["stale-state"],
      change: [["this.shape = x.shape;", "if (this.shape.length === 0) this.shape = x.shape;"]],
    },
    {
      name: "dy is changed",
      causes: ["input-modified"],
      change: [["dx.data[at] += g / 4", "dx.data[at] = g / 4;\n            dy.data[0] += 1"]],
    },
  ],
};
