import { bestEpochOf, type Metric } from "../training/history.ts";
import type { Block, Report, Section } from "./document.ts";
import { signed } from "./figures/svg.ts";
import { formatCount, formatNumber, percent } from "./format.ts";
import { markup } from "./markup.ts";
import { comparisonFigure, type RunCurves } from "./runFigures.ts";

/** A training run as a comparison sees it. */
export interface ComparedRun {
  /** how its folder is called */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly loss: readonly number[];
  readonly metric: Metric;
  readonly trainScore: readonly number[];
  readonly valScore: readonly number[];
  readonly valLoss?: readonly number[] | undefined;
  /** from 0 */
  readonly bestEpoch?: number | undefined;
  readonly seconds: number;
  readonly standIn: boolean;
  readonly stopped: boolean;
  readonly rule?: string | undefined;
}

/** Runs that differ in their seed alone. */
export interface RunGroup {
  readonly name: string;
  readonly runs: readonly ComparedRun[];
}

type Flat = Readonly<Record<string, string>>;

/** Settings as "schedule.factor" → "0.5", so that any two can be compared. */
export function flattenSettings(value: unknown, prefix = ""): Flat {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const text = Array.isArray(value) ? value.join(value.every(Number.isInteger) ? "-" : ", ") : String(value);
    return { [prefix]: text };
  }
  const parts = Object.entries(value).map(([key, inner]) => flattenSettings(inner, prefix ? `${prefix}.${key}` : key));
  return Object.assign({}, ...parts);
}

function settingsOf({ config, rule }: ComparedRun): Flat {
  return { ...flattenSettings(config), ...(rule && { rule }) };
}

/** The settings that are not the same in all runs, by name; a setting that a run lacks is "–". */
export function differingSettings(runs: readonly ComparedRun[]): string[] {
  const all = runs.map(settingsOf);
  const keys = [...new Set(all.flatMap((settings) => Object.keys(settings)))];
  return keys.filter((key) => new Set(all.map((settings) => settings[key])).size > 1);
}

/** Puts runs together whose settings are equal but for the seed, in the order in which they were given. */
export function groupRuns(runs: readonly ComparedRun[]): RunGroup[] {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const { seed: _, ...rest } = settingsOf(run);
    const key = JSON.stringify({ ...rest, standIn: run.standIn });
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const differing = differingSettings(runs).filter((key) => key !== "seed");
  return [...groups.values()].map((members) => {
    const settings = settingsOf(members[0]);
    const shared = differing.map((key) => `${key} ${settings[key] ?? "–"}`).join(", ") || members[0].name;
    return {
      name: members.length === 1 ? members[0].name : `${shared} (${members.length} seeds)`,
      runs: members,
    };
  });
}

/** What a run came to: `undefined` scores for one that was stopped in its first epoch. */
export function outcomeOf(run: Pick<ComparedRun, "trainScore" | "valScore" | "valLoss" | "bestEpoch">) {
  const { trainScore, valScore } = run;
  const bestEpoch = bestEpochOf(run);
  return {
    epochs: valScore.length,
    bestEpoch: bestEpoch === undefined ? undefined : bestEpoch + 1,
    best: bestEpoch === undefined ? undefined : valScore[bestEpoch],
    validation: valScore.at(-1),
    training: trainScore.at(-1),
  };
}

export interface ComparisonTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** An accuracy in per cent, R² as it is. */
export const showScore = (metric: Metric, value: number | undefined): string =>
  value === undefined ? "–" : metric === "accuracy" ? percent(value) : signed(value.toFixed(3));

function titleOf({ name, standIn, stopped }: ComparedRun): string {
  return `${name}${standIn ? " (stand-in)" : ""}${stopped ? " (stopped)" : ""}`;
}

/** A row a run: best epoch, best and final accuracies, time. */
export function outcomesTable(runs: readonly ComparedRun[]): ComparisonTable {
  const rows = runs.map((run) => {
    const { epochs, bestEpoch, best, validation, training } = outcomeOf(run);
    const results = [
      String(bestEpoch ?? "–"),
      String(epochs),
      ...[best, validation, training].map((score) => showScore(run.metric, score)),
    ];
    return [titleOf(run), ...results, `${formatNumber(run.seconds, 3)} s`];
  });
  return { columns: ["run", "best epoch", "of", "best val.", "last val.", "last train.", "time"], rows };
}

/** A row a run: the settings in which the runs differ. */
export function settingsTable(runs: readonly ComparedRun[], keys = differingSettings(runs)): ComparisonTable {
  const rows = runs.map((run) => {
    const settings = settingsOf(run);
    return [run.name, ...keys.map((key) => settings[key] ?? "–")];
  });
  return { columns: ["run", ...keys], rows };
}

/** Both side by side, for a terminal, which is as wide as it needs to be. */
export function comparisonTable(runs: readonly ComparedRun[]): ComparisonTable {
  const [outcomes, settings] = [outcomesTable(runs), settingsTable(runs)];
  return {
    columns: [...outcomes.columns, ...settings.columns.slice(1)],
    rows: outcomes.rows.map((row, i) => [...row, ...settings.rows[i].slice(1)]),
  };
}

