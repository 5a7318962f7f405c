import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, type Parameter, zeros } from "./array.ts";

export class Adam {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  t = 0;
  moments = new Map<string, { m: NdArray; v: NdArray }>();

  constructor({ learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }) {
    this.learningRate = learningRate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
  }

  step(parameters: Parameter[]): void {
    this.t++;
    const { learningRate, beta1, beta2, epsilon, weightDecay, t } = this;
    for (const { name, value, gradient } of parameters) {
      const state = this.moments.get(name) ?? { m: zeros(...value.shape), v: zeros(...value.shape) };
      this.moments.set(name, state);
      const m = state.m.data;
      const v = state.v.data;
      for (let i = 0; i < value.size; i++) {
        const g = gradient.data[i];
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        const mHat = m[i] / (1 - beta1 ** t);
        const vHat = v[i] / (1 - beta2 ** t);
        value.data[i] -= (learningRate * mHat) / (Math.sqrt(vHat) + epsilon) + weightDecay * value.data[i];
      }
    }
  }
}
`;

const byPlace = `import { copy, map, zeros } from "./array.ts";
export class Adam {
  constructor({ learningRate, beta1, beta2, epsilon, weightDecay }) {
    this.learningRate = learningRate;
    this.betas = [beta1 ?? 0.9, beta2 ?? 0.999];
    this.epsilon = epsilon ?? 1e-8;
    this.lambda = weightDecay ?? 0;
    this.m = []; this.v = []; this.powers = [1, 1];
  }
  step(parameters) {
    const [b1, b2] = this.betas;
    this.powers = [this.powers[0] * b1, this.powers[1] * b2];
    parameters.forEach((p, k) => {
      this.m[k] = map(p.gradient, (g, i) => b1 * (this.m[k] ? this.m[k].data[i] : 0) + (1 - b1) * g);
      this.v[k] = map(p.gradient, (g, i) => b2 * (this.v[k] ? this.v[k].data[i] : 0) + (1 - b2) * g ** 2);
      const old = copy(p.value);
      for (let i = 0; i < old.size; i++) {
        const mh = this.m[k].data[i] / (1 - this.powers[0]);
        const vh = this.v[k].data[i] / (1 - this.powers[1]);
        p.value.data[i] = old.data[i] * (1 - this.lambda) - this.learningRate * mh / (vh ** 0.5 + this.epsilon);
      }
    });
  }
}
`;

const incremental = `export class Adam {
  state = new WeakMap();
  steps = 0;
  constructor(options) {
    Object.assign(this, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...options });
  }
  step(parameters) {
    this.steps += 1;
    const c1 = 1 - Math.pow(this.beta1, this.steps), c2 = Math.sqrt(1 - Math.pow(this.beta2, this.steps));
    for (const { value, gradient } of parameters) {
      if (!this.state.has(value)) this.state.set(value, Array.from(value.data, () => [0, 0]));
      const state = this.state.get(value);
      for (let i = 0; i < value.data.length; i++) {
        const s = state[i], g = gradient.data[i];
        s[0] += (1 - this.beta1) * (g - s[0]);
        s[1] += (1 - this.beta2) * (g * g - s[1]);
        const step = this.learningRate / c1 * s[0] / (Math.sqrt(s[1]) / c2 + this.epsilon);
        value.data[i] -= step + this.weightDecay * value.data[i];
      }
    }
  }
}
`;

const decay = "weightDecay * value.data[i]";
const state = "this.moments.get(name) ?? { m: zeros(...value.shape), v: zeros(...value.shape) }";

export const adam: Submissions = {
  id: "adam",
  solution,
  styles: [byPlace, incremental],
  mistakes: [
    { name: "t stays 0", causes: ["step-counter"], change: [["this.t++;", "this.t = 1;"]] },
    {
      name: "t rises at the end",
      causes: ["step-counter"],
      change: [
        ["this.t++;", ""],
        ["value.data[i];\n      }\n    }", "value.data[i];\n      }\n    }\n    this.t++;"],
      ],
    },
    {
      name: "t per parameter",
      causes: ["step-counter"],
      change: [
        ["this.t++;", ""],
        ["epsilon, weightDecay, t }", "epsilon, weightDecay }"],
        ["const m = state", "const t = ++this.t; const m = state"],
      ],
    },
    {
      name: "no bias correction",
      causes: ["missing-bias-correction"],
      change: [
        ["m[i] / (1 - beta1 ** t)", "m[i]"],
        ["v[i] / (1 - beta2 ** t)", "v[i]"],
      ],
    },
    {
      name: "no bias correction of v",
      causes: ["missing-bias-correction"],
      change: [["v[i] / (1 - beta2 ** t)", "v[i]"]],
    },
    {
      name: "corrected moments are kept",
      causes: ["correction-stored"],
      change: [["const mHat = m[i] /", "const mHat = m[i] = m[i] /"]],
    },
    {
      name: "ε in the root",
      causes: ["epsilon"],
      change: [["Math.sqrt(vHat) + epsilon", "Math.sqrt(vHat + epsilon)"]],
    },
    { name: "no ε", causes: ["epsilon"], change: [["Math.sqrt(vHat) + epsilon", "Math.sqrt(vHat)"]] },
    { name: "no root", causes: ["missing-root"], change: [["Math.sqrt(vHat)", "vHat"]] },
    { name: "no square", causes: ["missing-square"], change: [["(1 - beta2) * g * g", "(1 - beta2) * Math.abs(g)"]] },
    { name: "no 1 − β", causes: ["missing-1-beta"], change: [["(1 - beta1) * g", "g"]] },
    {
      name: "β swapped",
      causes: ["swapped"],
      change: [["const { learningRate, beta1, beta2,", "const { learningRate, beta1: beta2, beta2: beta1,"]],
    },
    { name: "η in the decay", causes: ["learning-rate-in-decay"], change: [[decay, `learningRate * ${decay}`]] },
    {
      name: "L2 penalty",
      causes: ["decay-in-gradient"],
      change: [
        ["g = gradient.data[i]", `g = gradient.data[i] + ${decay}`],
        [`epsilon) + ${decay}`, "epsilon)"],
      ],
    },
    { name: "no decay", causes: ["missing-decay"], change: [[` + ${decay};`, ";"]] },
    { name: "values grow", causes: ["sign"], change: [[` + ${decay};`, ` - ${decay};`]] },
    { name: "state for one step", causes: ["state-not-kept"], change: [["this.moments.set(name, state);", ""]] },
    {
      name: "one state",
      causes: ["shared-state"],
      change: [
        ["get(name)", 'get("")'],
        ["set(name,", 'set("",'],
      ],
    },
    {
      name: "state of the class",
      causes: ["shared-state"],
      change: [
        ["  moments = new", "  static moments = new"],
        [state, state.replace("this", "Adam")],
        ["this.moments.set", "Adam.moments.set"],
      ],
    },
    {
      name: "state by object",
      causes: ["state-not-kept"],
      change: [
        ["const { name, value, gradient } of parameters", "const name of parameters"],
        ["const state =", "const { value, gradient } = name; const state ="],
      ],
    },
    {
      name: "old m",
      causes: ["stale-moments"],
      change: [
        ["const g = ", "const mOld = m[i]; const g = "],
        ["m[i] / (1 - beta1", "mOld / (1 - beta1"],
      ],
    },
    { name: "up", causes: ["sign"], change: [["value.data[i] -= ", "value.data[i] += "]] },
    { name: "epsilon's default", causes: ["defaults"], change: [["epsilon = 1e-8", "epsilon = 1e-3"]] },
    {
      name: "clears the gradients",
      causes: ["input-modified"],
      change: [["value.data[i];\n      }", "value.data[i];\n        gradient.data[i] = 0;\n      }"]],
    },
    {
      name: "the learning rate of the beginning",
      causes: ["learning-rate-fixed"],
      change: [
        ["this.learningRate = learningRate;", "this.learningRate = learningRate; this.eta = learningRate;"],
        ["const { learningRate,", "const { eta: learningRate,"],
      ],
    },
  ],
};
