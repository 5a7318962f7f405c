import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray } from "./array.ts";

export function softmax(logits: NdArray): NdArray {
  const [batch, classes] = logits.shape;
  const p = map(logits, (value) => value);
  for (let i = 0; i < batch; i++) {
    let most = -Infinity;
    for (let j = 0; j < classes; j++) most = Math.max(most, logits.data[i * classes + j]);
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      p.data[i * classes + j] = Math.exp(logits.data[i * classes + j] - most);
      sum += p.data[i * classes + j];
    }
    for (let j = 0; j < classes; j++) p.data[i * classes + j] /= sum;
  }
  return p;
}
`;

const withLogarithm = `import { NdArray } from "./array.ts";

export const softmax = (logits) => {
  const n = logits.shape[1];
  const result = [];
  for (let start = 0; start < logits.size; start += n) {
    const row = Array.from(logits.data.slice(start, start + n));
    const most = Math.max(...row);
    const logSum = most + Math.log(row.map((v) => Math.exp(v - most)).reduce((a, b) => a + b));
    result.push(...row.map((v) => Math.exp(v - logSum)));
  }
  return new NdArray(logits.shape, result);
};
`;

const pairwise = `import { zeros } from "./array.ts";

export function softmax(logits) {
  const [batch, classes] = logits.shape;
  const p = zeros(batch, classes);
  for (let i = 0; i < batch; i++)
    for (let j = 0; j < classes; j++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += Math.exp(logits.data[i * classes + k] - logits.data[i * classes + j]);
      p.data[i * classes + j] = 1 / sum;
    }
  return p;
}
`;

const shifted = "Math.exp(logits.data[i * classes + j] - most)";
const divide = "for (let j = 0; j < classes; j++) p.data[i * classes + j] /= sum;";

export const softmax: Submissions = {
  id: "softmax",
  solution,
  styles: [withLogarithm, pairwise],
  mistakes: [
    { name: "no shift", causes: ["overflow"], change: [[shifted, "Math.exp(logits.data[i * classes + j])"]] },
    {
      name: "global maximum",
      causes: ["wrong-shift"],
      change: [["let most = -Infinity;", "let most = Math.max(...logits.data);"]],
    },
    { name: "maximum from 0", causes: ["wrong-shift"], change: [["let most = -Infinity;", "let most = 0;"]] },
    {
      name: "the maximum is not reset",
      causes: ["wrong-shift"],
      change: [
        ["    let most = -Infinity;\n", ""],
        ["  for (let i = 0; i < batch; i++) {", "  let most = -Infinity;\n  for (let i = 0; i < batch; i++) {"],
      ],
    },
    {
      name: "the sum is not reset",
      causes: ["accumulated"],
      change: [
        ["    let sum = 0;\n", ""],
        ["  for (let i = 0; i < batch; i++) {", "  let sum = 0;\n  for (let i = 0; i < batch; i++) {"],
      ],
    },
    { name: "not divided", causes: ["missing-normalization"], change: [[divide, ""]] },
    {
      name: "divided by the whole sum",
      causes: ["wrong-axis"],
      change: [
        ["    let sum = 0;\n", ""],
        ["  for (let i = 0; i < batch; i++) {", "  let sum = 0;\n  for (let i = 0; i < batch; i++) {"],
        [divide, ""],
        ["let most = -Infinity;", "let most = Math.max(...logits.data);"],
        ["return p;", "for (let i = 0; i < p.size; i++) p.data[i] /= sum;\n  return p;"],
      ],
    },
    {
      name: "negative exponent",
      causes: ["sign"],
      change: [[shifted, "Math.exp(most - logits.data[i * classes + j])"]],
    },
    {
      name: "log-softmax",
      causes: ["extra-log"],
      change: [
        [
          divide,
          "for (let j = 0; j < classes; j++) p.data[i * classes + j] = Math.log(p.data[i * classes + j] / sum);",
        ],
      ],
    },
    {
      name: "minimum",
      causes: ["wrong-shift"],
      change: [
        ["let most = -Infinity;", "let most = Infinity;"],
        ["most = Math.max(most,", "most = Math.min(most,"],
      ],
    },
    {
      name: "in place",
      causes: ["input-modified"],
      change: [["const p = map(logits, (value) => value)", "const p = logits"]],
    },
    { name: "a plain list", causes: ["result"], change: [["return p;", "return Array.from(p.data) as never;"]] },
  ],
};
