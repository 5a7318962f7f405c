import type { Submissions } from "../support.ts";

const solution = `export function learningRateAt(step: number, { learningRate, warmUpSteps, totalSteps, minimum }): number {
  if (step < warmUpSteps) return (learningRate * (step + 1)) / warmUpSteps;
  if (step >= totalSteps) return minimum;
  const progress = (step - warmUpSteps) / (totalSteps - warmUpSteps);
  return minimum + ((learningRate - minimum) * (1 + Math.cos(Math.PI * progress))) / 2;
}
`;

const clamped = `export const learningRateAt = (step, s) => {
  const up = Math.min(1, (step + 1) / (s.warmUpSteps || 1));
  const p = Math.min(1, Math.max(0, step - s.warmUpSteps) / (s.totalSteps - s.warmUpSteps));
  return step < s.warmUpSteps ? up * s.learningRate : 0.5 * (s.learningRate + s.minimum + (s.learningRate - s.minimum) * Math.cos(p * Math.PI));
};
`;

const halfAngle = `export function learningRateAt(step, { learningRate: high, warmUpSteps: w, totalSteps: end, minimum: low }) {
  let rate;
  if (step >= end) rate = low;
  else if (step >= w) {
    const c = Math.cos((Math.PI / 2) * ((step - w) / (end - w)));
    rate = c * c * high + (1 - c * c) * low;
  } else rate = high - (high * (w - 1 - step)) / w;
  return rate;
}
`;

export const schedule: Submissions = {
  id: "schedule",
  solution,
  styles: [clamped, halfAngle],
  mistakes: [
    { name: "warm-up from 0", causes: ["warm-up-from-zero"], change: [["(step + 1)", "step"]] },
    {
      name: "no warm-up",
      causes: ["missing-warm-up"],
      change: [["return (learningRate * (step + 1)) / warmUpSteps", "return learningRate"]],
    },
    {
      name: "progress from 0",
      causes: ["cosine-progress"],
      change: [["(step - warmUpSteps) / (totalSteps - warmUpSteps)", "step / totalSteps"]],
    },
    {
      name: "progress over all steps",
      causes: ["cosine-progress"],
      change: [["/ (totalSteps - warmUpSteps)", "/ totalSteps"]],
    },
    { name: "no π", causes: ["wrong-cosine"], change: [["Math.PI * progress", "progress"]] },
    { name: "degrees", causes: ["wrong-cosine"], change: [["Math.PI * progress", "180 * progress"]] },
    { name: "no half", causes: ["factor-2"], change: [["progress))) / 2", "progress)))"]] },
    {
      name: "falls to 0",
      causes: ["missing-minimum"],
      change: [["minimum + ((learningRate - minimum)", "((learningRate)"]],
    },
    { name: "minimum added", causes: ["missing-minimum"], change: [["((learningRate - minimum)", "(learningRate"]] },
    { name: "rises", causes: ["sign"], change: [["1 + Math.cos", "1 - Math.cos"]] },
    { name: "no end", causes: ["after-the-end"], change: [["if (step >= totalSteps) return minimum;", ""]] },
    {
      name: "a line",
      causes: ["wrong-fall"],
      change: [["(1 + Math.cos(Math.PI * progress))) / 2", "(1 - progress))"]],
    },
    { name: "a step more", causes: ["off-by-one"], change: [["step < warmUpSteps", "step <= warmUpSteps"]] },
    {
      name: "no return",
      causes: ["result"],
      change: [
        ["return (learningRate", "(learningRate"],
        ["return minimum +", "minimum +"],
        ["return minimum;", "return;"],
      ],
    },
    { name: "0 after the end", causes: ["after-the-end"], change: [["return minimum;", "return 0;"]] },
  ],
};
