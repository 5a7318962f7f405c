import { type Case, type Exercise, experiment, type Mistake } from "../exercise.ts";
import { quantity } from "../quantities.ts";
import type { Returned } from "../wire.ts";

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

interface Settings {
  readonly learningRate: number;
  readonly warmUpSteps: number;
  readonly totalSteps: number;
  readonly minimum: number;
}

interface ScheduleCase extends Case {
  readonly settings: Settings;
}

type Rate = (step: number, settings: Settings) => number;

const linear: Rate = (s, { learningRate, warmUpSteps }) => (learningRate * (s + 1)) / warmUpSteps;
const progress: Rate = (s, { warmUpSteps: w, totalSteps }) => (s - w) / (totalSteps - w);
const cosine =
  (of: Rate): Rate =>
  (s, settings) =>
    settings.minimum + ((settings.learningRate - settings.minimum) * (1 + Math.cos(Math.PI * of(s, settings)))) / 2;
const end: Rate = (_, { minimum }) => minimum;

interface SchedulePhases {
  readonly warmUp: Rate;
  readonly fall: Rate;
  readonly end: Rate;
}
const phases: SchedulePhases = { warmUp: linear, fall: cosine(progress), end };

export function rateAt(step: number, settings: Settings, changed: Partial<SchedulePhases> = {}): number {
  const { warmUp, fall, end } = { ...phases, ...changed };
  if (step < settings.warmUpSteps) return warmUp(step, settings);
  return step < settings.totalSteps ? fall(step, settings) : end(step, settings);
}

const NAME = "learningRateAt";
const stepsOf = ({ settings }: ScheduleCase): number[] =>
  Array.from({ length: settings.totalSteps + 5 }, (_, step) => step);

const rates = (one: ScheduleCase, rate: Rate) => {
  const all = stepsOf(one).map((step) => rate(step, one.settings));
  return { [NAME]: quantity([all.length], all) };
};
const mistake = (cause: string, message: string, rate: Rate): Mistake<ScheduleCase> => ({
  cause,
  message,
  results: (one) => rates(one, rate),
});
const phase = (cause: string, message: string, changed: Partial<SchedulePhases>): Mistake<ScheduleCase> =>
  mistake(cause, message, (step, settings) => rateAt(step, settings, changed));

/** With other settings, as code has them that confuses two of them. */
const as =
  (change: (settings: Settings) => Partial<Settings>): Rate =>
  (step, settings) =>
    rateAt(step, { ...settings, ...change(settings) });

