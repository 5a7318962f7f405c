import { asQuantity } from "../../asQuantity.ts";
import type { Case, Found, Quantities } from "../../exercise.ts";
import { mapped, sameShape, scalar, zipped } from "../../quantities.ts";
import type { Quantity, Returned } from "../../wire.ts";

export interface DropoutCase extends Case {
  readonly x: Quantity;
  readonly dy: Quantity;
  readonly keep: number;
  readonly seed: number;
  /** enough entries to compare the share of those that are kept */
  readonly isCounted?: boolean;
}

/** What is reported, in the order in which it should be repaired. */
export const names = {
  kept: "the share of kept entries",
  rows: "the share of rows with a mask of their own",
  columns: "the share of columns with a mask of their own",
  y: "y",
  dx: "dx",
  evaluated: "y in evaluation",
  dxEvaluated: "dx in evaluation",
  repeated: "the share of equal entries for equal random numbers",
  renewed: "whether a second forward pass draws a new mask",
  secondDx: "dx of the second pass",
} as const;

/** 1 for entries that are not 0. */
export const maskOf = (a: Quantity): Quantity => mapped(a, (value) => (value === 0 ? 0 : 1));

export const masked = (a: Quantity, mask: Quantity, factor: number): Quantity =>
  zipped(a, mask, (value, kept) => (kept ? value * factor : 0));

export const dropsNothing = ({ keep }: DropoutCase): boolean => keep === 0 || keep === 1;

/** The right results for the mask that was drawn, which y shows; dx shows it where x is 0. */
export function expected(one: DropoutCase, found: Found): Quantities {
  const { x, dy, keep } = one;
  const factor = dropsNothing(one) ? 1 : 1 / keep;
  const mask = (name: string, otherwise: Quantity): Quantity => {
    const drawn = found[name];
    if (dropsNothing(one)) return mapped(x, () => 1);
    const isUsable = drawn && sameShape(drawn.shape, x.shape) && drawn.data.some((value) => value !== 0);
    return isUsable ? maskOf(drawn) : otherwise;
  };
  const allKept = mapped(x, () => 1);
  const isZero = x.data.every((value) => value === 0);
  const drawn = mask(isZero ? names.dx : names.y, allKept);
  const second = mask("second y", allKept);
  return {
    [names.kept]: scalar(dropsNothing(one) ? 1 : keep),
    [names.rows]: scalar(1),
    [names.columns]: scalar(1),
    [names.y]: masked(x, drawn, factor),
    [names.dx]: masked(dy, drawn, factor),
    [names.evaluated]: x,
    [names.dxEvaluated]: dy,
    [names.repeated]: scalar(1),
    [names.renewed]: scalar(1),
    [names.secondDx]: masked(dy, second, factor),
  };
}

/** The share of entries that are not 0; where it is near one that a known mistake has, that one. */
export function keptShare(a: Quantity, keep: number): number {
  const share = a.data.filter((value) => value !== 0).length / a.data.length;
  const known = [keep, ...wrongFractions(keep).map(({ value }) => value)];
  const nearest = known.reduce((best, one) => (Math.abs(one - share) < Math.abs(best - share) ? one : best));
  return Math.abs(nearest - share) < 6 * Math.sqrt(0.25 / a.data.length) ? nearest : share;
}

/** P(z < keep) for a standard normal z, by its series. */
function normalShare(keep: number): number {
  let [term, sum] = [keep, keep];
  for (let n = 1; n < 40; n++) {
    term *= (keep * keep) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-keep * keep) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Fractions that mistakes lead to. */
export const wrongFractions = (keep: number) => [
  {
    value: 1 - keep,
    cause: "keep-drop-swapped",
    message: "keepProbability is used as the probability to drop an entry",
  },
  {
    value: normalShare(keep),
    cause: "wrong-random",
    message:
      "the mask compares normal numbers with keepProbability; only uniform ones are below it with this probability",
  },
  {
    value: 1 - normalShare(keep),
    cause: "wrong-random",
    message:
      "the mask compares normal numbers with keepProbability; only uniform ones are below it with this probability",
  },
  {
    value: keep * keep,
    cause: "mask-twice",
    message: "two masks are drawn and both applied, so too many entries are dropped",
  },
  {
    value: 1 - keep * keep,
    cause: "wrong-random",
    message: "too many entries are kept: an entry is dropped only if two draws drop it",
  },
  { value: 0.5, cause: "keep-unused", message: "half of the entries are kept whatever keepProbability is" },
  { value: 1, cause: "nothing-dropped", message: "no entry is dropped in training" },
  { value: 0, cause: "all-dropped", message: "all entries are dropped in training" },
];

/** How many rows have a mask that no other row has, as a share. */
export function distinctShare(a: Quantity, of: "rows" | "columns"): number {
  const [rows, columns] = a.shape;
  const [count, length] = of === "rows" ? [rows, columns] : [columns, rows];
  const mark = (i: number, j: number): string =>
    a.data[of === "rows" ? i * columns + j : j * columns + i] === 0 ? "0" : "1";
  const masks = Array.from({ length: count }, (_, i) => Array.from({ length }, (_, j) => mark(i, j)).join(""));
  return new Set(masks).size / count;
}

/** The numbers of a result that has the shape of x. */
export function numbersLike(value: Returned, x: Quantity): Quantity | undefined {
  const found = asQuantity(value, x);
  return typeof found !== "string" && sameShape(found.shape, x.shape) ? found : undefined;
}
