import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, type Random, zeros } from "./array.ts";

export function he(inputs: number, outputs: number, random: Random) {
  const w = zeros(inputs, outputs);
  const deviation = Math.sqrt(2 / inputs);
  for (let i = 0; i < w.size; i++) w.data[i] = deviation * random.normal();
  return { w, b: zeros(outputs) };
}

export function xavier(inputs: number, outputs: number, random: Random) {
  const w = zeros(inputs, outputs);
  const a = Math.sqrt(6 / (inputs + outputs));
  for (let k = 0; k < w.size; k++) w.data[k] = a * (2 * random.uniform() - 1);
  return { w, b: zeros(outputs) };
}
`;

const withMap = `import { map, NdArray, zeros } from "./array.ts";
const layer = (inputs, outputs, draw) => ({ b: new NdArray([outputs]), w: map(zeros(inputs, outputs), draw) });
export const he = (inputs, outputs, random) => layer(inputs, outputs, () => random.normal() / Math.sqrt(inputs / 2));
export const xavier = (inputs, outputs, random) => {
  const a = (6 / (outputs + inputs)) ** 0.5;
  return layer(inputs, outputs, () => -a + 2 * a * random.uniform());
};
`;

const byColumn = `import { zeros } from "./array.ts";
class Layer {
  constructor(inputs, outputs) { this.w = zeros(inputs, outputs); this.b = zeros(outputs); }
  fill(draw) {
    const [rows, columns] = this.w.shape;
    for (let j = 0; j < columns; j++) for (let i = 0; i < rows; i++) this.w.data[i * columns + j] = draw();
    return this;
  }
}
export function he(n, m, r) { return new Layer(n, m).fill(() => Math.SQRT2 * r.normal() * n ** -0.5); }
export function xavier(n, m, r) { return new Layer(n, m).fill(() => (r.uniform() - 0.5) * 2 * Math.sqrt(6) / Math.sqrt(n + m)); }
`;

export const initialization: Submissions = {
  id: "initialization",
  solution,
  styles: [withMap, byColumn],
  mistakes: [
    { name: "no 2", causes: ["factor-2"], change: [["2 / inputs", "1 / inputs"]] },
    { name: "no root", causes: ["missing-root"], change: [["Math.sqrt(2 / inputs)", "2 / inputs"]] },
    { name: "outputs", causes: ["wrong-dimension"], change: [["2 / inputs", "2 / outputs"]] },
    {
      name: "uniform for he",
      causes: ["wrong-distribution"],
      change: [["deviation * random.normal()", "deviation * Math.sqrt(3) * (2 * random.uniform() - 1)"]],
    },
    { name: "from 0", causes: ["not-centred"], change: [["(2 * random.uniform() - 1)", "random.uniform()"]] },
    {
      name: "half of the width",
      causes: ["half-width"],
      change: [["(2 * random.uniform() - 1)", "(random.uniform() - 0.5)"]],
    },
    {
      name: "normal for xavier",
      causes: ["wrong-distribution"],
      change: [["a * (2 * random.uniform() - 1)", "a / Math.sqrt(3) * random.normal()"]],
    },
    {
      name: "no root in a",
      causes: ["missing-root"],
      change: [["Math.sqrt(6 / (inputs + outputs))", "6 / (inputs + outputs)"]],
    },
    { name: "only inputs in a", causes: ["wrong-dimension"], change: [["6 / (inputs + outputs)", "6 / inputs"]] },
    { name: "unscaled", causes: ["unscaled"], change: [["deviation * random.normal()", "random.normal()"]] },
    {
      name: "transposed",
      causes: ["transposed"],
      change: [
        [
          "const w = zeros(inputs, outputs);\n  const deviation",
          "const w = zeros(outputs, inputs);\n  const deviation",
        ],
      ],
    },
    {
      name: "one number",
      causes: ["same-number"],
      change: [
        ["const deviation = Math.sqrt(2 / inputs);", "const deviation = Math.sqrt(2 / inputs) * random.normal();"],
        ["deviation * random.normal()", "deviation"],
      ],
    },
    {
      name: "random biases",
      causes: ["nonzero-bias"],
      change: [
        [
          "= deviation * random.normal();\n  return { w, b: zeros(outputs) }",
          "= deviation * random.normal();\n  const b = zeros(outputs); b.data[0] = random.normal();\n  return { w, b }",
        ],
      ],
    },
    { name: "Math.random", causes: ["random-ignored"], change: [["random.uniform()", "Math.random()"]] },
    {
      name: "a bias for each input",
      causes: ["shape"],
      change: [
        [
          "= deviation * random.normal();\n  return { w, b: zeros(outputs) }",
          "= deviation * random.normal();\n  return { w, b: zeros(inputs) }",
        ],
      ],
    },
    {
      name: "no bias",
      causes: ["result"],
      change: [
        [
          "= deviation * random.normal();\n  return { w, b: zeros(outputs) }",
          "= deviation * random.normal();\n  return { w }",
        ],
      ],
    },
  ],
};
