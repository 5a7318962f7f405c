import type { Submissions } from "../support.ts";

const solution = `import { type NdArray, zeros } from "./array.ts";

export function numericalGradient(f: (x: NdArray) => number, x: NdArray, h = 1e-5): NdArray {
  const gradient = zeros(...x.shape);
  for (let i = 0; i < x.size; i++) {
    const entry = x.data[i];
    x.data[i] = entry + h;
    const above = f(x);
    x.data[i] = entry - h;
    const below = f(x);
    x.data[i] = entry;
    gradient.data[i] = (above - below) / (2 * h);
  }
  return gradient;
}
`;

const withCopies = `import { map } from "./array.ts";

export const numericalGradient = (f, x, h = 1e-5) => {
  const moved = (at, by) => f(map(x, (value, i) => (i === at ? value + by : value)));
  return map(x, (_, i) => 0.5 * ((moved(i, h) - moved(i, -h)) / h));
};
`;

const fromTheEnd = `import { NdArray } from "./array.ts";

export function numericalGradient(f, x, h) {
  h ??= 1e-5;
  const values = [];
  for (let i = x.data.length - 1; i >= 0; i--) {
    const kept = x.data[i];
    x.data[i] -= h;
    let difference = -f(x);
    x.data[i] = kept + h;
    difference += f(x);
    x.data[i] = kept;
    values.unshift(difference / h / 2);
  }
  return new NdArray(x.shape, values);
}
`;

const quotient = "(above - below) / (2 * h)";

export const numericalGradient: Submissions = {
  id: "numericalGradient",
  solution,
  styles: [withCopies, fromTheEnd],
  mistakes: [
    {
      name: "forward differences",
      causes: ["one-sided"],
      change: [
        ["x.data[i] = entry - h;", "x.data[i] = entry;"],
        [quotient, "(above - below) / h"],
      ],
    },
    { name: "h is subtracted once", causes: ["one-sided"], change: [["x.data[i] = entry - h;", "x.data[i] -= h;"]] },
    { name: "divided by h", causes: ["missing-2"], change: [[quotient, "(above - below) / h"]] },
    { name: "a / 2 * h", causes: ["precedence"], change: [[quotient, "(above - below) / 2 * h"]] },
    { name: "no brackets", causes: ["precedence"], change: [[quotient, "above - below / (2 * h)"]] },
    { name: "no division", causes: ["missing-division"], change: [[quotient, "above - below"]] },
    { name: "the wrong sign", causes: ["sign"], change: [[quotient, "(below - above) / (2 * h)"]] },
    { name: "x is not restored", causes: ["input-modified", "not-restored"], change: [["x.data[i] = entry;", ""]] },
    {
      name: "x is restored by adding",
      causes: ["input-modified"],
      change: [
        ["x.data[i] = entry + h;", "x.data[i] += h;"],
        ["x.data[i] = entry - h;", "x.data[i] -= 2 * h;"],
        ["x.data[i] = entry;", "x.data[i] += h;"],
      ],
    },
    {
      name: "all entries at once",
      causes: ["all-entries"],
      change: [
        [
          "x.data[i] = entry + h;",
          "const kept = x.data.slice();\n    x.data.forEach((value, k) => { x.data[k] = value + h; });",
        ],
        ["x.data[i] = entry - h;", "x.data.forEach((_, k) => { x.data[k] = kept[k] - h; });"],
        ["x.data[i] = entry;", "x.data.set(kept);"],
      ],
    },
    {
      name: "a step of its own",
      causes: ["own-step"],
      change: [["const gradient = zeros(...x.shape);", "const gradient = zeros(...x.shape);\n  h = 1e-5;"]],
    },
    {
      name: "half of the step",
      causes: ["wrong-step"],
      change: [
        ["entry + h;", "entry + h / 2;"],
        ["entry - h;", "entry - h / 2;"],
        [quotient, "(above - below) / h"],
      ],
    },
    {
      name: "a relative step",
      causes: ["relative-step"],
      change: [
        ["entry + h;", "entry * (1 + h);"],
        ["entry - h;", "entry * (1 - h);"],
      ],
    },
    { name: "a vector", causes: ["shape"], change: [["zeros(...x.shape)", "zeros(x.size)"]] },
    {
      name: "the gradient is a sum",
      causes: ["running-sum"],
      change: [["gradient.data[i] =", "gradient.data[i] = (i > 0 ? gradient.data[i - 1] : 0) +"]],
    },

    { name: "the first entry is left out", causes: ["not-set"], change: [["let i = 0;", "let i = 1;"]] },
  ],
};
