import type { RunEvaluation } from "../../experiments/evaluation/runEvaluation.ts";
import type { History, Metric } from "../../training/history.ts";
import { decimals, percent } from "../format.ts";

/** The parts of a training run that its report shows: its record, and its evaluation. */
export interface ReportedRun extends History {
  /** the name of its folder */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** from 0 */
  readonly bestEpoch?: number | undefined;
  readonly seconds: number;
  readonly kernels: string;
  readonly standIn: boolean;
  readonly stopped: boolean;
  /** why training ended early: the message of a numerical failure */
  readonly failure?: string | undefined;
  readonly rule?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** runs of version 0.1, and those that were killed, lack it */
  readonly evaluation?: RunEvaluation | undefined;
}

/** "accuracy" or "R²" */
export const metricName = (metric: Metric): string => (metric === "accuracy" ? "accuracy" : "R²");

/** An accuracy in per cent, R² as it is; "–" for NaN. */
export function showScore(metric: Metric, score: number | undefined): string {
  if (score === undefined || !Number.isFinite(score)) return "–";
  return metric === "accuracy" ? percent(score) : decimals(score, 3);
}

/** R² of few rows can be very low by chance, and then its exact value has no meaning. */
const leastShown = -10;

/** "93.2 % to 97.8 %", "0.450 to 0.612" */
export function showInterval(metric: Metric, [low, high]: readonly [number, number]): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "not defined";
  const show = (value: number) => (metric === "accuracy" ? percent(value, 1) : decimals(value, 3));
  if (metric === "rSquared" && low < leastShown) return high < leastShown ? "below −10" : `below −10 to ${show(high)}`;
  return `${show(low)} to ${show(high)}`;
}

/** How many steps an epoch has; undefined where an unfinished epoch makes it unknown. */
export function stepsPerEpoch({ loss, valScore, stopped, config, evaluation }: ReportedRun): number | undefined {
  const epochs = valScore.length;
  if (!stopped && epochs > 0) return loss.length / epochs;
  const { batchSize } = config;
  const rows = evaluation?.data?.rows.train;
  if (rows !== undefined && typeof batchSize === "number" && batchSize >= 1 && batchSize <= rows)
    return Math.floor(rows / batchSize);
  return epochs > 0 && loss.length % epochs === 0 ? loss.length / epochs : undefined;
}
