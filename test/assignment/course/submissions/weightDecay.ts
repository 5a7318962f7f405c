import type { Submissions } from "../support.ts";

const solution = `import type { Parameter } from "./array.ts";

export class SgdWithWeightDecay {
  learningRate: number;
  weightDecay: number;

  constructor({ learningRate, weightDecay }: { learningRate: number; weightDecay: number }) {
    this.learningRate = learningRate;
    this.weightDecay = weightDecay;
  }

  step(parameters: Parameter[]): void {
    for (const { name, value, gradient } of parameters) {
      for (let i = 0; i < value.size; i++) {
        const old = value.data[i];
        value.data[i] = old - this.learningRate * gradient.data[i] - this.weightDecay * old;
      }
    }
  }
}
`;

const decayFirst = `export class SgdWithWeightDecay {
  constructor({ learningRate, weightDecay }) {
    this.learningRate = learningRate;
    this.weightDecay = weightDecay;
  }
  step(parameters) {
    for (const p of parameters) for (let i = 0; i < p.value.size; i++) p.value.data[i] *= 1 - this.weightDecay;
    for (const p of parameters) p.gradient.data.forEach((g, i) => { p.value.data[i] -= this.learningRate * g; });
  }
}
`;

const oneFactor = `import { map } from "./array.ts";
export class SgdWithWeightDecay {
  constructor(options) { Object.assign(this, options); }
  step(parameters) {
    const { learningRate: eta, weightDecay: lambda } = this;
    for (const { value, gradient } of parameters)
      value.data.set(map(gradient, (g, i) => value.data[i] - eta * (g + (lambda / eta) * value.data[i])).data);
  }
}
`;

const decay = "this.weightDecay * old";

export const weightDecay: Submissions = {
  id: "weightDecay",
  solution,
  styles: [decayFirst, oneFactor],
  mistakes: [
    { name: "η in the decay", causes: ["learning-rate-in-decay"], change: [[decay, `this.learningRate * ${decay}`]] },
    { name: "2λθ", causes: ["factor-2"], change: [[decay, `2 * ${decay}`]] },
    { name: "values grow", causes: ["sign"], change: [[` - ${decay}`, ` + ${decay}`]] },
    { name: "no decay", causes: ["missing-decay"], change: [[` - ${decay}`, ""]] },
    {
      name: "the new value decays",
      causes: ["updated-value"],
      change: [[` - ${decay};`, ";\n value.data[i] -= this.weightDecay * value.data[i];"]],
    },
    { name: "no gradient", causes: ["missing-gradient"], change: [["this.learningRate * gradient.data[i]", "0"]] },
    {
      name: "biases do not decay",
      causes: ["bias-excluded"],
      change: [[decay, `(name.endsWith("b") ? 0 : ${decay})`]],
    },
    { name: "sign(θ)", causes: ["wrong-formula"], change: [[decay, "this.weightDecay * Math.sign(old)"]] },
    { name: "no λ", causes: ["missing-lambda"], change: [[decay, "old"]] },
    {
      name: "an L2 penalty",
      causes: ["learning-rate-in-decay", "input-modified"],
      change: [
        [` - ${decay}`, ""],
        ["const old = value.data[i];", "const old = value.data[i]; gradient.data[i] += this.weightDecay * old;"],
      ],
    },
    { name: "up the gradient", causes: ["sign"], change: [["old - this.learningRate", "old + this.learningRate"]] },
    { name: "no η", causes: ["missing-learning-rate"], change: [["this.learningRate * gradient", "gradient"]] },
    { name: "the gradient decays", causes: ["wrong-input"], change: [[decay, "this.weightDecay * gradient.data[i]"]] },
    {
      name: "θ − (ηg − λθ)",
      causes: ["sign"],
      change: [
        [`this.learningRate * gradient.data[i] - ${decay}`, `(this.learningRate * gradient.data[i] - ${decay})`],
      ],
    },
  ],
};
