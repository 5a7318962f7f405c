import type { Submissions } from "../support.ts";

const solution = `import type { Parameter } from "./array.ts";

export function addL1(parameters: Parameter[], lambda: number): number {
  let sum = 0;
  for (const { name, value, gradient } of parameters) {
    for (let i = 0; i < value.size; i++) {
      const theta = value.data[i];
      sum += Math.abs(theta);
      gradient.data[i] += lambda * Math.sign(theta);
    }
  }
  return lambda * sum;
}
`;

const twoPasses = `export const addL1 = (parameters, lambda) => {
  const all = parameters.flatMap(({ value }) => [...value.data]);
  parameters.forEach(({ value, gradient }) => {
    gradient.data.set(gradient.data.map((g, i) => g + (value.data[i] > 0 ? lambda : value.data[i] < 0 ? -lambda : 0)));
  });
  return all.map((x) => lambda * (x < 0 ? -x : x)).reduce((a, b) => a + b, 0);
};
`;

const perParameter = `import { map } from "./array.ts";
const signOf = (x) => (x === 0 ? 0 : x / Math.abs(x));
export function addL1(parameters, lambda) {
  let penalty = 0;
  for (const p of parameters) {
    let own = 0;
    for (const x of p.value.data) own += Math.sqrt(x * x);
    penalty += lambda * own;
    const signs = map(p.value, signOf);
    for (let i = signs.size - 1; i >= 0; i--) p.gradient.data[i] += signs.data[i] * lambda;
  }
  return penalty;
}
`;

const added = "lambda * Math.sign(theta)";

export const l1: Submissions = {
  id: "l1",
  solution,
  styles: [twoPasses, perParameter],
  mistakes: [
    {
      name: "the sign of the gradient",
      causes: ["gradient-sign"],
      change: [[added, "lambda * Math.sign(gradient.data[i])"]],
    },
    { name: "Σθ", causes: ["missing-magnitude"], change: [["Math.abs(theta)", "theta"]] },
    { name: "no λ in the penalty", causes: ["missing-lambda"], change: [["return lambda * sum", "return sum"]] },
    { name: "no λ in the gradient", causes: ["missing-lambda"], change: [[added, "Math.sign(theta)"]] },
    { name: "overwritten", causes: ["overwritten"], change: [["gradient.data[i] +=", "gradient.data[i] ="]] },
    { name: "λθ", causes: ["missing-sign"], change: [[added, "lambda * theta"]] },
    { name: "λ|θ|", causes: ["missing-sign"], change: [[added, "lambda * Math.abs(theta)"]] },
    { name: "subtracted", causes: ["sign"], change: [["gradient.data[i] +=", "gradient.data[i] -="]] },
    { name: "sign(0) = 1", causes: ["kink"], change: [[added, "(theta >= 0 ? lambda : -lambda)"]] },
    { name: "sign(0) = −1", causes: ["kink"], change: [[added, "(theta > 0 ? lambda : -lambda)"]] },
    { name: "0/0", causes: ["kink"], change: [[added, "lambda * theta / Math.abs(theta)"]] },
    {
      name: "no biases",
      causes: ["bias-excluded"],
      change: [["for (let i = 0;", 'if (!name.endsWith("_b")) for (let i = 0;']],
    },
    {
      name: "the last parameter",
      causes: ["one-parameter"],
      change: [["for (let i = 0;", "sum = 0; for (let i = 0;"]],
    },
    {
      name: "values change",
      causes: ["input-modified"],
      change: [["return lambda", "parameters[0].value.data[0] *= 2; return lambda"]],
    },
    {
      name: "the sum is kept",
      causes: ["stale-state"],
      change: [
        ["export function", "let sum = 0;\nexport function"],
        ["  let sum = 0;\n", ""],
      ],
    },
    { name: "nothing returned", causes: ["result"], change: [["return lambda * sum", "sum *= lambda"]] },
    {
      name: "a new gradient",
      causes: ["not-in-place"],
      change: [
        [
          "for (const { name, value, gradient } of parameters) {",
          "for (const p of parameters) { const { value } = p; const gradient = { ...p.gradient, data: p.gradient.data.slice() }; p.gradient = gradient;",
        ],
      ],
    },
    {
      name: "the values shrink",
      causes: ["missing-gradient", "input-modified"],
      change: [["gradient.data[i] +=", "value.data[i] -="]],
    },
    { name: "mean", causes: ["extra-1/N"], change: [["Math.abs(theta)", "Math.abs(theta) / value.size"]] },
  ],
};
