import type { Submissions } from "../support.ts";

const solution = `import type { Parameter } from "./array.ts";

export function clipGradients(parameters: Parameter[], maximum: number): number {
  let sum = 0;
  for (const { gradient } of parameters) {
    for (const g of gradient.data) sum += g * g;
  }
  const norm = Math.sqrt(sum);
  if (norm > maximum) {
    for (const { name, gradient } of parameters) {
      for (let i = 0; i < gradient.size; i++) gradient.data[i] *= maximum / norm;
    }
  }
  return norm;
}
`;

const hypot = `export const clipGradients = (parameters, maximum) => {
  const all = parameters.flatMap(({ gradient }) => [...gradient.data]);
  const norm = Math.hypot(...all);
  const factor = Math.min(1, maximum / (norm + 1e-6));
  parameters.forEach(({ gradient }) => gradient.data.forEach((g, i) => { gradient.data[i] = g * factor; }));
  return norm;
};
`;

const norms = `import { map } from "./array.ts";
const squared = (a) => a.data.reduce((s, x) => s + x ** 2, 0);
export function clipGradients(parameters, maximum) {
  const total = parameters.map((p) => squared(p.gradient)).reduce((a, b) => a + b, 0);
  if (total <= maximum * maximum) return total ** 0.5;
  for (const p of parameters) p.gradient.data.set(map(p.gradient, (x) => (x / Math.sqrt(total)) * maximum).data);
  return Math.sqrt(total);
}
`;

const scale = "gradient.data[i] *= maximum / norm";

export const clipping: Submissions = {
  id: "clipping",
  solution,
  styles: [hypot, norms],
  mistakes: [
    { name: "no root", causes: ["missing-root"], change: [["Math.sqrt(sum)", "sum"]] },
    { name: "no condition", causes: ["missing-condition"], change: [["if (norm > maximum) {", "{"]] },
    {
      name: "by value",
      causes: ["by-value"],
      change: [
        [scale, "gradient.data[i] = Math.max(-maximum, Math.min(maximum, gradient.data[i]))"],
        ["if (norm > maximum) {", "{"],
      ],
    },
    { name: "inverse", causes: ["inverse"], change: [["maximum / norm", "norm / maximum"]] },
    { name: "unit norm", causes: ["wrong-factor"], change: [["maximum / norm", "1 / norm"]] },
    {
      name: "the last parameter",
      causes: ["one-parameter"],
      change: [["    for (const g of", "    sum = 0;\n    for (const g of"]],
    },
    { name: "the first parameter", causes: ["one-parameter"], change: [[`${scale};\n`, `${scale};\n      break;\n`]] },
    {
      name: "magnitudes",
      causes: ["missing-square"],
      change: [
        ["g * g", "Math.abs(g)"],
        ["Math.sqrt(sum)", "sum"],
      ],
    },
    { name: "reversed", causes: ["reversed-condition"], change: [["norm > maximum", "norm < maximum"]] },
    {
      name: "the norm after",
      causes: ["returned-after"],
      change: [["return norm;", "return Math.min(norm, maximum);"]],
    },
    { name: "no return", causes: ["result"], change: [["return norm;", ""]] },
    {
      name: "a new gradient",
      causes: ["not-in-place"],
      change: [
        [
          "for (const { name, gradient } of parameters) {",
          "for (const p of parameters) { const gradient = { ...p.gradient, size: p.gradient.size, data: p.gradient.data.slice() }; p.gradient = gradient;",
        ],
      ],
    },
    {
      name: "values are scaled",
      causes: ["unchanged"],
      change: [["const { name, gradient }", "const { value: gradient }"]],
    },
    {
      name: "each by its own norm",
      causes: ["per-parameter"],
      change: [
        [
          "for (const { name, gradient } of parameters) {",
          "for (const { gradient } of parameters) { const norm = Math.hypot(...gradient.data); if (norm > maximum)",
        ],
      ],
    },
    {
      name: "the values' norm",
      causes: ["wrong-input"],
      change: [["const { gradient } of", "const { value: gradient } of"]],
    },
  ],
};
