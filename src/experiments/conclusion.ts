import type { Comparison } from "./compareByRow.ts";
import type { TestResult } from "./testResult.ts";

export interface Conclusion {
  /** the conclusion: useful, not useful, or unknown */
  readonly kind: "good" | "bad" | "unknown";
  /** one or two sentences, which begin in lower case; names of classes in them are those of the data */
  readonly text: string;
}

/** A test result as one or two sentences, the same in the terminal and in reports; undefined if there is no comparison. */
export function conclusionOf({ metric, rows, majority, linear }: TestResult): Conclusion | undefined {
  if (!majority) return undefined;
  const { comparison } = majority;
  const always =
    metric === "accuracy" ? `always answering "${majority.label}"` : `always answering ${majority.label}, the mean`;
  switch (comparison.outcome) {
    case "too few rows":
      if (linear?.comparison.outcome === "worse") return betterLinear;
      return {
        kind: "unknown",
        text: `too few rows to tell whether the network is better than ${always}${rowsText(rows, comparison)}`,
      };
    case "about as good":
      return { kind: "bad", text: `not useful: no better than ${always}. ${advice}` };
    case "worse":
      return { kind: "bad", text: `not useful: worse than ${always}. ${advice}` };
    case "better":
      return besideLinear(rows, always, linear?.comparison);
  }
}

const advice = "More rows, or columns that are related to the target, would help.";

const betterLinear: Conclusion = {
  kind: "bad",
  text: "use a linear model, which is better on these rows; more rows would help the network.",
};

function besideLinear(rows: number, always: string, linear: Comparison | undefined): Conclusion {
  switch (linear?.outcome) {
    case undefined:
      return { kind: "good", text: `useful: better than ${always}.` };
    case "better":
      return { kind: "good", text: "useful: better than a linear model." };
    case "worse":
      return betterLinear;
    case "about as good":
      return { kind: "good", text: "useful, but a linear model is about as good: the network may not be needed." };
    case "too few rows":
      return { kind: "good", text: `useful: better than ${always}. ${unknownBesideLinear(rows, linear)}` };
  }
}

function unknownBesideLinear(rows: number, linear: Comparison): string {
  if (linear.rowsNeeded === undefined) return `A linear model scores the same on the ${testRows(rows)}.`;
  return `Too few rows to tell whether it is better than a linear model${rowsText(rows, linear)}`;
}

const testRows = (rows: number): string => `${rows.toLocaleString("en")} test row${rows === 1 ? "" : "s"}`;

/** ": 27 test rows, about 62 would be needed for a difference of this size (2.3 times as much data)." */
function rowsText(rows: number, { rowsNeeded }: Comparison): string {
  if (rowsNeeded === undefined) return `: both score the same on the ${testRows(rows)}.`;
  if (rowsNeeded > mostNeeded) return `: both score nearly the same on the ${testRows(rows)}.`;
  const about = Number(rowsNeeded.toPrecision(2));
  const times = Number((about / rows).toPrecision(2));
  return `: ${testRows(rows)}, about ${about.toLocaleString("en")} would be needed for a difference of this size (${times} times as much data).`;
}

/** Above this number of rows, the difference is too small to suggest collecting more. */
const mostNeeded = 1_000_000;
