import { SettingsError } from "../tensor/errors.ts";

/** A learning rate as a function of the step. Epochs may be fractions: a schedule moves in every step, not only between epochs. */
export interface Schedule {
  /** η at a step, counted from 0 */
  learningRate(step: number): number;
  /** told a validation loss (smaller is better) after each epoch, by those who train; most schedules do not care */
  observe?(loss: number): void;
  /** what the next step depends on beside its number: for a checkpoint */
  state?(): Readonly<Record<string, number>>;
  restore?(state: Readonly<Record<string, number>>): void;
}

/** Where a schedule is used: the base learning rate η₀ and the length of the training. */
export interface ScheduleContext {
  readonly learningRate: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** Schedules as plain data. */
export type ScheduleSettings =
  | { readonly kind: "constant" }
  | { readonly kind: "step"; readonly factor?: number; readonly every?: number }
  | { readonly kind: "exponential"; readonly factor?: number }
  | { readonly kind: "cosine"; readonly minimum?: number }
  | {
      readonly kind: "oneCycle";
      readonly rise?: number;
      readonly startDivisor?: number;
      readonly endDivisor?: number;
    }
  | {
      readonly kind: "plateau";
      readonly factor?: number;
      readonly patience?: number;
      readonly threshold?: number;
      readonly minimum?: number;
    };

/** Makes the schedule of a kind from its settings and what they are relative to. */
export type ScheduleMaker<Kind extends ScheduleSettings["kind"]> = (
  settings: Extract<ScheduleSettings, { kind: Kind }>,
  context: ScheduleContext,
) => Schedule;

const cosineBetween = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

/** Each schedule, with its formula: η₀ is the base learning rate, s the step, e = s / stepsPerEpoch the epoch, S all steps. */
export const schedules: { readonly [Kind in ScheduleSettings["kind"]]: ScheduleMaker<Kind> } = {
  /** η₀ */
  constant: (_, { learningRate }) => ({ learningRate: () => learningRate }),

  /** η₀·factor^⌊e / every⌋ */
  step: ({ factor = 0.1, every = 30 }, { learningRate, stepsPerEpoch }) => ({
    learningRate: (step) => learningRate * factor ** Math.floor(step / stepsPerEpoch / every),
  }),

  /** η₀·factor^e, with e = ⌊s / stepsPerEpoch⌋ */
  exponential: ({ factor = 0.95 }, { learningRate, stepsPerEpoch }) => ({
    learningRate: (step) => learningRate * factor ** Math.floor(step / stepsPerEpoch),
  }),

  /** minimum + (η₀ − minimum)·(1 + cos(π·s/S))/2. Loshchilov & Hutter 2017, arXiv:1608.03983 */
  cosine: ({ minimum = 0 }, { learningRate, epochs, stepsPerEpoch }) => ({
    learningRate: (step) => cosineBetween(learningRate, minimum, Math.min(1, step / (epochs * stepsPerEpoch))),
  }),

  /**
   * From η₀/startDivisor up to η₀ in the share `rise` of all steps, then down to η₀/startDivisor/endDivisor, both along half
   * a cosine; the last step has the last rate. Smith & Topin 2018, arXiv:1708.07120, in PyTorch's form.
   */
  oneCycle({ rise = 0.3, startDivisor = 25, endDivisor = 1e4 }, { learningRate, epochs, stepsPerEpoch }) {
    const start = learningRate / startDivisor;
    const last = epochs * stepsPerEpoch - 1;
    const top = rise * (last + 1) - 1;
    return {
      learningRate(step) {
        if (step <= top) return cosineBetween(start, learningRate, top > 0 ? step / top : 1);
        const share = last > top ? Math.min(1, (step - Math.max(top, 0)) / (last - Math.max(top, 0))) : 1;
        return cosineBetween(learningRate, start / endDivisor, share);
      },
    };
  },

  /** η ← max(minimum, factor·η) when the loss was not below (1 − threshold)·best for more than `patience` epochs. */
  plateau({ factor = 0.1, patience = 10, threshold = 1e-4, minimum = 0 }, context) {
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
      // JSON knows no Infinity: without a best loss the field is left out
      state: () => ({ learningRate, bad, ...(best === Infinity ? {} : { best }) }),
      restore(state) {
        learningRate = state.learningRate;
        bad = state.bad;
        best = state.best ?? Infinity;
      },
    };
  },
};

/** The schedule that the settings describe. Throws SettingsError for a training without steps. */
export function makeSchedule(settings: ScheduleSettings, context: ScheduleContext): Schedule {
  for (const name of ["epochs", "stepsPerEpoch"] as const) {
    if (!(context[name] > 0)) throw new SettingsError(`schedule: ${name} must be above 0, got ${context[name]}`);
  }
  return (schedules[settings.kind] as ScheduleMaker<ScheduleSettings["kind"]>)(settings as never, context);
}

/**
 * η·(s + 1)/steps while s < steps: the other schedule runs on meanwhile, so that its end stays where it was.
 * Goyal et al. 2017, arXiv:1706.02677
 */
export function warmUp(schedule: Schedule, steps: number): Schedule {
  return {
    ...schedule,
    learningRate: (step) => schedule.learningRate(step) * Math.min(1, (step + 1) / Math.max(1, steps)),
  };
}
