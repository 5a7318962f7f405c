import type { Axis } from "./figure.ts";

/** An axis ends where a value is so many times as far away as the middle 90 % of the values are from one another. */
const reach = 10;
/** Positive values that span more than this are shown on a logarithmic scale. */
const decades = 100;

/**
 * An axis on which most values can be told apart although some are far off, as those of a run that diverged: it ends where a value is more
 * than ten times as far away as the middle 90 % are from one another. Where values lie beyond an end, the figure marks them as cut.
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
