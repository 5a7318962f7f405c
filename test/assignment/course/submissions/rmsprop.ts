import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, type Parameter, zeros } from "./array.ts";

export class Rmsprop {
  learningRate: number;
  alpha: number;
  epsilon: number;
  squares = new Map<string, NdArray>();

  constructor({ learningRate, alpha = 0.99, epsilon = 1e-8 }) {
    this.learningRate = learningRate;
    this.alpha = alpha;
    this.epsilon = epsilon;
  }

  step(parameters: Parameter[]): void {
    for (const { name, value, gradient } of parameters) {
      const v = this.squares.get(name) ?? zeros(...value.shape);
      this.squares.set(name, v);
      for (let i = 0; i < value.size; i++) {
        const g = gradient.data[i];
        v.data[i] = this.alpha * v.data[i] + (1 - this.alpha) * g * g;
        value.data[i] -= (this.learningRate * g) / (Math.sqrt(v.data[i]) + this.epsilon);
      }
    }
  }
}
`;

const incremental = `export class Rmsprop {
  constructor(options) { Object.assign(this, { alpha: 0.99, epsilon: 1e-8, ...options, v: {} }); }
  step(parameters) {
    for (const p of parameters) {
      const v = (this.v[p.name] ??= new Float64Array(p.value.size));
      p.gradient.data.forEach((g, i) => { v[i] += (1 - this.alpha) * (g ** 2 - v[i]); });
      p.value.data.set(p.value.data.map((x, i) => x - this.learningRate / (v[i] ** 0.5 + this.epsilon) * p.gradient.data[i]));
    }
  }
}
`;

const byPlace = `import { map } from "./array.ts";
export class Rmsprop {
  v = null;
  constructor({ learningRate, alpha = 0.99, epsilon = 1e-8 }) { this.learningRate = learningRate; this.a = alpha; this.e = epsilon; }
  step(parameters) {
    const old = this.v ?? parameters.map(({ value }) => map(value, () => 0));
    this.v = parameters.map(({ gradient }, k) => map(gradient, (g, i) => Math.pow(g, 2) * (1 - this.a) + this.a * old[k].data[i]));
    parameters.forEach(({ value, gradient }, k) => {
      for (let i = 0; i < value.size; i++) {
        const root = Math.sqrt(this.v[k].data[i]) + this.e;
        value.data[i] = value.data[i] - (gradient.data[i] / root) * this.learningRate;
      }
    });
  }
}
`;

const root = "Math.sqrt(v.data[i]) + this.epsilon";

export const rmsprop: Submissions = {
  id: "rmsprop",
  solution,
  styles: [incremental, byPlace],
  mistakes: [
    { name: "ε in the root", causes: ["epsilon"], change: [[root, "Math.sqrt(v.data[i] + this.epsilon)"]] },
    { name: "no ε", causes: ["epsilon"], change: [[` + this.epsilon`, ""]] },
    { name: "no root", causes: ["missing-root"], change: [["Math.sqrt(v.data[i])", "v.data[i]"]] },
    { name: "no square", causes: ["missing-square"], change: [["* g * g", "* Math.abs(g)"]] },
    {
      name: "swapped",
      causes: ["swapped"],
      change: [["this.alpha * v.data[i] + (1 - this.alpha)", "(1 - this.alpha) * v.data[i] + this.alpha"]],
    },
    {
      name: "Adagrad",
      causes: ["accumulated"],
      change: [["this.alpha * v.data[i] + (1 - this.alpha) * g", "v.data[i] + g"]],
    },
    { name: "no 1 − α", causes: ["missing-1-alpha"], change: [["(1 - this.alpha) * g", "g"]] },
    {
      name: "v is not kept",
      causes: ["state-not-kept", "missing-history"],
      change: [["this.squares.set(name, v);", ""]],
    },
    {
      name: "one v",
      causes: ["shared-state"],
      change: [
        ["get(name)", 'get("v")'],
        ["set(name", 'set("v"'],
      ],
    },
    {
      name: "the first v counts fully",
      causes: ["wrong-start"],
      change: [["?? zeros(...value.shape)", "?? { data: gradient.data.map((g) => g * g) }"]],
    },
    { name: "no division", causes: ["missing-denominator"], change: [[` / (${root})`, ""]] },
    { name: "no gradient", causes: ["wrong-numerator"], change: [["(this.learningRate * g)", "this.learningRate"]] },
    { name: "up", causes: ["sign"], change: [["value.data[i] -=", "value.data[i] +="]] },
    {
      name: "bias correction",
      causes: ["bias-correction"],
      change: [
        ["Math.sqrt(v.data[i])", "Math.sqrt(v.data[i] / (1 - this.alpha ** this.t))"],
        ["    for (const {", "    this.t = (this.t ?? 0) + 1;\n    for (const {"],
      ],
    },
    { name: "the default", causes: ["defaults"], change: [["alpha = 0.99", "alpha = 0.9"]] },
    { name: "assigned", causes: ["assigned"], change: [["value.data[i] -= (", "value.data[i] = -("]] },
  ],
};
