import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, zeros } from "./array.ts";

export function oneHot(labels: number[], classes: number): NdArray {
  const rows = zeros(labels.length, classes);
  for (let i = 0; i < labels.length; i++) rows.data[i * classes + labels[i]] = 1;
  return rows;
}

export function predictions(scores: NdArray): number[] {
  const [n, classes] = scores.shape;
  const chosen: number[] = [];
  for (let i = 0; i < n; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores.data[i * classes + c] > scores.data[i * classes + best]) best = c;
    chosen.push(best);
  }
  return chosen;
}

export function accuracy(scores: NdArray, labels: number[]): number {
  let right = 0;
  predictions(scores).forEach((chosen, i) => {
    if (chosen === labels[i]) right++;
  });
  return right / labels.length;
}
`;

const functional = `import { NdArray } from "./array.ts";

const rowsOf = ({ shape: [n, k], data }) => Array.from({ length: n }, (_, i) => [...data.subarray(i * k, i * k + k)]);
export const oneHot = (labels, classes) =>
  new NdArray([labels.length, classes], labels.flatMap((label) => Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0))));
export const predictions = (scores) => rowsOf(scores).map((row) => row.indexOf(Math.max(...row)));
export const accuracy = (scores, labels) => {
  const chosen = predictions(scores);
  return labels.reduce((sum, label, i) => sum + (label === chosen[i]) / labels.length, 0);
};
`;

const search =
  "let best = 0;\n    for (let c = 1; c < classes; c++) if (scores.data[i * classes + c] > scores.data[i * classes + best]) best = c;";

export const accuracy: Submissions = {
  id: "accuracy",
  solution,
  styles: [functional],
  mistakes: [
    {
      name: "labels from 1",
      causes: ["off-by-one"],
      change: [["i * classes + labels[i]", "i * classes + labels[i] - 1"]],
    },
    {
      name: "oneHot transposed",
      causes: ["transposed"],
      change: [
        ["zeros(labels.length, classes)", "zeros(classes, labels.length)"],
        ["i * classes + labels[i]", "labels[i] * labels.length + i"],
      ],
    },
    {
      name: "the label in place of 1",
      causes: ["wrong-value"],
      change: [["labels[i]] = 1", "labels[i]] = labels[i]"]],
    },
    {
      name: "the search starts at 0",
      causes: ["start-at-0"],
      change: [
        [
          search,
          "let best = 0;\n    let most = 0;\n    for (let c = 0; c < classes; c++) if (scores.data[i * classes + c] > most) {\n      most = scores.data[i * classes + c];\n      best = c;\n    }",
        ],
      ],
    },
    {
      name: "the smallest score",
      causes: ["smallest"],
      change: [["scores.data[i * classes + c] > scores", "scores.data[i * classes + c] < scores"]],
    },
    {
      name: "the last of equal scores",
      causes: ["last-of-equal"],
      change: [["scores.data[i * classes + c] > scores", "scores.data[i * classes + c] >= scores"]],
    },
    {
      name: "the largest score",
      causes: ["wrong-quantity"],
      change: [["chosen.push(best)", "chosen.push(scores.data[i * classes + best])"]],
    },
    {
      name: "the last class is left out",
      causes: ["off-by-one"],
      change: [["c < classes; c++) if", "c < classes - 1; c++) if"]],
    },
    {
      name: "columns",
      causes: ["wrong-axis"],
      change: [
        ["const [n, classes] = scores.shape;", "const [classes, n] = scores.shape;"],
        [
          "scores.data[i * classes + c] > scores.data[i * classes + best]",
          "scores.data[c * n + i] > scores.data[best * n + i]",
        ],
      ],
    },
    { name: "a number", causes: ["count"], change: [["return right / labels.length", "return right"]] },
    {
      name: "percent",
      causes: ["percent"],
      change: [["return right / labels.length", "return (100 * right) / labels.length"]],
    },
    { name: "the share of errors", causes: ["inverted"], change: [["chosen === labels[i]", "chosen !== labels[i]"]] },
    {
      name: "divided by the classes",
      causes: ["wrong-divisor"],
      change: [["return right / labels.length", "return right / scores.shape[1]"]],
    },
    {
      name: "text",
      causes: ["result"],
      change: [["return right / labels.length", "return String(right / labels.length)"]],
    },

    {
      name: "divided by n − 1",
      causes: ["wrong-divisor"],
      change: [["right / labels.length", "right / (labels.length - 1)"]],
    },
  ],
};
