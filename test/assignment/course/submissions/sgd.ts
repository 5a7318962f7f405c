import type { Submissions } from "../support.ts";

const solution = `import type { Parameter } from "./array.ts";

let shared = 0;

export class Sgd {
  learningRate: number;

  constructor({ learningRate }: { learningRate: number }) {
    this.learningRate = learningRate;
  }

  step(parameters: Parameter[]): void {
    for (const { value, gradient } of parameters) {
      for (let i = 0; i < value.data.length; i++) {
        value.data[i] -= this.learningRate * gradient.data[i];
      }
    }
  }
}
`;

const withMap = `import { map } from "./array.ts";

export class Sgd {
  constructor(options) {
    this.learningRate = options.learningRate;
  }
  step(parameters) {
    parameters.forEach((p) => {
      const next = map(p.value, (value, i) => value + -1 * p.gradient.data[i] * this.learningRate);
      p.value.data.set(next.data);
    });
  }
}
`;

const newData = `export class Sgd {
  constructor({ learningRate }) { Object.assign(this, { learningRate, steps: 0 }); }
  step(parameters) {
    this.steps++;
    for (let k = parameters.length - 1; k >= 0; k--) {
      const { value, gradient } = parameters[k];
      const old = [...value.data];
      old.forEach((number, i) => { value.data[i] = number - gradient.data[i] / (1 / this.learningRate); });
    }
    return parameters;
  }
}
`;

export const sgd: Submissions = {
  id: "sgd",
  solution,
  styles: [withMap, newData],
  mistakes: [
    { name: "up the gradient", causes: ["sign"], change: [["value.data[i] -=", "value.data[i] +="]] },
    {
      name: "no learning rate",
      causes: ["missing-learning-rate"],
      change: [["this.learningRate * gradient", "gradient"]],
    },
    { name: "assigned", causes: ["assigned"], change: [["value.data[i] -=", "value.data[i] = -"]] },
    {
      name: "a new array",
      causes: ["not-in-place"],
      change: [
        [
          "for (const { value, gradient } of parameters) {",
          "for (const p of parameters) { const { gradient } = p; const value = { shape: p.value.shape, data: p.value.data.slice(), size: 0 };",
        ],
        ["gradient.data[i];\n      }", "gradient.data[i];\n      } p.value = value;"],
      ],
    },
    {
      name: "only the first parameter",
      causes: ["one-parameter"],
      change: [["gradient.data[i];\n      }", "gradient.data[i];\n      } return;"]],
    },
    { name: "only the first rows", causes: ["one-row"], change: [["i < value.data.length", "i < value.shape[0]"]] },
    {
      name: "the last entry stays",
      causes: ["one-entry"],
      change: [["i < value.data.length", "i < value.data.length - 1"]],
    },
    {
      name: "the gradient is scaled in place",
      causes: ["input-modified"],
      change: [
        [
          "value.data[i] -= this.learningRate * gradient.data[i];",
          "gradient.data[i] *= this.learningRate; value.data[i] -= gradient.data[i];",
        ],
      ],
    },
    {
      name: "a private learning rate",
      causes: ["learning-rate-fixed"],
      change: [
        ["this.learningRate = learningRate;", "this.learningRate = learningRate; this.rate = learningRate;"],
        ["this.learningRate * gradient", "this.rate * gradient"],
      ],
    },
    {
      name: "a learning rate for all optimizers",
      causes: ["shared-state", "learning-rate-fixed"],
      change: [
        ["this.learningRate = learningRate;", "this.learningRate = learningRate; shared = learningRate;"],
        ["this.learningRate * gradient", "shared * gradient"],
      ],
    },
    {
      name: "the sign of the gradient",
      causes: ["gradient-sign"],
      change: [["* gradient.data[i]", "* Math.sign(gradient.data[i])"]],
    },
    { name: "the wrong index", causes: [], change: [["gradient.data[i]", "gradient.data[0]"]] },
    { name: "of", causes: ["exception"], change: [["of parameters)", "of parameters.list)"]] },
    {
      name: "divided by the size",
      causes: ["extra-1/N"],
      change: [["gradient.data[i];", "gradient.data[i] / value.size;"]],
    },
    { name: "twice", causes: ["factor-2"], change: [["this.learningRate *", "2 * this.learningRate *"]] },
    {
      name: "a copy is changed",
      causes: ["zero"],
      change: [
        ["let i = 0;", "let data = value.data.slice(), i = 0;"],
        ["value.data[i] -=", "data[i] -="],
      ],
    },
  ],
};
