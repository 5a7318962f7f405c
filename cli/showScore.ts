import type { Interval, Metric } from "../src/node.ts";

/** The name of the score in a sentence. */
export const metricName = (metric: Metric): string => (metric === "accuracy" ? "accuracy" : "R²");

/** Accuracy in per cent, R² as it is. */
export function showScore(metric: Metric, score: number): string {
  if (Number.isNaN(score)) return "not defined";
  if (metric === "accuracy") return `${(100 * score).toFixed(2)} %`;
  return score.toFixed(3).replace(/^-(?=[0.]+$)/, ""); // no -0.000
}

/** "83.5 to 98.6 %" */
export function showInterval(metric: Metric, [low, high]: Interval): string {
  if (Number.isNaN(low) || Number.isNaN(high)) return "not defined";
  if (metric === "accuracy") return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`;
  return `${showScore(metric, low)} to ${showScore(metric, high)}`;
}

/** A share as a number of two or three digits, "–" where it is not defined. */
export const showShare = (share: number): string => (Number.isNaN(share) ? "–" : share.toFixed(3));
