import type { Submissions } from "../support.ts";

const solution = `import type { Parameter } from "./array.ts";

export function addL2(parameters: Parameter[], lambda: number): number {
  let sum = 0;
  for (const { name, value, gradient } of parameters) {
    for (let i = 0; i < value.size; i++) {
      const theta = value.data[i];
      sum += theta * theta;
      gradient.data[i] += 2 * lambda * theta;
    }
  }
  return lambda * sum;
}
`;

const twoPasses = `export const addL2 = (parameters, lambda) => {
  const squares = parameters.map(({ value }) => value.data.reduce((sum, x) => sum + x ** 2, 0));
  for (const { value, gradient } of parameters) {
    gradient.data.set(gradient.data.map((g, i) => g + lambda * (value.data[i] + value.data[i])));
  }
  return squares.reduce((a, b) => a + b) * lambda;
};
`;

const norms = `import { map } from "./array.ts";
export function addL2(parameters, lambda) {
  let penalty = 0;
  for (const p of parameters) {
    penalty += lambda * Math.hypot(...p.value.data) ** 2;
    const slope = map(p.value, (x) => x * lambda * 2);
    slope.data.forEach((s, i) => (p.gradient.data[i] = s + p.gradient.data[i]));
  }
  return penalty;
}
`;

const added = "2 * lambda * theta";

export const l2: Submissions = {
  id: "l2",
  solution,
  styles: [twoPasses, norms],
  mistakes: [
    { name: "λθ", causes: ["factor-2"], change: [[added, "lambda * theta"]] },
    { name: "½", causes: ["factor-2"], change: [["return lambda * sum", "return 0.5 * lambda * sum"]] },
    {
      name: "the norm",
      causes: ["wrong-formula"],
      change: [["return lambda * sum", "return lambda * Math.sqrt(sum)"]],
    },
    {
      name: "(Σθ)²",
      causes: ["wrong-formula"],
      change: [
        ["theta * theta", "theta"],
        ["lambda * sum", "lambda * sum ** 2"],
      ],
    },
    { name: "Σ|θ|", causes: ["missing-square"], change: [["theta * theta", "Math.abs(theta)"]] },
    { name: "no λ in the penalty", causes: ["missing-lambda"], change: [["return lambda * sum", "return sum"]] },
    { name: "no λ in the gradient", causes: ["missing-lambda"], change: [[added, "2 * theta"]] },
    { name: "overwritten", causes: ["overwritten"], change: [["gradient.data[i] +=", "gradient.data[i] ="]] },
    { name: "subtracted", causes: ["sign"], change: [["gradient.data[i] +=", "gradient.data[i] -="]] },
    { name: "2λ", causes: ["wrong-formula"], change: [[added, "2 * lambda"]] },
    { name: "the square is added", causes: ["wrong-formula"], change: [[added, "lambda * theta ** 2"]] },
    { name: "sign", causes: ["wrong-formula"], change: [[added, "lambda * Math.sign(theta)"]] },
    {
      name: "no biases",
      causes: ["bias-excluded"],
      change: [["for (let i = 0;", 'if (!name.endsWith("_b")) for (let i = 0;']],
    },
    {
      name: "the first parameter",
      causes: ["one-parameter"],
      change: [["theta;\n    }", "theta;\n    }\n    break;"]],
    },
    { name: "the gradient's square", causes: ["wrong-input"], change: [["theta * theta", "gradient.data[i] ** 2"]] },
    {
      name: "decays the values",
      causes: ["missing-gradient", "input-modified"],
      change: [["gradient.data[i] +=", "value.data[i] -="]],
    },
    { name: "no return", causes: ["result"], change: [["return lambda * sum", "lambda * sum"]] },
    { name: "mean", causes: ["extra-1/N"], change: [["theta * theta", "theta * theta / 26"]] },
  ],
};
