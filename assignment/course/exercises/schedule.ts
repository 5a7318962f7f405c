import { type Exercise, experiment } from "../exercise.ts";
import type { Returned } from "../wire.ts";
import {
  NAME,
  rateAt,
  rates,
  type ScheduleCase,
  type Settings,
  scheduleMistakes,
  stepsOf,
} from "./scheduleMistakes.ts";

const skeleton = `import { notWritten } from "./array.ts";

export interface Schedule {
  /** η, the highest learning rate */
  learningRate: number;
  /** w, how many steps the warm-up takes; 0 for none */
  warmUpSteps: number;
  /** S, how many steps the training takes, the warm-up included; more than warmUpSteps */
  totalSteps: number;
  /** the learning rate at the end */
  minimum: number;
}

/**
 * The learning rate of a step s, counted from 0: a linear warm-up, then half a cosine down to the minimum.
 *
 *     s < w:       η·(s + 1) / w
 *     w ≤ s < S:   minimum + (η − minimum)·(1 + cos(π·p)) / 2,   p = (s − w) / (S − w)
 *     s ≥ S:       minimum
 */
export function learningRateAt(step: number, { learningRate, warmUpSteps, totalSteps, minimum }: Schedule): number {
  return notWritten("learningRateAt");
}
`;

const settings: readonly (Settings & { readonly special?: string })[] = [
  { learningRate: 0.4, warmUpSteps: 5, totalSteps: 18, minimum: 0.03 },
  { learningRate: 1.3, warmUpSteps: 8, totalSteps: 21, minimum: 0.25 },
  { learningRate: 0.7, warmUpSteps: 0, totalSteps: 9, minimum: 0.1, special: "without a warm-up" },
];

export const schedule: Exercise = {
  id: "schedule",
  title: "Learning rate schedule",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [{ text: "Why does a training start with small steps, although the learning rate falls again later?" }],
  hints: [
    "There are three phases. Which learning rate does each of them begin with, and which does it end with?",
    "The progress p goes from 0 to 1 in the second phase alone, so it counts from the end of the warm-up, over the steps that are left.",
    "Half a cosine goes from 1 to −1 while p goes from 0 to 1. One plus this cosine, divided by two, goes from 1 to 0: scale it by the difference between η and the minimum, and add the minimum.",
  ],
  experiments: [
    experiment<ScheduleCase>({
      title: "all steps of a training",
      cases: () => settings.map(({ special, ...one }) => ({ settings: one, ...(special && { special }) })),
      run: async (student, one, report) => {
        const all: Returned[] = [];
        for (const step of stepsOf(one)) all.push(await student.call("learningRateAt", step, { ...one.settings }));
        const other = all.find((one) => one.kind !== "plain");
        report(NAME, other && all.every(({ kind }) => kind !== "plain") ? other : { kind: "list", items: all });
      },
      expected: (one) => rates(one, rateAt),
      mistakes: scheduleMistakes,
    }),
  ],
};
