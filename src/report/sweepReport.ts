import { robustLow, type SettingImportance } from "../experiments/settingImportance.ts";
import { type Ranked, settingName, showValue, type Trial } from "../experiments/sweep.ts";
import { flattenSettings, showScore } from "./comparison.ts";
import type { Block, Report, Section } from "./document.ts";
import type { BarsFigure, ParallelFigure } from "./figures/figure.ts";
import { formatCount, listOf, percent } from "./format.ts";
import { markup } from "./markup.ts";
import { parallelFigure } from "./parallelCoordinates.ts";
import { comparisonFigure, type RunCurves } from "./runFigures.ts";
import {
  combinationName,
  legends,
  rankingTable,
  type SweepResults,
  type SweepSummary,
  summarizeSweep,
} from "./sweepSummary.ts";

const curvesShown = 6;

/** The report of a sweep: ranking, parallel coordinates, importance, curves of the best, rounds of halving, the next command. */
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
    look: "results",
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
    all > rows.length ? `The best ${rows.length} of ${all} combinations; results.json contains all of them.` : "",
    sweep.settings.seeds.length > 1 ? "Scores are mean ± standard deviation over the seeds." : "",
    new Set(summary.ranked.map(({ mean }) => mean)).size < summary.ranked.length
      ? "Combinations with equal scores are ordered by validation loss, lowest first."
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
      caption: `Each line is a combination, with its settings and its score on the right. The best is orange; darker lines are better.${
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
      ? " Lines are means over the seeds, bands show the lowest and the highest value."
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
  const text = `Successive halving: after each round the best 1/${strategy.factor} of the combinations train for ${strategy.factor} times as many epochs.`;
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
  const text = `The best of ${combinations} validation scores is optimistic, because it was selected. This command trains the best settings and evaluates them once on the test rows, which no trial has used:`;
  return {
    id: "next",
    title: "Next",
    blocks: [
      { kind: "text", text },
      { kind: "code", lines: [next] },
    ],
  };
}
