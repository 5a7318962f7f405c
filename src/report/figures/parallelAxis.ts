import { formatSetting } from "../format.ts";

/** An axis of a parallel-coordinates figure: the position of each value, and its label. */
export interface ParallelAxis {
  readonly name: string;
  readonly ticks: readonly { readonly text: string; readonly share: number }[];
  /** 0 at the lower end, 1 at the upper */
  place(value: number | string): number;
}

interface AxisOptions {
  readonly from?: number | undefined;
  readonly order?: readonly string[] | undefined;
  readonly mostValues?: number;
}

/**
 * Numbers are to scale, a logarithm where they span more than a power of ten; texts are in the order of `order`, else sorted. Values
 * below `from` are at the lower end. Up to `mostValues` numbers are labelled themselves; for more, the labels are round numbers.
 */
export function parallelAxis(
  name: string,
  values: readonly (number | string)[],
  { from, order = [], mostValues = 7 }: AxisOptions = {},
): ParallelAxis {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length) return textAxis(name, values.map(String), order);
  const least = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const low = from === undefined ? least : Math.max(least, from);
  const high = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  const isLog = low > 0 && high / low > 10;
  const scaled = (value: number) => (isLog ? Math.log(value) : value);
  const place = (value: number | string) =>
    high > low ? Math.max(0, (scaled(Number(value)) - scaled(low)) / (scaled(high) - scaled(low))) : 0.5;
  const distinct = [...new Set(numbers.map((value) => Math.max(low, value)))].sort((a, b) => a - b);
  const ticks = distinct.length <= mostValues ? distinct : roundTicks(low, high, isLog);
  return {
    name,
    place,
    ticks: ticks.map((tick) => {
      const text =
        distinct.length <= mostValues
          ? String(Number(tick.toPrecision(4)))
          : formatSetting(Number(tick.toPrecision(3)));
      return { text: tick === low && low > least ? `≤ ${text}` : text, share: place(tick) };
    }),
  };
}

function textAxis(name: string, texts: readonly string[], order: readonly string[]): ParallelAxis {
  const known = new Set(texts);
  const listed = order.filter((text) => known.has(text));
  const distinct = [...listed, ...[...known].filter((text) => !listed.includes(text)).sort()];
  const places = new Map(distinct.map((text, i) => [text, i]));
  const place = (value: number | string) =>
    distinct.length > 1 ? (places.get(String(value)) ?? 0) / (distinct.length - 1) : 0.5;
  return { name, place, ticks: distinct.map((text) => ({ text, share: place(text) })) };
}

/** Both ends, and round values between them: 1, 2, 5 · 10ⁿ. */
function roundTicks(low: number, high: number, isLog: boolean): number[] {
  const inside: number[] = [];
  if (isLog) {
    const factors = high / low > 1000 ? [1] : high / low > 60 ? [1, 3] : [1, 2, 5];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const factor of factors) inside.push(Number(`${factor}e${power}`));
  } else {
    const rough = (high - low) / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
    for (let at = Math.ceil(low / step); at * step < high; at++) inside.push(Number((at * step).toPrecision(12)));
  }
  return [low, ...inside.filter((tick) => tick > low && tick < high), high];
}

/** Ticks at least `distance` apart (as a share of the axis); both ends stay. */
export function ticksApart<Tick extends { readonly share: number }>(ticks: readonly Tick[], distance: number): Tick[] {
  const kept: Tick[] = [];
  for (const [i, tick] of ticks.entries()) {
    const isLast = i === ticks.length - 1;
    while (isLast && kept.length > 1 && tick.share - kept[kept.length - 1].share < distance) kept.pop();
    if (kept.length === 0 || isLast || tick.share - kept[kept.length - 1].share >= distance) kept.push(tick);
  }
  return kept;
}
