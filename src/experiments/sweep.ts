import * as v from "valibot";
import { pow } from "../mathematics/power.ts";
import { RandomState } from "../random/randomState.ts";
import { count, index, parsePlain } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import { highestScore } from "../training/history.ts";
import { readSettings, type TrainSettings } from "./settings.ts";

export type SweepValue = number | string | boolean | number[];
const value = v.union([v.number(), v.string(), v.boolean(), v.array(v.number())]);

const range = v.pipe(
  v.strictObject({
    from: v.number(),
    to: v.number(),
    scale: v.optional(v.picklist(["linear", "log"]), "linear"),
    whole: v.optional(v.boolean(), false),
  }),
  v.check(
    ({ from, to, scale }) => from < to && (scale === "linear" || from > 0),
    "expected from below to, and above 0 if log",
  ),
);

/** The plan of a sweep as plain data: the content of sweep.json. */
export const sweepSettings = v.strictObject({
  /** settings that all trials share */
  base: v.optional(v.record(v.string(), v.unknown()), {}),
  /** by setting ("learningRate", "schedule.kind"): values to choose from, or a range to draw from */
  vary: v.record(
    v.pipe(v.string(), v.regex(/^[a-zA-Z]+(\.[a-zA-Z]+)*$/)),
    v.union([v.pipe(v.array(value), v.minLength(1)), range]),
  ),
  strategy: v.variant("kind", [
    /** every combination */
    v.strictObject({ kind: v.literal("grid") }),
    /** drawn combinations */
    v.strictObject({ kind: v.literal("random"), trials: count }),
    /** drawn combinations; in each round the best 1/factor continue for factor times as many epochs. Jamieson & Talwalkar 2016, arXiv:1502.07943 */
    v.strictObject({
      kind: v.literal("halving"),
      trials: count,
      factor: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2)), 3),
      firstEpochs: v.optional(count, 1),
    }),
  ]),
  /** each combination is trained with each of these */
  seeds: v.optional(v.pipe(v.array(index), v.minLength(1)), [1]),
  /** draws the combinations */
  seed: v.optional(index, 1),
});

export type SweepSettings = v.InferOutput<typeof sweepSettings>;

/** All trials are planned before the first is trained. */
const mostTrials = 100_000;

/** One combination with one seed. */
export interface Trial {
  /** "004-seed1": the name of its folder, which is the same for the same sweep */
  readonly id: string;
  readonly combination: number;
  readonly values: Readonly<Record<string, SweepValue>>;
  readonly seed: number;
  /** the settings of the sweep; all others are the defaults of the data */
  readonly given: Readonly<Record<string, unknown>>;
  /** the same with all defaults */
  readonly settings: TrainSettings;
}

/** Fills in the defaults of the data. Throws SettingsError for settings that do not fit. */
export type SettingsOf = (given: Readonly<Record<string, unknown>>) => TrainSettings;

export interface Sweep {
  readonly settings: SweepSettings;
  readonly trials: readonly Trial[];
  /** epochs up to which trials are trained before the best of them continue; the last is that of the settings */
  readonly rungs: readonly number[];
}

/**
 * All trials of a sweep, the same for the same settings. `settingsOf` fills in the defaults of the data. Throws SettingsError that
 * names the trial for a setting that does not fit.
 */
export function planSweep(input: unknown, settingsOf: SettingsOf = readSettings): Sweep {
  const asked = parsePlain(sweepSettings, input, "sweep");
  const { base, strategy, seeds, vary } = asked;
  const combined = Object.values(vary).reduce((n, values) => n * (Array.isArray(values) ? values.length : 1), 1);
  const planned = (strategy.kind === "grid" ? combined : strategy.trials) * seeds.length;
  if (planned > mostTrials) throw new SettingsError(`sweep: expected at most ${mostTrials} trials, found ${planned}`);
  const combinations = strategy.kind === "grid" ? grid(asked) : drawn(asked, strategy.trials);
  const width = Math.max(3, String(combinations.length).length);
  const trials = combinations.flatMap((values, combination) =>
    seeds.map((seed): Trial => {
      const id = `${String(combination + 1).padStart(width, "0")}-seed${seed}`;
      try {
        const given = { ...withValues(base, values), seed };
        return { id, combination, values, seed, given, settings: settingsOf(given) };
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        throw new SettingsError(`trial ${id} (${describeValues(values)}): ${error.message}`, { cause: error });
      }
    }),
  );
  return { settings: asked, trials, rungs: rungsOf(asked, Math.max(...trials.map(({ settings }) => settings.epochs))) };
}

function grid({ vary }: SweepSettings): Record<string, SweepValue>[] {
  return Object.entries(vary).reduce<Record<string, SweepValue>[]>(
    (combinations, [name, values]) => {
      if (!Array.isArray(values)) throw new SettingsError(`sweep: ${name} is a range; a grid needs its values`);
      return combinations.flatMap((combination) => values.map((each) => ({ ...combination, [name]: each })));
    },
    [{}],
  );
}

function drawn({ vary, seed }: SweepSettings, trials: number): Record<string, SweepValue>[] {
  const random = new RandomState(seed);
  const draw = (values: SweepSettings["vary"][string]): SweepValue => {
    if (Array.isArray(values)) return values[random.randint(0, values.length)];
    const { from, to, scale, whole } = values;
    const u = random.randomSample();
    const number = scale === "log" ? from * pow(to / from, u) : from + (to - from) * u;
    return whole ? Math.round(number) : Number(number.toPrecision(4));
  };
  return Array.from({ length: trials }, () =>
    Object.fromEntries(Object.entries(vary).map(([name, values]) => [name, draw(values)])),
  );
}

