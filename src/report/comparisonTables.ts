import {
  type ComparedRun,
  differingSettings,
  outcomeOf,
  type RunGroup,
  settingsOf,
  settingText,
  showScore,
} from "./comparison.ts";
import type { Block } from "./document.ts";
import { formatNumber } from "./format.ts";
import { markup } from "./markup.ts";

export interface ComparisonTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function titleOf({ name, standIn, stopped, failure }: ComparedRun): string {
  return `${name}${standIn ? " (stand-in)" : ""}${failure !== undefined ? " (diverged)" : stopped ? " (stopped)" : ""}`;
}

/** One row per run: best epoch, best and final accuracies, time. */
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

/** One row per run: the settings in which the runs differ. */
export function settingsTable(runs: readonly ComparedRun[], keys = differingSettings(runs)): ComparisonTable {
  const rows = runs.map((run) => [run.name, ...keys.map((key) => settingText(run, key))]);
  return { columns: ["run", ...keys], rows };
}

/** Both side by side, for a terminal, where a table may be wide. */
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

/** The settings that are the same in all runs. */
export function sharedSettings(runs: readonly ComparedRun[]): Block {
  const differing = new Set(differingSettings(runs));
  const keys = Object.keys(settingsOf(runs[0])).filter((key) => !differing.has(key));
  return {
    kind: "table",
    columns: [{ title: "setting" }, { title: "value" }],
    rows: keys.map((key) => [markup`\`${key}\``, settingText(runs[0], key)]),
  };
}
