import { describeLayers, type Metric, type TrainSettings } from "handgrad";
import type { RunState } from "../training/protocol.ts";

/** "91.2 %" or "0.843" (R²); "–" where there is none. */
export function showScore(metric: Metric | undefined, score: number | undefined): string {
  if (score === undefined || Number.isNaN(score)) return "–";
  return metric === "rSquared" ? score.toFixed(3) : `${(100 * score).toFixed(2)} %`;
}

export const metricName = (metric: Metric | undefined): string => (metric === "rSquared" ? "R²" : "accuracy");

/** "8 s", "3 min 20 s", "2 h 5 min" */
export function showSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const stateWords: Readonly<Record<RunState, string>> = {
  running: "training",
  paused: "paused",
  complete: "complete",
  failed: "failed",
  damaged: "damaged",
};

/** "3072-128-20, sgd, η 0.1, L2 0.005": the settings that distinguish runs. */
export function describeSettings(settings: TrainSettings): string {
  const { optimizer, learningRate, regularization, lambda, weightDecay, scaledWeightDecay, schedule, keepProb, seed } =
    settings;
  const layers = describeLayers(settings);
  return [
    layers.length > 60 ? `${layers.slice(0, 57)}…` : layers,
    optimizer,
    `η ${learningRate}`,
    ...(schedule.kind === "constant" ? [] : [schedule.kind]),
    ...(regularization === "none" ? [] : [`${regularization.toUpperCase()} ${lambda}`]),
    ...(weightDecay > 0 ? [`weight decay ${weightDecay}`] : []),
    ...(scaledWeightDecay > 0 ? [`scaled decay ${scaledWeightDecay}`] : []),
    ...(keepProb > 0 && keepProb < 1 ? [`dropout keeps ${keepProb}`] : []),
    `seed ${seed}`,
  ].join(", ");
}
