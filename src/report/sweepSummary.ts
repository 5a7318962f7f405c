import { type SettingImportance, settingImportance } from "../experiments/settingImportance.ts";
import {
  type Progress,
  type Ranked,
  rankCombinations,
  type Sweep,
  settingName,
  showValue,
  type Trial,
  trialsOfRung,
} from "../experiments/sweep.ts";
import type { History, Metric } from "../training/history.ts";
import { showScore } from "./comparison.ts";
import { formatSetting } from "./format.ts";

/** What the report of a sweep is written from. */
export interface SweepResults {
  readonly sweep: Sweep;
  readonly metric: Metric;
  /** the name of the data */
  readonly data: string;
  readonly progress: Progress;
  /** the validation loss after each epoch, which ranks combinations with equal scores; sweeps of version 1 may lack it */
  readonly losses?: Progress | undefined;
  /** trials that diverged (NaN or infinity) */
  readonly diverged: readonly Trial[];
  readonly historyOf: (trial: Trial) => Pick<History, "loss" | "trainScore" | "valScore">;
  /** the command that trains the best settings and evaluates them on the test rows */
  readonly next: string;
}

/** The numbers of a sweep's report. */
export interface SweepSummary {
  readonly names: readonly string[];
  readonly ranked: readonly Ranked[];
  /** combinations with a seed that diverged; they rank last */
  readonly diverged: readonly Pick<Ranked, "combination" | "values">[];
  /** undefined: too few combinations, or all equal */
  readonly importance: readonly SettingImportance[] | undefined;
  /** how the rounds of halving went; one round for other strategies */
  readonly rounds: readonly { epochs: number; combinations: number; best: number; median: number }[];
}

const rowsShown = 50;

export function summarizeSweep({ sweep, progress, losses, diverged }: SweepResults): SweepSummary {
  const { settings, trials, rungs } = sweep;
  const ranked = rankCombinations(trials, progress, Infinity, losses);
  const lost = new Map(diverged.map(({ combination, values }) => [combination, { combination, values }]));
  const factor = settings.strategy.kind === "halving" ? settings.strategy.factor : 1;
  const rounds = rungs.flatMap((epochs, rung) => {
    const reached = trialsOfRung(sweep, factor, rung, progress) ?? [];
    const scores = rankCombinations(reached, progress, epochs).map(({ mean }) => mean);
    if (scores.length === 0) return [];
    return [{ epochs, combinations: scores.length, best: scores[0], median: scores[Math.floor(scores.length / 2)] }];
  });
  // Combinations that were trained for longer have better scores for that reason, so importance uses only the first round
  const first = rungs.length > 1 ? rankCombinations(trials, progress, rungs[0]) : ranked;
  const least = Math.min(...first.map(({ mean }) => mean));
  const scored = [
    ...first.map(({ values, mean }) => ({ values, score: mean })),
    ...[...lost.values()].map(({ values }) => ({ values, score: least })),
  ];
  const importance = first.length > 0 ? settingImportance(scored) : undefined;
  return { names: Object.keys(settings.vary), ranked, diverged: [...lost.values()], importance, rounds };
}

const show = (value: Ranked["values"][string]) =>
  typeof value === "number" ? formatSetting(Number(value.toPrecision(3))) : showValue(value);

/** "learning rate 0.01, hidden 64-64" */
export const combinationName = (
  { values }: Pick<Ranked, "values">,
  names: readonly string[] = Object.keys(values),
): string => names.map((name) => `${settingName(name)} ${show(values[name])}`).join(", ");

const settingsInLegend = 3;

/** Names for a few combinations by the settings in which they differ, the most important first; more than three only if needed to distinguish them. */
export function legends(combinations: readonly Ranked[], { names, importance }: SweepSummary): string[] {
  const order = importance?.map(({ name }) => name) ?? names;
  const differing = order.filter((name) => new Set(combinations.map(({ values }) => show(values[name]))).size > 1);
  for (let count = Math.min(settingsInLegend, differing.length); ; count++) {
    const found = combinations.map((each) => combinationName(each, differing.slice(0, count)));
    if (count > 0 && new Set(found).size === found.length) return found;
    if (count >= differing.length) return combinations.map((each, i) => `${i + 1}. ${combinationName(each)}`);
  }
}

/** One row per combination: rank, score and settings; those that diverged are at the end. */
export function rankingTable(
  { names, ranked, diverged }: SweepSummary,
  metric: Metric,
  most = rowsShown,
): { columns: string[]; rows: string[][] } {
  const several = ranked.some(({ seeds }) => seeds > 1);
  const shown = (values: Ranked["values"]) => names.map((name) => show(values[name]));
  const rows = ranked
    .slice(0, most)
    .map(({ values, mean, deviation, low, high, seeds, epochs }, i) => [
      String(i + 1),
      several ? `${showScore(metric, mean)} ± ${showScore(metric, deviation)}` : showScore(metric, mean),
      ...(several ? [seeds > 1 ? `${showScore(metric, low)} … ${showScore(metric, high)}` : ""] : []),
      ...shown(values),
      String(epochs),
    ]);
  const lost = diverged
    .slice(0, Math.max(0, most - rows.length))
    .map(({ values }) => ["–", "diverged", ...(several ? [""] : []), ...shown(values), ""]);
  const score = metric === "accuracy" ? "validation accuracy" : "validation R²";
  return {
    columns: ["", score, ...(several ? ["lowest … highest"] : []), ...names.map(settingName), "epochs"],
    rows: [...rows, ...lost],
  };
}
