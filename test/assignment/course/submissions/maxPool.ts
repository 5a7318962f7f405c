import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, zeros } from "./array.ts";

export class MaxPool {
  shape: readonly number[] = [];
  places: number[] = [];

  forward(x: NdArray): NdArray {
    const [batch, height, width, channels] = x.shape;
    const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
    const y = zeros(batch, rows, columns, channels);
    this.shape = x.shape;
    this.places = [];
    for (let n = 0; n < batch; n++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          for (let c = 0; c < channels; c++) {
            let best = -Infinity;
            let place = -1;
            for (let k = 0; k < 2; k++)
              for (let l = 0; l < 2; l++) {
                const at = ((n * height + 2 * i + k) * width + 2 * j + l) * channels + c;
                if (x.data[at] > best) {
                  best = x.data[at];
                  place = at;
                }
              }
            y.data[this.places.length] = best;
            this.places.push(place);
          }
    return y;
  }

  backward(dy: NdArray): NdArray {
    const dx = zeros(...this.shape);
    for (let at = 0; at < dy.size; at++) dx.data[this.places[at]] += dy.data[at];
    return dx;
  }
}
`;

// keeps x and y, and looks for the largest values again in backward
const withMask = `import { NdArray } from "./array.ts";

export class MaxPool {
  forward(x) {
    this.x = new NdArray(x.shape, x.data);
    const [batch, height, width, channels] = x.shape;
    const [h, w] = [height >> 1, width >> 1];
    this.y = new NdArray([batch, h, w, channels]);
    this.y.data.fill(-1e300);
    this.each((from, to) => { this.y.data[to] = Math.max(this.y.data[to], x.data[from]); });
    return new NdArray(this.y.shape, this.y.data);
  }

  each(visit) {
    const [batch, height, width, channels] = this.x.shape;
    const [h, w] = [height >> 1, width >> 1];
    for (let n = 0; n < batch; n++)
      for (let i = 0; i < 2 * h; i++)
        for (let j = 0; j < 2 * w; j++)
          for (let c = 0; c < channels; c++) visit(((n * height + i) * width + j) * channels + c, ((n * h + (i >> 1)) * w + (j >> 1)) * channels + c);
  }

  backward(dy) {
    const dx = new NdArray(this.x.shape);
    const used = new Set();
    this.each((from, to) => {
      if (this.x.data[from] !== this.y.data[to] || used.has(to)) return;
      used.add(to);
      dx.data[from] = dy.data[to];
    });
    return dx;
  }
}
`;

const place = "const at = ((n * height + 2 * i + k) * width + 2 * j + l) * channels + c;";
const spread = "for (let at = 0; at < dy.size; at++) dx.data[this.places[at]] += dy.data[at];";

export const maxPool: Submissions = {
  id: "maxPool",
  solution,
  styles: [withMask],
  mistakes: [
    { name: "the search starts at 0", causes: ["start-at-0"], change: [["let best = -Infinity;", "let best = 0;"]] },
    {
      name: "the smallest value",
      causes: ["wrong-quantity"],
      change: [
        ["let best = -Infinity;", "let best = Infinity;"],
        ["x.data[at] > best", "x.data[at] < best"],
      ],
    },
    {
      name: "magnitudes",
      causes: ["magnitude"],
      change: [["x.data[at] > best", "place < 0 || Math.abs(x.data[at]) > Math.abs(best)"]],
    },
    {
      name: "overlapping windows",
      causes: ["stride", "wrong-window"],
      change: [[place, place.replace("2 * i", "i").replace("2 * j", "j")]],
    },
    {
      name: "channels first",
      causes: ["wrong-layout"],
      change: [[place, "const at = ((n * channels + c) * height + 2 * i + k) * width + 2 * j + l;"]],
    },
    { name: "one row of the window", causes: ["wrong-window"], change: [["k < 2", "k < 1"]] },
    {
      name: "windows of 3×3",
      causes: ["wrong-window"],
      change: [
        ["for (let k = 0; k < 2; k++)", "for (let k = 0; k < 3 && 2 * i + k < height; k++)"],
        ["for (let l = 0; l < 2; l++)", "for (let l = 0; l < 3 && 2 * j + l < width; l++)"],
      ],
    },
    {
      name: "a window for the odd row",
      causes: ["shape"],
      change: [["[Math.floor(height / 2), Math.floor(width / 2)]", "[Math.ceil(height / 2), Math.ceil(width / 2)]"]],
    },
    {
      name: "backward gives all pixels dy",
      causes: ["all-pixels"],
      change: [
        [
          spread,
          "const [, h, w, c] = this.shape;\n    for (let at = 0; at < dx.size; at++) {\n      const [n, i, j] = [Math.floor(at / (h * w * c)), Math.floor(at / (w * c)) % h, Math.floor(at / c) % w];\n      dx.data[at] = dy.data[((n * dy.shape[1] + (i >> 1)) * dy.shape[2] + (j >> 1)) * c + (at % c)];\n    }",
        ],
      ],
    },
    { name: "dx is 1", causes: ["missing-dy"], change: [["+= dy.data[at]", "= 1"]] },
    {
      name: "dx is y",
      causes: ["wrong-result"],
      change: [
        ["return y;", "this.y = y;\n    return y;"],
        ["+= dy.data[at]", "= this.y.data[at]"],
      ],
    },
    { name: "dx has the wrong sign", causes: ["sign"], change: [["+= dy.data[at]", "-= dy.data[at]"]] },
    {
      name: "dx in the shape of dy",
      causes: ["shape"],
      change: [
        ["const dx = zeros(...this.shape);", "const dx = zeros(...dy.shape);"],
        [spread, "for (let at = 0; at < dy.size; at++) dx.data[at] = dy.data[at];"],
      ],
    },
    {
      name: "places are kept",
      causes: ["stale-state"],
      change: [
        ["this.places = [];\n    for", "const count = this.places.length;\n    for"],
        ["y.data[this.places.length] = best", "y.data[this.places.length - count] = best"],
      ],
    },
    {
      name: "all equal values get dy",
      causes: ["ties"],
      change: [
        ["return y;", "this.x = x;\n    this.y = y;\n    return y;"],
        [
          spread,
          "const [, h, w, c] = this.shape;\n    for (let at = 0; at < dx.size; at++) {\n      const [n, i, j] = [Math.floor(at / (h * w * c)), Math.floor(at / (w * c)) % h, Math.floor(at / c) % w];\n      if (i >> 1 >= dy.shape[1] || j >> 1 >= dy.shape[2]) continue;\n      const from = ((n * dy.shape[1] + (i >> 1)) * dy.shape[2] + (j >> 1)) * c + (at % c);\n      if (this.x.data[at] === this.y.data[from]) dx.data[at] = dy.data[from];\n    }",
        ],
      ],
    },

    {
      name: "the first image only",
      causes: ["one-example"],
      change: [["for (let n = 0; n < batch; n++)", "for (let n = 0; n < 1; n++)"]],
    },
  ],
};
