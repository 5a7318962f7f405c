import { comparableGroups } from "./comparableRuns.ts";
import { type ComparedRun, differingSettings, groupRuns, outcomeOf, showScore } from "./comparison.ts";
import { type ComparisonTable, outcomesTable, seedsTable, settingsTable, sharedSettings } from "./comparisonTables.ts";
import type { Block, Part, Report, Section } from "./document.ts";
import { formatCount } from "./format.ts";
import { comparisonFigure, type RunCurves } from "./runFigures.ts";

/** A comparison of several runs: tables and curves; seeds of one setting as mean and band. Runs that cannot be compared are in separate sections. */
export function comparisonReport(runs: readonly ComparedRun[]): Report {
  const comparable = comparableGroups(runs);
  const parts = comparable.map(({ title, reason, runs: members }, i): Part => {
    const suffix = i === 0 ? "" : `-${i + 1}`;
    return { title: comparable.length > 1 ? title : "", sections: sectionsOf(members, { reason, suffix }) };
  });
  return {
    title: runs.length === 1 ? `Run ${runs[0].name}` : `Comparison of ${runs.length} runs`,
    look: "results",
    subtitle: runs.map(({ name }) => name).join(" · "),
    warnings: [
      ...(runs.some(({ standIn }) => standIn)
        ? ["STAND-IN DATA: some of these runs were trained on drawn images and say nothing about CIFAR-100."]
        : []),
      ...(comparable.length > 1
        ? [`These runs are in ${comparable.length} groups, because their scores cannot be compared with each other.`]
        : []),
    ],
    summary: [
      ...comparable.flatMap(({ title, runs: members }) => bestOf(members, comparable.length > 1 ? title : undefined)),
      ["iterations", formatCount(runs.reduce((sum, { loss }) => sum + loss.length, 0))],
    ],
    parts,
  };
}

interface SectionOptions {
  readonly reason: string | undefined;
  /** makes the sections' names unique */
  readonly suffix: string;
}

function sectionsOf(runs: readonly ComparedRun[], { reason, suffix }: SectionOptions): Section[] {
  const groups = groupRuns(runs);
  const curves = groups.map(({ name, runs: [first, ...others] }, style): RunCurves => {
    const { loss, metric, trainScore, valScore } = first;
    return { name, style, loss, metric, trainScore, valScore, others };
  });
  const seeds = seedsTable(groups);
  const bands =
    seeds.rows.length > 0
      ? " For settings with several seeds, the line is the mean and the band shows the lowest and the highest value."
      : "";
  const differing = differingSettings(runs);
  const figure = comparisonFigure(curves, {
    id: `comparison${suffix}`,
    caption: `Loss (means of blocks of iterations) and scores after each epoch.${bands}`,
    description: `Loss and scores of ${groups.map(({ name }) => name).join(", ")}`,
  });
  const sections: Section[] = [
    {
      id: "curves",
      title: runs.length === 1 ? "Curves" : "Curves together",
      blocks: [...(reason ? [{ kind: "text", text: reason } as const] : []), { kind: "figure", figure }],
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
            blocks: tablesThatFit(runs, differing),
          },
        ]
      : []),
    {
      id: "settings",
      title: runs.length === 1 ? "Settings" : "Settings that all runs share",
      blocks: [sharedSettings(runs)],
    },
  ];
  return sections.map((section) => ({ ...section, id: `${section.id}${suffix}` }));
}

/** The number of setting names of the longest kind that fit beside each other on a page. */
const settingsAcross = 4;

function tablesThatFit(runs: readonly ComparedRun[], keys: readonly string[]): Block[] {
  const parts = Array.from({ length: Math.ceil(keys.length / settingsAcross) }, (_, i) =>
    keys.slice(settingsAcross * i, settingsAcross * (i + 1)),
  );
  return parts.map((part) => table(settingsTable(runs, part), 1));
}

function table({ columns, rows }: ComparisonTable, left: number): Block {
  return {
    kind: "table",
    columns: columns.map((title, i) => ({ title, align: i < left ? ("left" as const) : ("right" as const) })),
    rows,
  };
}

/** The best run of those that can be compared. */
function bestOf(runs: readonly ComparedRun[], title: string | undefined): (readonly [string, string])[] {
  const [best] = runs.toSorted((a, b) => (outcomeOf(b).best ?? -Infinity) - (outcomeOf(a).best ?? -Infinity));
  const name = best.metric === "accuracy" ? "best validation accuracy" : "best validation R²";
  const reached = runs.length > 1 ? [["reached by", best.name] as const] : [];
  const shown = title === undefined ? name : `${name}: ${title.replace(/^\S+ on /, "")}`;
  return [[shown, showScore(best.metric, outcomeOf(best).best)] as const, ...reached];
}