/** Mean and range over the seeds of each group that has several. */
export function seedsTable(groups: readonly RunGroup[]): ComparisonTable {
  const rows = groups
    .filter(({ runs }) => runs.length > 1)
    .map(({ name, runs }) => {
      const outcomes = runs.map(outcomeOf);
      const [{ metric }] = runs;
      const spread = (values: readonly (number | undefined)[]): string => {
        const known = values.filter((value) => value !== undefined);
        if (known.length === 0) return "–";
        const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
        const deviation = Math.sqrt(
          known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length - 1),
        );
        return `${showScore(metric, mean)} ± ${showScore(metric, deviation)}`;
      };
      const seeds = runs.map(({ config }) => String(config.seed)).join(", ");
      return [
        name,
        seeds,
        spread(outcomes.map(({ best }) => best)),
        spread(outcomes.map(({ validation }) => validation)),
        spread(outcomes.map(({ training }) => training)),
      ];
    });
  return { columns: ["setting", "seeds", "best val.", "last val.", "last train."], rows };
}

/** Several runs beside each other: tables and curves; seeds of one setting as mean and band. */
export function comparisonReport(runs: readonly ComparedRun[]): Report {
  const groups = groupRuns(runs);
  const curves = groups.map(({ name, runs: [first, ...others] }, style): RunCurves => {
    return {
      name,
      style,
      loss: first.loss,
      metric: first.metric,
      trainScore: first.trainScore,
      valScore: first.valScore,
      others,
    };
  });
  const table = ({ columns, rows }: ComparisonTable, left: number): Block => ({
    kind: "table",
    columns: columns.map((title, i) => ({ title, align: i < left ? ("left" as const) : ("right" as const) })),
    rows,
  });
  const seeds = seedsTable(groups);
  const bands =
    seeds.rows.length > 0
      ? " Where a setting was run with several seeds, the line is the mean and the band reaches from the lowest to the highest."
      : "";
  const differing = differingSettings(runs);
  const chunks = Array.from({ length: Math.ceil(differing.length / 5) }, (_, i) => differing.slice(5 * i, 5 * i + 5));
  const sections: Section[] = [
    {
      id: "curves",
      title: runs.length === 1 ? "Curves" : "Curves together",
      blocks: [
        {
          kind: "figure",
          figure: comparisonFigure(curves, {
            id: "comparison",
            caption: `Loss (means of blocks of iterations) and scores after each epoch.${bands}`,
            description: `Loss and scores of ${groups.map(({ name }) => name).join(", ")}`,
          }),
        },
      ],
    },
    { id: "results", title: "Results", blocks: [table(outcomesTable(runs), 1)] },
    ...(seeds.rows.length > 0
      ? [{ id: "seeds", title: "Several seeds: mean ± standard deviation", blocks: [table(seeds, 2)] }]
      : []),
    ...(differing.length > 0
      ? [
          {
            id: "differing-settings",
            title: "Settings that differ",
            blocks: chunks.map((keys) => table(settingsTable(runs, keys), 1)),
          },
        ]
      : []),
    {
      id: "settings",
      title: runs.length === 1 ? "Settings" : "Settings that all runs share",
      blocks: [sharedSettings(runs)],
    },
  ];
  return {
    title: runs.length === 1 ? `Run ${runs[0].name}` : `Comparison of ${runs.length} runs`,
    subtitle: runs.map(({ name }) => name).join(" · "),
    warnings: runs.some(({ standIn }) => standIn)
      ? ["STAND-IN DATA: some of these runs were trained on drawn images and say nothing about CIFAR-100."]
      : [],
    summary: [
      ...bestOfEachMetric(runs),
      ["iterations", formatCount(runs.reduce((sum, { loss }) => sum + loss.length, 0))],
    ],
    parts: [{ title: "", sections }],
  };
}

function sharedSettings(runs: readonly ComparedRun[]): Block {
  const differing = new Set(differingSettings(runs));
  const rows = Object.entries(settingsOf(runs[0])).filter(([key]) => !differing.has(key));
  return {
    kind: "table",
    columns: [{ title: "setting" }, { title: "value" }],
    rows: rows.map(([key, value]) => [markup`\`${key}\``, value]),
  };
}

/** The best run of each metric: an accuracy and an R² cannot be compared. */
function bestOfEachMetric(runs: readonly ComparedRun[]): (readonly [string, string])[] {
  return [...new Set(runs.map(({ metric }) => metric))].flatMap((metric) => {
    const [best] = runs
      .filter((run) => run.metric === metric)
      .sort((a, b) => (outcomeOf(b).best ?? -Infinity) - (outcomeOf(a).best ?? -Infinity));
    const name = metric === "accuracy" ? "best validation accuracy" : "best validation R²";
    const reached = runs.length > 1 ? [["reached by", best.name] as const] : [];
    return [[name, showScore(metric, outcomeOf(best).best)] as const, ...reached];
  });
}