/** Sets "schedule.kind" within the object schedule. */
function withValues(base: Readonly<Record<string, unknown>>, values: Readonly<Record<string, SweepValue>>) {
  const settings: Record<string, unknown> = structuredClone(base);
  for (const [name, each] of Object.entries(values)) {
    const path = name.split(".");
    let place = settings;
    for (const key of path.slice(0, -1)) {
      const inner = place[key];
      place[key] = typeof inner === "object" && inner !== null ? { ...inner } : {};
      place = place[key] as Record<string, unknown>;
    }
    place[path[path.length - 1]] = each;
  }
  return settings;
}

function rungsOf({ strategy }: SweepSettings, epochs: number): number[] {
  if (strategy.kind !== "halving") return [epochs];
  const rungs: number[] = [];
  for (let rung = strategy.firstEpochs; rung < epochs; rung *= strategy.factor) rungs.push(rung);
  return [...rungs, epochs];
}

/** The results of a trial: the validation score after each epoch; those of a diverged trial are ignored. */
export type Progress = ReadonlyMap<string, readonly number[]>;

/**
 * The trials that reach the given rung: all reach the first; in each rung the best 1/factor combinations (at least one) continue, ranked by
 * the mean over their seeds of the best score so far. Undefined while trials of the previous rung are unfinished.
 */
export function trialsOfRung(
  sweep: Sweep,
  factor: number,
  rung: number,
  progress: Progress,
): readonly Trial[] | undefined {
  if (rung === 0) return sweep.trials;
  const before = trialsOfRung(sweep, factor, rung - 1, progress);
  if (!before?.every(({ id }) => progress.has(id))) return undefined;
  const ranked = rankCombinations(before, progress, sweep.rungs[rung - 1]);
  const kept = new Set(
    ranked.slice(0, Math.max(1, Math.floor(ranked.length / factor))).map(({ combination }) => combination),
  );
  return before.filter(({ combination }) => kept.has(combination));
}

export interface Ranked {
  readonly combination: number;
  readonly values: Readonly<Record<string, SweepValue>>;
  /** over the seeds: mean, and the lowest and highest, of the best validation score */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** the sample standard deviation over the seeds; 0 for one seed */
  readonly deviation: number;
  readonly seeds: number;
  readonly epochs: number;
}

/**
 * Combinations whose seeds are all finished, the best first; among equal ones, that with the least mean validation loss in its best epochs
 * if `losses` are known, else the earlier.
 */
export function rankCombinations(
  trials: readonly Trial[],
  progress: Progress,
  epochs = Infinity,
  losses?: Progress,
): Ranked[] {
  const groups = Map.groupBy(trials, ({ combination }) => combination);
  const lossOf = ({ combination }: Ranked): number => {
    const its = groups.get(combination) ?? [];
    return its.reduce((sum, { id }) => sum + leastLossOfBest(progress.get(id) ?? [], losses?.get(id)) / its.length, 0);
  };
  const ranked = rankByScore(trials, progress, epochs);
  if (!losses) return ranked;
  const loss = new Map(ranked.map((each) => [each.combination, lossOf(each)]));
  const of = ({ combination }: Ranked) => loss.get(combination) ?? 0;
  return ranked.sort((a, b) => b.mean - a.mean || of(a) - of(b) || a.combination - b.combination);
}

/** The lowest loss of the epochs with the best score. */
function leastLossOfBest(scores: readonly number[], losses: readonly number[] = []): number {
  const best = highestScore(scores);
  const found = losses.filter((loss, epoch) => scores[epoch] === best && Number.isFinite(loss));
  return found.reduce((least, loss) => Math.min(least, loss), found.length > 0 ? Infinity : 0);
}

function rankByScore(trials: readonly Trial[], progress: Progress, epochs: number): Ranked[] {
  const groups = Map.groupBy(trials, ({ combination }) => combination);
  return [...groups]
    .flatMap(([combination, group]): Ranked[] => {
      const curves = group.map(({ id }) => (progress.get(id) ?? []).slice(0, epochs));
      if (curves.some(({ length }) => length === 0)) return [];
      const best = curves.map(highestScore);
      const mean = best.reduce((sum, each) => sum + each / best.length, 0);
      const { values } = group[0];
      const squares = best.reduce((sum, each) => sum + (each - mean) ** 2, 0);
      return [
        {
          combination,
          values,
          mean,
          low: Math.min(...best),
          high: Math.max(...best),
          deviation: Math.sqrt(squares / Math.max(1, best.length - 1)),
          seeds: best.length,
          epochs: Math.max(...curves.map(({ length }) => length)),
        },
      ];
    })
    .sort((a, b) => b.mean - a.mean || a.combination - b.combination);
}

/** "learning rate 0.01, hidden 64-64": the setting as text, for tables and legends. */
export function describeValues(values: Readonly<Record<string, SweepValue>>): string {
  return Object.entries(values)
    .map(([name, each]) => `${settingName(name)} ${showValue(each)}`)
    .join(", ");
}

/** "learningRate" as "learning rate", "schedule.kind" as "schedule kind". */
export function settingName(name: string): string {
  const short = name.replace(/\.kind$/, "");
  return short.replace(/[.]/g, " ").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A value in the notation of the command line: sizes as 64-64. */
export function showValue(each: SweepValue): string {
  return Array.isArray(each) ? each.join("-") : String(each);
}
