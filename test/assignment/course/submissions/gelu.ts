import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray } from "./array.ts";

const c = Math.sqrt(2 / Math.PI);
const a = 0.044715;

export class Gelu {
  x?: NdArray;

  forward(x: NdArray, training: boolean): NdArray {
    this.x = x;
    return map(x, (v) => 0.5 * v * (1 + Math.tanh(c * (v + a * v ** 3))));
  }

  backward(dy: NdArray): NdArray {
    const { x } = this;
    return map(dy, (d, i) => {
      const v = x.data[i];
      const t = Math.tanh(c * (v + a * v ** 3));
      const slope = 1 - t * t;
      const inner = c * (1 + 3 * a * v * v);
      return d * (0.5 * (1 + t) + 0.5 * v * slope * inner);
    });
  }
}
`;

// 1 + tanh(u) = 2σ(2u)
const withLogistic = `import { NdArray } from "./array.ts";

const k = Math.sqrt(8 / Math.PI);
const logistic = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

export class Gelu {
  forward(x) {
    this.slopes = [];
    const y = new NdArray(x.shape);
    for (let i = 0; i < x.size; i++) {
      const v = x.data[i];
      const s = logistic(k * v * (1 + 0.044715 * v * v));
      y.data[i] = v * s;
      this.slopes.push(s + v * s * (1 - s) * k * (1 + 0.134145 * v * v));
    }
    return y;
  }
  backward(dy) {
    const dx = new NdArray(dy.shape, dy.data);
    for (let i = 0; i < dy.size; i++) dx.data[i] *= this.slopes[i];
    return dx;
  }
}
`;

const withCosh = `import { copy, map } from "./array.ts";

const root = 0.7978845608028654;

export class Gelu {
  forward(x, training) {
    this.x = copy(x);
    this.u = map(x, (v) => root * (v + 0.044715 * v * v * v));
    this.t = map(this.u, Math.tanh);
    return map(x, (v, i) => (v + v * this.t.data[i]) / 2);
  }
  backward(dy) {
    return map(dy, (d, i) => {
      const v = this.x.data[i];
      const cosh = Math.cosh(this.u.data[i]);
      const second = Number.isFinite(cosh) ? (v * root * (1 + 0.134145 * v ** 2)) / (cosh * cosh) : 0;
      return (d * (1 + this.t.data[i] + second)) / 2;
    });
  }
}
`;

const forward = "0.5 * v * (1 + Math.tanh(c * (v + a * v ** 3))));\n  }";
const change = (text: string): [string, string] => [forward, `${text});\n  }`];

export const gelu: Submissions = {
  id: "gelu",
  solution,
  styles: [withLogistic, withCosh],
  mistakes: [
    { name: "no ½", causes: ["factor-2"], change: [change("v * (1 + Math.tanh(c * (v + a * v ** 3)))")] },
    { name: "root missing", causes: ["constant"], change: [["Math.sqrt(2 / Math.PI)", "2 / Math.PI"]] },
    { name: "0.44715", causes: ["constant"], change: [["0.044715", "0.44715"]] },
    {
      name: "x² for x³ in forward",
      causes: ["power"],
      change: [change("0.5 * v * (1 + Math.tanh(c * (v + a * v ** 2)))")],
    },
    {
      name: "c only on the first term",
      causes: ["bracket"],
      change: [change("0.5 * v * (1 + Math.tanh(c * v + a * v ** 3))")],
    },
    {
      name: "first term only",
      causes: ["missing-term"],
      change: [["0.5 * (1 + t) + 0.5 * v * slope * inner", "0.5 * (1 + t)"]],
    },
    { name: "1 − tanh", causes: ["wrong-derivative"], change: [["1 - t * t", "1 - t"]] },
    { name: "inner derivative missing", causes: ["chain-rule"], change: [["* slope * inner", "* slope"]] },
    {
      name: "c missing in the inner derivative",
      causes: ["chain-rule"],
      change: [["const inner = c * (", "const inner = ("]],
    },
    { name: "3 missing", causes: ["power"], change: [["1 + 3 * a * v * v", "1 + a * v * v"]] },
    { name: "3x for 3x²", causes: ["power"], change: [["1 + 3 * a * v * v", "1 + 3 * a * v"]] },
    { name: "dy missing", causes: ["missing-dy"], change: [["return d * (", "return ("]] },
    {
      name: "tanh with exponentials",
      causes: ["overflow"],
      change: [
        [
          "Math.tanh(c * (v + a * v ** 3))));\n  }",
          "((Math.exp(2 * c * (v + a * v ** 3)) - 1) / (Math.exp(2 * c * (v + a * v ** 3)) + 1))));\n  }",
        ],
      ],
    },
    { name: "SiLU", causes: ["wrong-function"], change: [change("v / (1 + Math.exp(-v))")] },
    {
      name: "two mistakes in the derivative",
      causes: ["factor-2"],
      change: [
        ["0.5 * (1 + t) + 0.5 * v * slope * inner", "(1 + t) + 0.5 * v * slope * inner"],
        ["1 + 3 * a * v * v", "1 + a * v * v"],
      ],
    },
    {
      name: "x in place",
      causes: ["input-modified"],
      change: [
        [
          `return map(x, (v) => ${forward}`,
          "for (let i = 0; i < x.size; i++) x.data[i] *= 0.5 * (1 + Math.tanh(c * (x.data[i] + a * x.data[i] ** 3)));\n    return x;\n  }",
        ],
      ],
    },
  ],
};
