import { robustLow, type SettingImportance, settingImportance } from "../experiments/settingImportance.ts";
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
import { flattenSettings, showScore } from "./comparison.ts";
import type { Block, Report, Section } from "./document.ts";
import type { BarsFigure, ParallelFigure } from "./figures/figure.ts";
import { formatCount, formatSetting, listOf, percent } from "./format.ts";
import { markup } from "./markup.ts";
import { parallelFigure } from "./parallelCoordinates.ts";
import { comparisonFigure, type RunCurves } from "./runFigures.ts";

/** What the report of a sweep is written from. */
export interface SweepResults {
  readonly sweep: Sweep;
  readonly metric: Metric;
  /** the name of the data */
  readonly data: string;
  readonly progress: Progress;
  /** the validation loss after each epoch, which ranks combinations with equal scores; sweeps of version 1 may lack it */
  readonly losses?: Progress | undefined;
  /** trials that met NaN or infinity */
  readonly diverged: readonly Trial[];
  readonly historyOf: (trial: Trial) => Pick<History, "loss" | "trainScore" | "valScore">;
  /** the command that trains the best settings and evaluates them on the test rows */
  readonly next: string;
}

/** The numbers of a sweep's report. */
export interface SweepSummary {
  readonly names: readonly string[];
  readonly ranked: readonly Ranked[];
  /** combinations of which a seed diverged, which rank last */
  readonly diverged: readonly Pick<Ranked, "combination" | "values">[];
  /** undefined: too few combinations, or all equal */
  readonly importance: readonly SettingImportance[] | undefined;
  /** how the rounds of halving went; one round for other strategies */
  readonly rounds: readonly { epochs: number; combinations: number; best: number; median: number }[];
}

const [curvesShown, rowsShown] = [6, 50];

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
  // What was trained for longer has better scores for that reason, so importance counts the first round alone
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

/** Names for a few combinations by the settings in which they differ, the most important first; more than three only to tell them apart. */
function legends(combinations: readonly Ranked[], { names, importance }: SweepSummary): string[] {
  const order = importance?.map(({ name }) => name) ?? names;
  const differing = order.filter((name) => new Set(combinations.map(({ values }) => show(values[name]))).size > 1);
  for (let count = Math.min(settingsInLegend, differing.length); ; count++) {
    const found = combinations.map((each) => combinationName(each, differing.slice(0, count)));
    if (count > 0 && new Set(found).size === found.length) return found;
    if (count >= differing.length) return combinations.map((each, i) => `${i + 1}. ${combinationName(each)}`);
  }
}

/** A row a combination: rank, score and settings; those that diverged are at the end. */
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

/** The report of a sweep: ranking, parallel coordinates, importance, curves of the best, rounds of halving, what to do next. */
export function sweepReport(results: SweepResults, summary = summarizeSweep(results)): Report {
  const { sweep, metric, data, next } = results;
  const { ranked, diverged } = summary;
  const { seeds, strategy } = sweep.settings;
  const name = metric === "accuracy" ? "best validation accuracy" : "best validation R²";
  const sections = [
    rankingSection(results, summary),
    ...parallelSection(results, summary),
    importanceSection(results, summary),
    ...curvesSection(results, summary),
    ...roundsSection(results, summary),
    ...(ranked.length > 0 ? [nextSection(next, ranked.length)] : []),
    sharedSection(results, summary),
  ];
  const count = ranked.length + diverged.length;
  return {
    title: `Sweep of ${count} ${count === 1 ? "combination" : "combinations"}`,
    subtitle: `${data} · ${listOf(summary.names.map(settingName))} · ${strategy.kind}${seeds.length > 1 ? ` · ${seeds.length} seeds` : ""}`,
    warnings: [],
    headline:
      ranked.length > 0
        ? {
            name,
            value:
              seeds.length > 1
                ? `${showScore(metric, ranked[0].mean)} ± ${showScore(metric, ranked[0].deviation)}`
                : showScore(metric, ranked[0].mean),
            text: `Reached with ${combinationName(ranked[0])}${seeds.length > 1 ? `, mean ± standard deviation over ${seeds.length} seeds` : ""}.`,
          }
        : undefined,
    summary: [
      ["trials", formatCount(sweep.trials.length)],
      ...(diverged.length > 0 ? [["diverged", `${diverged.length} of ${count} combinations`] as const] : []),
    ],
    parts: [{ title: "", sections }],
  };
}

