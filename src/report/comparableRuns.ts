import type { ComparedRun } from "./comparison.ts";

/** Runs whose scores can be compared: the same score on the same rows. */
export interface ComparableRuns {
  /** "R² on cars.csv, target mpg" */
  readonly title: string;
  /** why the other runs are in separate groups; undefined if there are none */
  readonly reason: string | undefined;
  readonly runs: readonly ComparedRun[];
}

/** What the scores of a run are measured on. Runs of earlier versions do not record the rows, but where the data was. */
function keyOf({ metric, scoredOn, data, standIn }: ComparedRun): string {
  if (scoredOn !== undefined) return JSON.stringify([metric, scoredOn]);
  const { trainRows: _, labels, ...request } = data ?? {};
  return JSON.stringify([metric, standIn, labels === "fine", request]);
}

/** Groups runs by score, data, target and validation rows, in the order in which they were given. */
export function comparableGroups(runs: readonly ComparedRun[]): ComparableRuns[] {
  const groups = [...Map.groupBy(runs, keyOf).values()];
  const titles = groups.map(([first]) => titleOf(first));
  return groups.map((members, i) => {
    const others = groups.filter((_, j) => j !== i);
    const rows = titles.filter((title) => title === titles[i]).length > 1 ? `, rows ${i + 1}` : "";
    return {
      title: `${titles[i]}${rows}`,
      reason:
        others.length === 0
          ? undefined
          : reasonFor(
              members[0],
              others.map(([other]) => other),
            ),
      runs: members,
    };
  });
}

function reasonFor(run: ComparedRun, others: readonly ComparedRun[]): string {
  const reasons = new Set(others.map((other) => difference(run, other)));
  return `Not compared with the other runs, because they have ${[...reasons].join("; or ")}.`;
}

function difference(run: ComparedRun, other: ComparedRun): string {
  const [a, b] = [run.data ?? {}, other.data ?? {}];
  if (run.metric !== other.metric)
    return other.metric === "accuracy" ? "an accuracy instead of R²" : "R² instead of an accuracy";
  if (run.standIn !== other.standIn) return other.standIn ? "the stand-in as their data" : "CIFAR-100 as their data";
  if (a.path !== b.path) return "other data";
  if (a.target !== b.target) return "another target";
  if ((a.labels === "fine") !== (b.labels === "fine")) return "other labels";
  return "different validation rows (another split seed, or changed data)";
}

function titleOf({ metric, data = {}, standIn }: ComparedRun): string {
  const path = typeof data.path === "string" ? data.path : undefined;
  const base = path?.split(/[\\/]/).filter(Boolean).at(-1);
  const name = standIn ? "the stand-in" : (base ?? "CIFAR-100");
  const target = typeof data.target === "string" ? `, target ${data.target}` : "";
  return `${metric === "accuracy" ? "Accuracy" : "R²"} on ${name}${target}`;
}
