import type { Case, Mistake } from "../exercise.ts";
import { quantity } from "../quantities.ts";

export interface Settings {
  readonly learningRate: number;
  readonly warmUpSteps: number;
  readonly totalSteps: number;
  readonly minimum: number;
}

export interface ScheduleCase extends Case {
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

export const NAME = "learningRateAt";
export const stepsOf = ({ settings }: ScheduleCase): number[] =>
  Array.from({ length: settings.totalSteps + 5 }, (_, step) => step);

export const rates = (one: ScheduleCase, rate: Rate) => {
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

/** With other settings, as in code that confuses two of them. */
const as =
  (change: (settings: Settings) => Partial<Settings>): Rate =>
  (step, settings) =>
    rateAt(step, { ...settings, ...change(settings) });

/** Known mistakes in a schedule. */
export const scheduleMistakes: readonly Mistake<ScheduleCase>[] = [
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
  phase("warm-up-from-minimum", "the warm-up is never below the minimum; the minimum belongs to the end only", {
    warmUp: (s, settings) => Math.max(settings.minimum, linear(s, settings)),
  }),
  phase("wrong-warm-up", "the warm-up is a square; it should be a line", {
    warmUp: (s, { learningRate, warmUpSteps }) => learningRate * ((s + 1) / warmUpSteps) ** 2,
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
  phase("wrong-cosine", "a sine is used instead of the cosine", {
    fall: (s, settings) =>
      settings.minimum +
      ((settings.learningRate - settings.minimum) * (1 + Math.sin(Math.PI * progress(s, settings)))) / 2,
  }),
  phase("wrong-fall", "the learning rate falls along a line; it should fall along half a cosine", {
    fall: (s, settings) => settings.minimum + (settings.learningRate - settings.minimum) * (1 - progress(s, settings)),
  }),
  phase("missing-fall", "after the warm-up, the learning rate stays η; it should fall along half a cosine", {
    fall: (_, { learningRate }) => learningRate,
  }),
  phase("wrong-fall", "the learning rate falls by powers; it should fall along half a cosine", {
    fall: (s, settings) => settings.learningRate * (settings.minimum / settings.learningRate) ** progress(s, settings),
  }),
  phase(
    "wrong-cosine",
    "the cosine falls from 1 to 0 over a quarter of its period; it should be half a period, with 1 added",
    {
      fall: (s, settings) =>
        settings.minimum + (settings.learningRate - settings.minimum) * Math.cos((Math.PI / 2) * progress(s, settings)),
    },
  ),
  phase("sign", "the cosine has the height η + minimum; it should have η − minimum", {
    fall: (s, settings) =>
      settings.minimum +
      ((settings.learningRate + settings.minimum) * (1 + Math.cos(Math.PI * progress(s, settings)))) / 2,
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
    "after the last step, the cosine continues and the learning rate rises again; it should stay at the minimum",
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
  mistake("off-by-one", "the last step has the minimum already; it begins at step S", (s, settings) =>
    s === settings.totalSteps - 1 ? settings.minimum : rateAt(s, settings),
  ),
  mistake("off-by-one", "all steps count from 1; they should count from 0", (s, settings) => rateAt(s - 1, settings)),
  mistake("off-by-one", "all learning rates are one step ahead", (s, settings) => rateAt(s + 1, settings)),
];