function rankingSection({ metric, sweep }: SweepResults, summary: SweepSummary): Section {
  const { columns, rows } = rankingTable(summary, metric);
  const all = summary.ranked.length + summary.diverged.length;
  const texts = [
    all > rows.length ? `The best ${rows.length} of ${all} combinations; results.json has all of them.` : "",
    sweep.settings.seeds.length > 1 ? "Scores are mean ± standard deviation over the seeds." : "",
    new Set(summary.ranked.map(({ mean }) => mean)).size < summary.ranked.length
      ? "Of combinations with equal scores that with the least validation loss is first."
      : "",
  ].filter(Boolean);
  return {
    id: "ranking",
    title: "Ranking",
    blocks: [
      ...(texts.length > 0 ? [{ kind: "text", text: texts.join(" ") } as const] : []),
      {
        kind: "table",
        columns: columns.slice(1).map((title, i) => ({ title, align: i > 0 ? ("right" as const) : ("left" as const) })),
        rows: rows.map((row) => row.slice(1)),
      },
    ],
  };
}

/** Parallel coordinates of all combinations. */
export function sweepFigure({ sweep, metric }: SweepResults, { names, ranked }: SweepSummary): ParallelFigure {
  const score = (value: number) => Number((metric === "accuracy" ? 100 * value : value).toPrecision(4));
  const low = robustLow(ranked.map(({ mean }) => mean));
  const orders = names.flatMap((name): [string, string[]][] => {
    const tried = sweep.settings.vary[name];
    return Array.isArray(tried) ? [[settingName(name), tried.map(showValue)]] : [];
  });
  const plain = (value: Ranked["values"][string]) => (typeof value === "number" ? value : showValue(value));
  const title = `${ranked.length} combinations by validation ${metric === "accuracy" ? "accuracy" : "R²"}`;
  return parallelFigure(
    ranked.map(({ values, mean }) => ({
      values: Object.fromEntries(names.map((name) => [settingName(name), plain(values[name])])),
      score: score(mean),
    })),
    {
      ...{ title, id: "parallel-coordinates", orders: Object.fromEntries(orders) },
      scoreName: metric === "accuracy" ? "validation accuracy (%)" : "validation R²",
      scoreFrom: ranked.some(({ mean }) => mean < low) ? score(low) : undefined,
      caption: `Each line is a combination: its settings, and the score at the end. The orange line is the best; the darker a line, the better.${
        ranked.some(({ mean }) => mean < low) ? " Scores far below the others are drawn at the lower end." : ""
      }`,
    },
  );
}

function parallelSection(results: SweepResults, summary: SweepSummary): Section[] {
  if (summary.ranked.length < 2) return [];
  const figure = sweepFigure(results, summary);
  return [{ id: "parallel", title: "All combinations", blocks: [{ kind: "figure", figure }] }];
}

function importanceSection({ sweep }: SweepResults, { importance, ranked, diverged, names }: SweepSummary): Section {
  const count = ranked.length + diverged.length;
  const blocks: Block[] = importance
    ? [
        {
          kind: "text",
          text: `The share of the variation in the ${sweep.rungs.length > 1 ? "scores of the first round" : "scores"} that each setting explains by itself, by the fANOVA method on a random forest; the rest is interaction and chance.${
            count < 10 * names.length
              ? ` With ${count} combinations for ${names.length} ${names.length === 1 ? "setting" : "settings"} these are rough estimates.`
              : ""
          }`,
        },
        { kind: "figure", figure: importanceFigure(importance) },
      ]
    : [
        {
          kind: "text",
          text: `${count} combinations are too few to tell how much each setting matters, or their scores do not differ.`,
        },
      ];
  return { id: "importance", title: "Importance of each setting", blocks };
}

