import { type ClassificationMetrics, hasRareClass, type Interval, type RegressionMetrics } from "../src/node.ts";
import { plural } from "./describeData.ts";
import { showShare } from "./showScore.ts";
import { formatTable } from "./table.ts";

// Scores of test rows as lines for a terminal, for `train` and `evaluate`.

/** The class with the lowest recall, and the calibration error. */
export function mistakeLine({ classes, calibrationError }: ClassificationMetrics): string {
  const found = ({ recall, rows }: (typeof classes)[number]) => Math.round(recall * rows);
  const [weakest] = classes.filter((each) => found(each) < each.rows).sort((a, b) => a.recall - b.recall);
  const missed = weakest
    ? `most often missed: ${weakest.label}, ${found(weakest)} of ${weakest.rows} found`
    : "no row is missed";
  return `  ${missed}; calibration error ${(100 * calibrationError).toFixed(1)} %`;
}

/** If a class is rare: scores that give it more weight than accuracy does. */
export function rareClassLines(metrics: ClassificationMetrics): string[] {
  if (!hasRareClass(metrics)) return [];
  const rarest = metrics.classes.filter(({ rows }) => rows > 0).reduce((a, b) => (b.rows < a.rows ? b : a));
  return [
    `  few rows are ${rarest.label} (${rarest.rows} of ${metrics.rows}), so accuracy says little about this class:`,
    `  ${balancedScores(metrics)}`,
    ...classTable(metrics),
  ];
}

/** Scores that give each class the same weight. */
export function balancedScores({ balancedAccuracy, macro, classes }: ClassificationMetrics): string {
  const present = classes.filter(({ rows }) => rows > 0);
  const rarest = present.reduce((a, b) => (b.rows < a.rows ? b : a));
  const precision =
    classes.length === 2 ? `, average precision of ${rarest.label} ${showShare(rarest.averagePrecision)}` : "";
  const area = classes.length === 2 ? "AUC" : "macro AUC";
  return `balanced accuracy ${(100 * balancedAccuracy).toFixed(2)} %, macro F1 ${showShare(macro.f1)}, ${area} ${showShare(macro.areaUnderRoc)}${precision}`;
}

const mostClasses = 20;

/** Precision, recall, F1 and AUC of each class; for many classes those with the lowest F1. */
export function classTable({ classes }: ClassificationMetrics): string[] {
  const present = classes.filter(({ rows, f1 }) => rows > 0 || !Number.isNaN(f1));
  const shown =
    present.length <= mostClasses
      ? present
      : present.toSorted((a, b) => (a.f1 || 0) - (b.f1 || 0)).slice(0, mostClasses);
  const rows = shown.map(({ label, rows, precision, recall, f1, areaUnderRoc }) => [
    label,
    String(rows),
    ...[precision, recall, f1, areaUnderRoc].map(showShare),
  ]);
  const table = formatTable(["class", "rows", "precision", "recall", "F1", "AUC"], rows).split("\n");
  const rest = present.length - shown.length;
  return [...table, ...(rest > 0 ? [`… and ${plural(rest, "class", "classes")} with a higher F1`] : [])].map(
    (line) => `  ${line}`,
  );
}

/** The errors of a regression, in the units of the target, which may be named. */
export function regressionLines(
  {
    meanAbsoluteError,
    meanAbsoluteErrorInterval,
    medianAbsoluteError,
    rootMeanSquaredError,
    maxError,
  }: RegressionMetrics & { readonly meanAbsoluteErrorInterval: Interval },
  target?: string,
): string[] {
  const [mae, low, high, median, rmse, most] = [
    meanAbsoluteError,
    ...meanAbsoluteErrorInterval,
    medianAbsoluteError,
    rootMeanSquaredError,
    maxError,
  ].map((value) => String(Number(value.toPrecision(3))));
  return [
    `  typical error ${mae} (mean absolute${low === "NaN" ? "" : `; 95 % interval ${low} to ${high}`}), ${median} (median)`,
    `  root mean square error ${rmse}, largest error ${most}${target === undefined ? "" : `; all in the units of ${target}`}`,
  ];
}
