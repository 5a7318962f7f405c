import type { Axis } from "./figure.ts";

/** An axis excludes values that are further away than this many times the range of the middle 90 % of the values. */
const reach = 10;
/** Positive values that span more than this are shown on a logarithmic scale. */
const decades = 100;
/** In a run that diverged, losses can span more than this while some are 0; the logarithmic scale shows these as cut. */
const hugeRatio = 1e9;

/**
 * An axis that shows the differences of most values even if some are far off, as in a run that diverged: it excludes values that are
 * further away than ten times the range of the middle 90 %. The figure marks excluded values as cut.
 * With `log`, positive values that span more than two powers of ten get a logarithmic scale.
 */
export function robustAxis(
  axis: Axis,
  values: readonly number[],
  { log = false }: { readonly log?: boolean } = {},
): Axis {
  const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (finite.length < 3) return axis;
  const at = (share: number): number => finite[Math.round(share * (finite.length - 1))];
  const [least, low, high, most] = [finite[0], at(0.05), at(0.95), finite[finite.length - 1]];
  const positive = finite.slice(finite.findIndex((value) => value > 0));
  if (log && least === 0 && most > 0 && most / positive[0] > hugeRatio)
    return { ...axis, scale: "log", from: positive[0] };
  if (log && least > 0 && high / low > decades) return logarithmic(axis, least, low, high, most);
  const span = high - low || Math.abs(high) || 1;
  return {
    ...axis,
    ...(axis.from === undefined && least < low - reach * span && { from: low - span / 2 }),
    ...(axis.to === undefined && most > high + reach * span && { to: high + span / 2 }),
  };
}

function logarithmic(axis: Axis, least: number, low: number, high: number, most: number): Axis {
  const span = Math.log10(high / low);
  return {
    ...axis,
    scale: "log",
    ...(Math.log10(low / least) > reach * span && { from: low / 10 }),
    ...(Math.log10(most / high) > reach * span && { to: high * 10 }),
  };
}

/**
 * The same for several curves, many of which may be far off: the axis of the better half (by their best values), extended for the others
 * by at most three times its length.
 */
export function axisOfBetter(axis: Axis, curves: readonly (readonly number[])[], better: "high" | "low"): Axis {
  const sorted = curves.map((values) => values.filter(Number.isFinite).sort((a, b) => a - b));
  const known = sorted.filter((values) => values.length > 0);
  if (known.length < 2) return robustAxis(axis, known.flat(), { log: better === "low" });
  const at = (values: readonly number[], share: number) => values[Math.round(share * (values.length - 1))];
  const ordered = known.toSorted((a, b) => (better === "low" ? a[0] - b[0] : b[b.length - 1] - a[a.length - 1]));
  const half = ordered.slice(0, Math.ceil(ordered.length / 2));
  const low = Math.min(...half.map((values) => at(values, 0.05)));
  const high = Math.max(...half.map((values) => at(values, 0.95)));
  if (better === "low" && known.every(([least]) => least > 0) && high / low > decades)
    return robustAxis(axis, half.flat(), { log: true });
  const length = high - low || Math.abs(high) || 1;
  const inside = known.flat().filter((value) => value >= low - 3 * length && value <= high + 3 * length);
  const [least, most] = [leastOf(known.flat()), -leastOf(known.flat().map((value) => -value))];
  const [from, to] = [leastOf(inside), -leastOf(inside.map((value) => -value))];
  return {
    ...axis,
    ...(axis.from === undefined && least < from && { from }),
    ...(axis.to === undefined && most > to && { to }),
  };
}

function leastOf(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}
