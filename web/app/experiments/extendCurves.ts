import type { RunCurves, RunEvent } from "../training/protocol.ts";

/** Curves with the news of a run behind them. */
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

/** Curves with different x as columns over all of them: null where a curve has no value. */
export function alignCurves(all: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[]): {
  readonly x: readonly number[];
  readonly values: readonly (number | null)[][];
} {
  const x = [...new Set(all.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  const place = new Map(x.map((value, index) => [value, index]));
  const values = all.map((curve) => {
    const column = new Array<number | null>(x.length).fill(null);
    curve.x.forEach((each, i) => {
      const y = curve.y[i];
      column[place.get(each) as number] = Number.isFinite(y) ? y : null;
    });
    return column;
  });
  return { x, values };
}
