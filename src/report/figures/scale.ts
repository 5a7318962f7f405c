import type { Axis } from "./figure.ts";
import { logTicks, niceTicks, powerLabel, tickLabels, wholeTicks } from "./ticks.ts";

export interface Scale {
  project(value: number): number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** From the values of an axis to pixels from … to, with its ticks. Values outside of a fixed range are kept at its edge. */
export function makeScale(
  axis: Axis,
  values: readonly number[],
  [from, to]: readonly [number, number],
  count = 5,
): Scale {
  const finite = values.filter((value) => Number.isFinite(value) && (axis.scale !== "log" || value > 0));
  let low = axis.from ?? least(finite);
  let high = axis.to ?? -least(finite.map((value) => -value));
  if (!(high > low)) [low, high] = axis.scale === "log" ? [low / 10, high * 10] : [low - 0.5, high + 0.5];
  const forward = axis.scale === "log" ? Math.log10 : (value: number) => value;
  const margin = axis.scale === "log" ? 0 : 0.02 * (high - low);
  if (axis.from === undefined && axis.scale !== "whole") low -= margin;
  if (axis.to === undefined && axis.scale !== "whole") high += margin;
  const [start, end] = [forward(low), forward(high)];
  const project = (value: number): number => {
    const part = (forward(Math.min(Math.max(value, low), high)) - start) / (end - start);
    return from + part * (to - from);
  };
  const places =
    axis.scale === "log"
      ? logTicks(low, high)
      : axis.scale === "whole"
        ? wholeTicks(low, high, count)
        : niceTicks(low, high, count);
  const labels = axis.scale === "log" ? places.map(powerLabel) : tickLabels(places);
  return { project, ticks: places.map((place, i) => ({ at: project(place), label: labels[i] })) };
}

function least(values: readonly number[]): number {
  let result = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < result) result = value;
  return Number.isFinite(result) ? result : 0;
}