const mistakes: readonly Mistake<ScheduleCase>[] = [
  phase("warm-up-from-zero", "the warm-up starts at 0: its first step should have η/w, and its last one η", {
    warmUp: (s, { learningRate, warmUpSteps }) => (learningRate * s) / warmUpSteps,
  }),
  phase("off-by-one", "the warm-up is divided by w + 1: its last step should have η", {
    warmUp: (s, { learningRate, warmUpSteps }) => (learningRate * (s + 1)) / (warmUpSteps + 1),
  }),
  phase("off-by-one", "the warm-up is divided by w − 1: it goes from 0 to η", {
    warmUp: (s, { learningRate, warmUpSteps }) => (learningRate * s) / (warmUpSteps - 1),
  }),
  phase("warm-up-from-minimum", "the warm-up starts from the minimum; it should be η·(s + 1)/w", {
    warmUp: (s, { learningRate, warmUpSteps, minimum }) => minimum + ((learningRate - minimum) * (s + 1)) / warmUpSteps,
  }),
  phase("warm-up-from-minimum", "the warm-up starts at the minimum; it should be η·(s + 1)/w", {
    warmUp: (s, { learningRate, warmUpSteps, minimum }) => minimum + ((learningRate - minimum) * s) / warmUpSteps,
  }),
  phase("missing-warm-up", "the warm-up is missing: the learning rate is η from the start", {
    warmUp: (_, { learningRate }) => learningRate,
  }),
  mistake("missing-warm-up", "the warm-up is missing: the cosine starts at step 0", (s, settings) =>
    s < settings.totalSteps ? cosine((step, { totalSteps }) => step / totalSteps)(s, settings) : settings.minimum,
  ),
  phase("warm-up-of-total", "the warm-up is divided by the number of all steps; it should be divided by w", {
    warmUp: (s, { learningRate, totalSteps }) => (learningRate * (s + 1)) / totalSteps,
  }),
  phase("missing-learning-rate", "the warm-up lacks η", { warmUp: (s, { warmUpSteps }) => (s + 1) / warmUpSteps }),
  phase("cosine-progress", "the cosine counts from step 0; its progress should start at 0 after the warm-up", {
    fall: cosine((s, { totalSteps }) => s / totalSteps),
  }),
  phase("cosine-progress", "the progress of the cosine is divided by all steps; it should be divided by S − w", {
    fall: cosine((s, { warmUpSteps, totalSteps }) => (s - warmUpSteps) / totalSteps),
  }),
  phase("cosine-progress", "the progress of the cosine counts from step 0 but is divided by S − w", {
    fall: cosine((s, { warmUpSteps, totalSteps }) => s / (totalSteps - warmUpSteps)),
  }),
  phase("off-by-one", "the progress is divided by S − w − 1: the minimum comes one step too early", {
    fall: cosine((s, { warmUpSteps: w, totalSteps }) => (s - w) / (totalSteps - w - 1)),
  }),
  phase("off-by-one", "the progress is one step ahead", {
    fall: cosine((s, { warmUpSteps: w, totalSteps }) => (s - w + 1) / (totalSteps - w)),
  }),
  phase("wrong-cosine", "the cosine lacks π", {
    fall: (s, settings) =>
      settings.minimum + ((settings.learningRate - settings.minimum) * (1 + Math.cos(progress(s, settings)))) / 2,
  }),
  phase("wrong-cosine", "the cosine gets an angle in degrees; Math.cos takes radians", {
    fall: cosine((s, settings) => (180 / Math.PI) * progress(s, settings)),
  }),
  phase("wrong-cosine", "the cosine runs over π/2: it should run over half a period, π", {
    fall: cosine((s, settings) => progress(s, settings) / 2),
  }),
  phase("wrong-cosine", "the cosine runs over a whole period, 2π: the learning rate rises again", {
    fall: cosine((s, settings) => 2 * progress(s, settings)),
  }),
  phase("wrong-cosine", "1 is missing beside the cosine: the learning rate becomes smaller than the minimum", {
    fall: (s, settings) =>
      settings.minimum + ((settings.learningRate - settings.minimum) * Math.cos(Math.PI * progress(s, settings))) / 2,
  }),
  phase("wrong-cosine", "1 and the division by 2 are missing beside the cosine", {
    fall: (s, settings) =>
      settings.minimum + (settings.learningRate - settings.minimum) * Math.cos(Math.PI * progress(s, settings)),
  }),
  phase("factor-2", "the division by 2 is missing in the cosine: it starts at twice the learning rate", {
    fall: (s, settings) =>
      settings.minimum + (settings.learningRate - settings.minimum) * (1 + Math.cos(Math.PI * progress(s, settings))),
  }),
  phase("sign", "the cosine has the wrong sign: the learning rate rises from the minimum to η", {
    fall: cosine((s, settings) => 1 - progress(s, settings)),
  }),
  phase("wrong-cosine", "a sine is in the place of the cosine", {
    fall: (s, settings) =>
      settings.minimum +
      ((settings.learningRate - settings.minimum) * (1 + Math.sin(Math.PI * progress(s, settings)))) / 2,
  }),
  phase("wrong-fall", "the learning rate falls along a line; it should fall along half a cosine", {
    fall: (s, settings) => settings.minimum + (settings.learningRate - settings.minimum) * (1 - progress(s, settings)),
  }),
  phase("missing-minimum", "the minimum is added, but the cosine has the height η; it should have η − minimum", {
    fall: (s, settings) =>
      settings.minimum + (settings.learningRate * (1 + Math.cos(Math.PI * progress(s, settings)))) / 2,
  }),
  phase("missing-minimum", "the cosine has the height η − minimum, but the minimum is not added", {
    fall: (s, settings) =>
      ((settings.learningRate - settings.minimum) * (1 + Math.cos(Math.PI * progress(s, settings)))) / 2,
  }),
  phase("missing-minimum", "the cosine falls to 0; it should fall to the minimum", {
    fall: (s, settings) => (settings.learningRate * (1 + Math.cos(Math.PI * progress(s, settings)))) / 2,
  }),
  mistake(
    "missing-minimum",
    "the cosine falls to 0, and where it is smaller the minimum replaces it; it should have the height η − minimum",
    (s, settings) =>
      s < settings.warmUpSteps
        ? linear(s, settings)
        : Math.max(settings.minimum, rateAt(s, { ...settings, minimum: 0 })),
  ),
  mistake(
    "missing-minimum",
    "the minimum is ignored: the learning rate falls to 0",
    as(() => ({ minimum: 0 })),
  ),
  phase(
    "after-the-end",
    "after the last step, the cosine goes on and the learning rate rises again; it should stay at the minimum",
    {
      end: cosine(progress),
    },
  ),
  phase("after-the-end", "after the last step, the learning rate is 0; it should stay at the minimum", {
    end: () => 0,
  }),
  phase("after-the-end", "after the last step, the learning rate is η; it should stay at the minimum", {
    end: (_, { learningRate }) => learningRate,
  }),
  phase("after-the-end", "after the last step, there is no learning rate; it should stay at the minimum", {
    end: () => Number.NaN,
  }),
  mistake(
    "warm-up-not-included",
    "the cosine takes S steps after the warm-up; S includes the warm-up",
    as(({ warmUpSteps, totalSteps }) => ({ totalSteps: totalSteps + warmUpSteps })),
  ),
  mistake(
    "multiplied",
    "warm-up and cosine run at the same time and are multiplied; the cosine should start after the warm-up",
    (s, settings) =>
      (s < settings.totalSteps ? cosine((step, { totalSteps }) => step / totalSteps)(s, settings) : settings.minimum) *
      Math.min(1, (s + 1) / Math.max(1, settings.warmUpSteps)),
  ),
  mistake("off-by-one", "the warm-up takes one step too many", (s, settings) =>
    s === settings.warmUpSteps ? linear(s, settings) : rateAt(s, settings),
  ),
  mistake("off-by-one", "all steps count from 1; they should count from 0", (s, settings) => rateAt(s - 1, settings)),
  mistake("off-by-one", "all learning rates are one step ahead", (s, settings) => rateAt(s + 1, settings)),
];

const settings: readonly (Settings & { readonly special?: string })[] = [
  { learningRate: 0.4, warmUpSteps: 5, totalSteps: 18, minimum: 0.03 },
  { learningRate: 1.3, warmUpSteps: 3, totalSteps: 20, minimum: 0.2 },
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
      mistakes,
    }),
  ],
};
