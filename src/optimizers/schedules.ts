import * as v from "valibot";
import { pow } from "../mathematics/power.ts";
import { cos } from "../mathematics/trigonometric.ts";
import { count, explain, index, notNegative, parsePlain, positive, share } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";

/** A learning rate as a function of the step. Epochs may be fractions: a schedule moves in every step, not only between epochs. */
export interface Schedule {
  /** η at a step, counted from 0 */
  learningRate(step: number): number;
  /** called by the training with a validation loss (smaller is better) after each epoch; most schedules ignore it */
  observe?(loss: number): void;
  /** the state for a checkpoint: everything that the next step depends on besides its number */
  state?(): Readonly<Record<string, number>>;
  restore?(state: Readonly<Record<string, number>>): void;
}

/** Where a schedule is used: the base learning rate η₀ and the length of the training. */
export interface ScheduleContext {
  readonly learningRate: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** @inline */
type OptionsSchema = v.StrictObjectSchema<v.ObjectEntries, undefined>;

/** One kind of schedule as data. */
export interface ScheduleKind<Options extends OptionsSchema> {
  readonly options: Options;
  make(settings: v.InferOutput<Options>, context: ScheduleContext): Schedule;
}

const scheduleKind = <Options extends OptionsSchema>(kind: ScheduleKind<Options>) => kind;

const cosineBetween = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + cos(Math.PI * share))) / 2;

/**
 * Each schedule with its formula and its options: η₀ is the base learning rate, s the step, S all steps,
 * e = ⌊s / stepsPerEpoch⌋ the epoch. The type of the settings and the choices of the command come from here.
 */
export const schedules = {
  /** η₀ */
  constant: scheduleKind({
    options: v.strictObject({}),
    make: (_, { learningRate }) => ({ learningRate: () => learningRate }),
  }),

  /**
   * η ← η·factor at the start of every epoch e > 0 with e mod every = 0: the assignment's decay, multiplied epoch by epoch
   * (not as a power, whose last bit may differ).
   */
  step: scheduleKind({
    options: v.strictObject({ factor: v.optional(positive, 0.1), every: v.optional(count, 30) }),
    make({ factor, every }, { learningRate, stepsPerEpoch }) {
      const rates = [learningRate];
      return {
        learningRate(step) {
          const decays = Math.floor(Math.floor(step / stepsPerEpoch) / every);
          while (rates.length <= decays) rates.push(rates[rates.length - 1] * factor);
          return rates[decays];
        },
      };
    },
  }),

  /** η₀·factor^e */
  exponential: scheduleKind({
    options: v.strictObject({ factor: v.optional(positive, 0.95) }),
    make: ({ factor }, { learningRate, stepsPerEpoch }) => ({
      learningRate: (step) => learningRate * pow(factor, Math.floor(step / stepsPerEpoch)),
    }),
  }),

  /** minimum + (η₀ − minimum)·(1 + cos(π·s/S))/2. Loshchilov & Hutter 2017, arXiv:1608.03983 */
  cosine: scheduleKind({
    options: v.strictObject({ minimum: v.optional(notNegative, 0) }),
    make: ({ minimum }, { learningRate, epochs, stepsPerEpoch }) => ({
      learningRate: (step) => cosineBetween(learningRate, minimum, Math.min(1, step / (epochs * stepsPerEpoch))),
    }),
  }),

  /**
   * From η₀/startDivisor up to η₀ in the share `rise` of all steps, then down to η₀/startDivisor/endDivisor, both along half
   * a cosine; the last step has the last rate. Smith & Topin 2018, arXiv:1708.07120, in PyTorch's form.
   */
  oneCycle: scheduleKind({
    options: v.strictObject({
      rise: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.3),
      startDivisor: v.optional(positive, 25),
      endDivisor: v.optional(positive, 1e4),
    }),
    make({ rise, startDivisor, endDivisor }, { learningRate, epochs, stepsPerEpoch }) {
      const start = learningRate / startDivisor;
      const last = epochs * stepsPerEpoch - 1;
      const top = rise * (last + 1) - 1;
      const fall = Math.max(top, 0);
      return {
        learningRate(step) {
          if (step <= top) return cosineBetween(start, learningRate, top > 0 ? step / top : 1);
          const share = last > fall ? Math.min(1, (step - fall) / (last - fall)) : 1;
          return cosineBetween(learningRate, start / endDivisor, share);
        },
      };
    },
  }),

  /**
   * Straight from start·η₀ up to η₀ in the share `rise` of all steps, then straight down to end·η₀. Smith 2017, arXiv:1506.01186;
   * in this form Jordan 2024, arXiv:2404.00498
   */
  triangle: scheduleKind({
    options: v.strictObject({
      rise: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.2),
      start: v.optional(share, 0.2),
      end: v.optional(share, 0),
    }),
    make: ({ rise, start, end }, { learningRate, epochs, stepsPerEpoch }) => ({
      learningRate(step) {
        const done = Math.min(1, step / (epochs * stepsPerEpoch));
        const height = done < rise ? start + ((1 - start) * done) / rise : end + ((1 - end) * (1 - done)) / (1 - rise);
        return learningRate * height;
      },
    }),
  }),

  /** η ← max(minimum, factor·η) when the loss was not below (1 − threshold)·best for more than `patience` epochs. */
  plateau: scheduleKind({
    options: v.strictObject({
      factor: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.1),
      patience: v.optional(index, 10),
      threshold: v.optional(notNegative, 1e-4),
      minimum: v.optional(notNegative, 0),
    }),
    make: plateau,
  }),
};

