import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, type Parameter, zeros } from "./array.ts";

export class SgdWithMomentum {
  learningRate: number;
  momentum: number;
  velocities = new Map<string, NdArray>();

  constructor({ learningRate, momentum = 0.9 }: { learningRate: number; momentum?: number }) {
    this.learningRate = learningRate;
    this.momentum = momentum;
  }

  step(parameters: Parameter[]): void {
    for (const { name, value, gradient } of parameters) {
      const u = this.velocities.get(name) ?? zeros(...value.shape);
      this.velocities.set(name, u);
      for (let i = 0; i < value.size; i++) {
        u.data[i] = this.momentum * u.data[i] + gradient.data[i];
        value.data[i] -= this.learningRate * u.data[i];
      }
    }
  }
}
`;

const byPlace = `import { map } from "./array.ts";
export class SgdWithMomentum {
  constructor(options) {
    const { learningRate, momentum } = { momentum: 0.9, ...options };
    Object.assign(this, { learningRate, momentum, u: [] });
  }
  step(parameters) {
    this.u = parameters.map(({ gradient }, k) => map(gradient, (g, i) => g + (this.u[k]?.data[i] ?? 0) * this.momentum));
    parameters.forEach(({ value }, k) => this.u[k].data.forEach((u, i) => { value.data[i] = value.data[i] - u * this.learningRate; }));
  }
}
`;

const firstStep = `import { copy } from "./array.ts";
export class SgdWithMomentum {
  state = {};
  constructor({ learningRate, momentum = 0.9 }) { this.learningRate = learningRate; this.mu = momentum; }
  step(parameters) {
    for (const p of parameters) {
      if (!this.state[p.name]) this.state[p.name] = copy(p.gradient);
      else {
        const u = this.state[p.name].data;
        for (let i = 0; i < u.length; i++) { u[i] *= this.mu; u[i] += p.gradient.data[i]; }
      }
      for (let i = 0; i < p.value.size; i++) p.value.data[i] += this.state[p.name].data[i] * -this.learningRate;
    }
  }
}
`;

const velocity = "this.momentum * u.data[i] + gradient.data[i]";

export const momentum: Submissions = {
  id: "momentum",
  solution,
  styles: [byPlace, firstStep],
  mistakes: [
    {
      name: "dampened",
      causes: ["dampened"],
      change: [[velocity, "this.momentum * u.data[i] + (1 - this.momentum) * gradient.data[i]"]],
    },
    {
      name: "Nesterov",
      causes: ["nesterov"],
      change: [["* u.data[i];\n      }", "* (gradient.data[i] + this.momentum * u.data[i]);\n      }"]],
    },
    {
      name: "η in u",
      causes: ["learning-rate-in-velocity"],
      change: [
        ["+ gradient.data[i];", "+ this.learningRate * gradient.data[i];"],
        ["-= this.learningRate * u", "-= u"],
      ],
    },
    {
      name: "η twice",
      causes: ["learning-rate-twice"],
      change: [["+ gradient.data[i];", "+ this.learningRate * gradient.data[i];"]],
    },
    {
      name: "u is not kept",
      causes: ["state-not-kept", "missing-momentum"],
      change: [["this.velocities.set(name, u);", ""]],
    },
    {
      name: "one u for all",
      causes: ["shared-state"],
      change: [
        ["get(name)", 'get("u")'],
        ["set(name", 'set("u"'],
      ],
    },
    {
      name: "u of the class",
      causes: ["shared-state"],
      change: [
        ["  velocities", "  static velocities"],
        ["this.velocities.get", "SgdWithMomentum.velocities.get"],
        ["this.velocities.set", "SgdWithMomentum.velocities.set"],
      ],
    },
    { name: "no μ", causes: ["accumulated"], change: [["this.momentum * u.data[i]", "u.data[i]"]] },
    {
      name: "μ on the gradient",
      causes: ["swapped"],
      change: [[velocity, "u.data[i] + this.momentum * gradient.data[i]"]],
    },
    {
      name: "old u",
      causes: ["stale-velocity"],
      change: [
        [
          `u.data[i] = ${velocity};\n        value.data[i] -= this.learningRate * u.data[i];`,
          `value.data[i] -= this.learningRate * u.data[i];\n        u.data[i] = ${velocity};`,
        ],
      ],
    },
    { name: "up", causes: ["sign"], change: [["value.data[i] -=", "value.data[i] +="]] },
    { name: "u − g", causes: ["sign"], change: [["u.data[i] + gradient", "u.data[i] - gradient"]] },
    {
      name: "the default",
      causes: ["defaults"],
      change: [["{ learningRate, momentum = 0.9 }", "{ learningRate, momentum = 0.5 }"]],
    },
    {
      name: "the gradient is changed",
      causes: ["input-modified"],
      change: [
        [`u.data[i] = ${velocity}`, `gradient.data[i] += this.momentum * u.data[i]; u.data[i] = gradient.data[i]`],
      ],
    },
  ],
};
