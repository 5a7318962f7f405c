import type { Dataset } from "../../data/dataset.ts";
import type { TestMetrics } from "../testScores.ts";
import { cut } from "./columnSummaries.ts";
import { rankingSummary } from "./rankingSummary.ts";
import type { ClassificationEvaluation } from "./runEvaluation.ts";

type Metrics = Extract<TestMetrics, { kind: "classification" }>;

/** A matrix of more classes is too large to draw and to store in a small file. */
const mostInMatrix = 150;
const mostClasses = 1000;
const mostPairs = 8;

/** The part of a report about a classification, from the probabilities of the classes of each row. */
export function classificationSummary(
  metrics: Metrics,
  p: Float64Array,
  { labels, labelNames }: Pick<Dataset, "labels" | "labelNames">,
): ClassificationEvaluation {
  const ranking = rankingSummary(p, labels, labelNames);
  const { loss, top5, balancedAccuracy, calibrationError, classes, macro, confusion, bins } = metrics;
  return {
    ...{ loss, top5, balancedAccuracy, calibrationError, macro: { ...macro } },
    labels: labelNames.map((name) => cut(name, 60)),
    classes: weakestClasses(classes),
    ...(labelNames.length <= mostInMatrix && { confusion: confusion.map((line) => [...line]) }),
    confused: mostConfused(confusion, labelNames),
    bins: bins.map((bin) => ({ ...bin })),
    ...(ranking && { ranking }),
  };
}

/** All classes in their order, or those with the lowest F1. */
function weakestClasses(classes: Metrics["classes"]): ClassificationEvaluation["classes"] {
  const shown =
    classes.length <= mostClasses
      ? classes
      : classes.toSorted((a, b) => (a.f1 || 0) - (b.f1 || 0)).slice(0, mostClasses);
  return shown.map((each) => ({ ...each, label: cut(each.label, 60) }));
}

/** The most frequent confusions of classes, the most frequent first. */
export function mostConfused(
  confusion: readonly ArrayLike<number>[],
  labels: readonly string[],
): ClassificationEvaluation["confused"] {
  const pairs: { truth: string; predicted: string; count: number; share: number }[] = [];
  confusion.forEach((line, truth) => {
    const row = Array.from(line);
    const total = row.reduce((sum, count) => sum + count, 0);
    row.forEach((count, predicted) => {
      const last = pairs[mostPairs - 1]?.count ?? 0;
      if (truth === predicted || count <= last) return;
      const place = pairs.findIndex((pair) => pair.count < count);
      const names = { truth: cut(labels[truth], 60), predicted: cut(labels[predicted], 60) };
      pairs.splice(place < 0 ? pairs.length : place, 0, { ...names, count, share: count / total });
      if (pairs.length > mostPairs) pairs.pop();
    });
  });
  return pairs;
}
