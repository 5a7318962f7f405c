import { formatSetting } from "../../src/report/format.ts";
import type { RunCurves } from "../../src/report/runFigures.ts";
import type { ComparisonName, Problem1Results, Problem1Run } from "./results.ts";

/** The name and the style of each run, in every figure and table. */
export const runLooks: Readonly<
  Record<ComparisonName, { readonly name: string; readonly style: number; readonly draw?: "wide" }>
> = {
  sgd: { name: "SGD", style: 4 },
  sgdw: { name: "SGD + weight decay", style: 0, draw: "wide" },
  l1: { name: "SGD + L1", style: 1 },
  l1pub: { name: "sign of the gradient", style: 2 },
  l2: { name: "SGD + L2", style: 3 },
  adamw: { name: "AdamW", style: 0, draw: "wide" },
  adaml2: { name: "Adam + L2", style: 1 },
};

export function curvesOf({ runs }: Problem1Results, name: ComparisonName): RunCurves {
  const { loss, trainAccuracy, valAccuracy } = runs[name];
  return { ...runLooks[name], loss, trainScore: trainAccuracy, valScore: valAccuracy };
}

/** A setting of a run as a number. */
export function setting({ config }: Problem1Run, key: string): number {
  return Number(config[key] ?? 0);
}

export interface Ending {
  readonly best: number;
  /** from 1 */
  readonly bestEpoch: number;
  readonly train: number;
  readonly validation: number;
  /** mean loss of the last epoch's iterations */
  readonly loss: number;
}

/** The results of a run at its end. */
export function endingOf({ bestEpoch, loss, trainAccuracy, valAccuracy }: Problem1Run): Ending {
  const perEpoch = Math.max(1, Math.floor(loss.length / valAccuracy.length));
  const last = loss.slice(-perEpoch);
  return {
    best: valAccuracy[bestEpoch],
    bestEpoch: bestEpoch + 1,
    train: trainAccuracy[trainAccuracy.length - 1],
    validation: valAccuracy[valAccuracy.length - 1],
    loss: last.reduce((sum, value) => sum + value, 0) / last.length,
  };
}

/** "η = 0.01, λ = 0.005" */
export function describeSettings(run: Problem1Run): string {
  const parts = [`η = ${formatSetting(setting(run, "learningRate"))}`];
  if (setting(run, "weightDecay") > 0) parts.push(`weight decay ${formatSetting(setting(run, "weightDecay"))}`);
  if (run.lambda > 0) parts.push(`λ = ${formatSetting(run.lambda)}`);
  return parts.map((part) => part.replaceAll(" ", "\u00a0")).join(", ");
}

/** The largest difference between two lists where both have a value. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  let largest = 0;
  for (let i = 0; i < Math.min(a.length, b.length); i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

/** The share of parameters below a magnitude, 10⁻³ by default. */
export function shareBelow({ parameters }: Problem1Run, thresholds: readonly number[], magnitude = 1e-3): number {
  const place = thresholds.findIndex((threshold) => Math.abs(threshold / magnitude - 1) < 1e-6);
  return parameters.below[place];
}
