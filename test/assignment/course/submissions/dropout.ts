import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray, type Random } from "./array.ts";

export class Dropout {
  mask?: NdArray;
  keepProbability: number;
  random: Random;

  constructor(keepProbability: number, random: Random) {
    this.keepProbability = keepProbability;
    this.random = random;
  }

  forward(x: NdArray, training: boolean): NdArray {
    const p = this.keepProbability;
    if (!training || p === 0 || p === 1) {
      this.mask = undefined;
      return map(x, (value) => value);
    }
    this.mask = map(x, () => (this.random.uniform() < p ? 1 / p : 0));
    return map(x, (value, i) => value * this.mask.data[i]);
  }

  backward(dy: NdArray): NdArray {
    return map(dy, (value, i) => (this.mask ? value * this.mask.data[i] : value));
  }
}
`;

const otherDraws = `import { NdArray } from "./array.ts";

export class Dropout {
  constructor(keepProbability, random) {
    this.p = keepProbability || 1;
    this.random = random;
  }
  forward(x, training) {
    const y = new NdArray(x.shape, x.data);
    this.dropped = new Set();
    if (!training) return y;
    for (let i = x.size - 1; i >= 0; i--) {
      if (1 - this.random.uniform() > this.p) this.dropped.add(i);
      y.data[i] = this.dropped.has(i) ? 0 : x.data[i] / this.p;
    }
    this.scale = this.p;
    return y;
  }
  backward(dy) {
    const dx = new NdArray(dy.shape, dy.data);
    const scale = this.dropped.size > 0 ? this.p : 1;
    for (let i = 0; i < dx.size; i++) dx.data[i] = this.dropped.has(i) ? 0 : dx.data[i] / scale;
    return dx;
  }
}
`;

const alwaysAMask = `import { map } from "./array.ts";

export class Dropout {
  constructor(keepProbability, random) {
    this.keepProbability = keepProbability;
    this.random = random;
    this.active = keepProbability > 0 && keepProbability < 1;
  }
  forward(x, training) {
    const { keepProbability: p, random } = this;
    const draws = Array.from({ length: x.size }, () => random.uniform());
    this.factors = draws.map((u) => (training && this.active ? Number(u >= 1 - p) / p : 1));
    return map(x, (v, i) => v * this.factors[i]);
  }
  backward(dy) {
    return map(dy, (v, i) => v * this.factors[i]);
  }
}
`;

const draw = "this.random.uniform() < p ? 1 / p : 0";
const none = "!training || p === 0 || p === 1";
const back = "return map(dy, (value, i) => (this.mask ? value * this.mask.data[i] : value));";

export const dropout: Submissions = {
  id: "dropout",
  solution,
  styles: [otherDraws, alwaysAMask],
  mistakes: [
    { name: "unscaled", causes: ["unscaled"], change: [[draw, "this.random.uniform() < p ? 1 : 0"]] },
    {
      name: "keep and drop swapped",
      causes: ["keep-drop-swapped"],
      change: [[draw, "this.random.uniform() > p ? 1 / p : 0"]],
    },
    {
      name: "p is the probability to drop",
      causes: ["keep-drop-swapped"],
      change: [[draw, "this.random.uniform() < p ? 0 : 1 / (1 - p)"]],
    },
    { name: "multiplied with p", causes: ["inverse"], change: [[draw, "this.random.uniform() < p ? p : 0"]] },
    {
      name: "training and evaluation swapped",
      causes: ["training-evaluation-swapped"],
      change: [["!training ||", "training ||"]],
    },
    { name: "always dropout", causes: ["evaluation-drops"], change: [["!training || ", ""]] },
    { name: "never dropout", causes: ["nothing-dropped"], change: [[none, "true"]] },
    {
      name: "a new mask in backward",
      causes: ["new-mask"],
      change: [
        [
          back,
          "const p = this.keepProbability;\n    return map(dy, (value) => (this.mask && this.random.uniform() >= p ? 0 : this.mask ? value / p : value));",
        ],
      ],
    },
    {
      name: "no mask in backward",
      causes: ["backward-unmasked"],
      change: [[back, "return map(dy, (value) => value);"]],
    },
    {
      name: "backward unscaled",
      causes: ["unscaled"],
      change: [[back, "return map(dy, (value, i) => (this.mask && this.mask.data[i] === 0 ? 0 : value));"]],
    },
    {
      name: "evaluation scaled",
      causes: ["evaluation-scaled"],
      change: [
        [
          `if (${none}) {`,
          "if (!training) {\n      this.mask = map(x, () => p || 1);\n      return map(x, (value) => value * (p || 1));\n    }\n    if (p === 0 || p === 1) {",
        ],
      ],
    },
    { name: "p = 0 divides by 0", causes: ["no-dropout-case"], change: [[none, "!training"]] },
    {
      name: "one draw",
      causes: ["one-draw", "nothing-dropped", "all-dropped"],
      change: [
        [
          "this.mask = map(x, () => (this.random.uniform() < p ? 1 / p : 0));",
          "const factor = this.random.uniform() < p ? 1 / p : 0;\n    this.mask = map(x, () => factor);",
        ],
      ],
    },
    {
      name: "one mask for all rows",
      causes: ["shared-mask"],
      change: [
        [
          "this.mask = map(x, () => (this.random.uniform() < p ? 1 / p : 0));",
          "const n = x.shape[x.shape.length - 1];\n    const row = Array.from({ length: n }, () => (this.random.uniform() < p ? 1 / p : 0));\n    this.mask = map(x, (_, i) => row[i % n]);",
        ],
      ],
    },
    {
      name: "the mask is kept",
      causes: ["mask-kept"],
      change: [["this.mask = map(x, () =>", "this.mask ??= map(x, () =>"]],
    },
    {
      name: "the mask of evaluation is stale",
      causes: ["stale-state"],
      change: [["      this.mask = undefined;\n", ""]],
    },
    { name: "Math.random", causes: ["wrong-random"], change: [["this.random.uniform()", "Math.random()"]] },
    { name: "normal numbers", causes: ["wrong-random"], change: [["this.random.uniform()", "this.random.normal()"]] },
    {
      name: "by the zeros of y",
      causes: ["mask-from-output"],
      change: [
        [
          "return map(x, (value, i) => value * this.mask.data[i]);",
          "const y = map(x, (value, i) => value * this.mask.data[i]);\n    this.mask = map(y, (value) => (value === 0 ? 0 : 1 / p));\n    return y;",
        ],
      ],
    },
    {
      name: "in place",
      causes: ["input-modified"],
      change: [
        [
          "return map(x, (value, i) => value * this.mask.data[i]);",
          "for (let i = 0; i < x.size; i++) x.data[i] *= this.mask.data[i];\n    return x;",
        ],
      ],
    },
  ],
};
