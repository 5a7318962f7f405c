import type { RunCurves, RunEvent } from "./protocol.ts";

/** Curves with the new points of a run appended. */
export function extendCurves(
  before: RunCurves,
  { points, epochs }: Extract<RunEvent, { kind: "progress" }>,
): RunCurves {
  const longer = (name: "trainScore" | "valScore" | "trainLoss" | "valLoss") =>
    epochs.length === 0 ? (before[name] ?? []) : [...(before[name] ?? []), ...epochs.map((epoch) => epoch[name])];
  return {
    ...before,
    loss: { steps: [...before.loss.steps, ...points.steps], loss: [...before.loss.loss, ...points.loss] },
    trainScore: longer("trainScore"),
    valScore: longer("valScore"),
    trainLoss: longer("trainLoss"),
    valLoss: longer("valLoss"),
  };
}