function importanceFigure(importance: readonly SettingImportance[]): BarsFigure {
  return {
    ...{ kind: "bars", id: "importance-figure", draw: "bars", axis: { title: "share (%)", from: 0 } },
    caption: "Share of the variation in the scores that each setting explains by itself.",
    description: `Importance: ${importance.map(({ name, share }) => `${settingName(name)} ${percent(share, 0)}`).join(", ")}`,
    rows: importance.map(({ name, share }) => {
      return { name: settingName(name), value: 100 * share, text: percent(share, 0), style: 0 };
    }),
  };
}

function curvesSection({ sweep, metric, historyOf }: SweepResults, summary: SweepSummary): Section[] {
  const { ranked } = summary;
  const shown = ranked.slice(0, curvesShown);
  const names = shown.length > 0 ? legends(shown, summary) : [];
  const runs = shown.map((each, style): RunCurves => {
    const [first, ...others] = sweep.trials.filter(({ combination }) => combination === each.combination);
    return { name: names[style], style, metric, ...historyOf(first), others: others.map(historyOf) };
  });
  if (runs.length === 0) return [];
  const bands =
    sweep.settings.seeds.length > 1
      ? " Lines are means over the seeds, bands reach from the lowest to the highest."
      : "";
  const what = runs.length < ranked.length ? `The best ${runs.length} combinations` : "All combinations";
  const caption = `${what}: loss (means of blocks of iterations) and scores after each epoch.${bands}`;
  const figure = comparisonFigure(runs, {
    id: "curves-of-the-best",
    caption,
    description: `Curves: ${what.toLowerCase()}`,
  });
  return [{ id: "curves", title: "Curves of the best", blocks: [{ kind: "figure", figure }] }];
}

function roundsSection({ sweep, metric }: SweepResults, { rounds }: SweepSummary): Section[] {
  const { strategy } = sweep.settings;
  if (strategy.kind !== "halving") return [];
  const text = `Successive halving: after each round the best 1/${strategy.factor} of the combinations are trained for ${strategy.factor} times as many epochs.`;
  return [
    {
      id: "rounds",
      title: "Rounds of halving",
      blocks: [
        { kind: "text", text },
        {
          kind: "table",
          columns: ["up to epoch", "combinations", "best score", "median score"].map((title) => ({
            title,
            align: "right" as const,
          })),
          rows: rounds.map(({ epochs, combinations, best, median }) => [
            ...[String(epochs), String(combinations), showScore(metric, best), showScore(metric, median)],
          ]),
        },
      ],
    },
  ];
}

function sharedSection({ sweep }: SweepResults, { ranked, names }: SweepSummary): Section {
  const best = sweep.trials.find(({ combination }) => combination === (ranked[0]?.combination ?? 0)) as Trial;
  const varied = new Set([...names, "seed", ...(names.includes("hidden") ? ["layers"] : [])]);
  const rows = Object.entries(flattenSettings(best.settings)).filter(
    ([key, value]) => value !== "undefined" && ![...varied].some((name) => key === name || key.startsWith(`${name}.`)),
  );
  return {
    id: "settings",
    title: "Settings that all trials share",
    blocks: [
      {
        kind: "table",
        columns: [{ title: "setting" }, { title: "value" }],
        rows: rows.map(([key, value]) => [markup`\`${key}\``, value]),
      },
    ],
  };
}

function nextSection(next: string, combinations: number): Section {
  const text = `The best of ${combinations} validation scores is optimistic, because it was chosen. This command trains the best settings and evaluates them once on the test rows, which no trial has used:`;
  return {
    id: "next",
    title: "Next",
    blocks: [
      { kind: "text", text },
      { kind: "code", lines: [next] },
    ],
  };
}