export type ScheduleName = keyof typeof schedules;

export const scheduleNames = Object.keys(schedules) as [ScheduleName, ...ScheduleName[]];

/** Schedules as plain data: { kind: "cosine" }. */
export type ScheduleSettings = {
  [Kind in ScheduleName]: { readonly kind: Kind } & Readonly<v.InferInput<(typeof schedules)[Kind]["options"]>>;
}[ScheduleName];

function plateau(
  options: { readonly factor: number; readonly patience: number; readonly threshold: number; readonly minimum: number },
  context: ScheduleContext,
): Schedule {
  const { factor, patience, threshold, minimum } = options;
  let { learningRate } = context;
  let best = Infinity;
  let bad = 0;
  return {
    learningRate: () => learningRate,
    observe(loss) {
      if (loss < best - threshold * Math.abs(best) || best === Infinity) {
        best = loss;
        bad = 0;
      } else if (++bad > patience) {
        learningRate = Math.max(minimum, factor * learningRate);
        bad = 0;
      }
    },
    // JSON has no Infinity: without a best loss the field is left out
    state: () => ({ learningRate, bad, ...(best === Infinity ? {} : { best }) }),
    restore(state) {
      learningRate = state.learningRate;
      bad = state.bad;
      best = state.best ?? Infinity;
    },
  };
}

/** The same with the defaults filled in; every schedule has its own schema. */
export const scheduleSettings = v.pipe(
  v.looseObject({ kind: v.picklist(scheduleNames) }),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const { kind, ...options } = dataset.value;
    const result = v.safeParse(schedules[kind].options as v.GenericSchema<unknown, object>, options);
    if (result.success) return { kind, ...result.output } as ScheduleSettings;
    addIssue({ message: explain(result.issues).join("; ") });
    return NEVER;
  }),
);

/** The schedule that the settings describe. Throws SettingsError for settings that it does not have, and a training without steps. */
export function makeSchedule(settings: ScheduleSettings, context: ScheduleContext): Schedule {
  for (const name of ["epochs", "stepsPerEpoch"] as const) {
    if (!(context[name] > 0)) throw new SettingsError(`schedule: ${name} must be above 0, got ${context[name]}`);
  }
  const parsed = parsePlain(scheduleSettings, settings, "schedule");
  return schedules[parsed.kind].make(parsed as never, context);
}

/**
 * η·(s + 1)/steps while s < steps: the other schedule continues meanwhile, so that its end does not move.
 * Goyal et al. 2017, arXiv:1706.02677
 */
export function warmUp(schedule: Schedule, steps: number): Schedule {
  return {
    ...schedule,
    learningRate: (step) => schedule.learningRate(step) * Math.min(1, (step + 1) / Math.max(1, steps)),
  };
}
