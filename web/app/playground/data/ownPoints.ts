import type { Point } from "./sets.ts";

/** A column of a table: value = centre + unit·position. */
export interface Axis {
  readonly name: string;
  readonly centre: number;
  readonly unit: number;
}

/** Points that were drawn by hand, or two columns of a table. Positions are multiples of 0.003 between −6 and 6. */
export interface OwnPoints {
  readonly points: readonly Point[];
  readonly classNames: readonly string[];
  /** in a regression: the axis of the target; targets of points are positions on this axis */
  readonly target?: Axis | undefined;
  readonly x: Axis;
  readonly y: Axis;
}

export const plainAxis = (name: string): Axis => ({ name, centre: 0, unit: 1 });

export const drawnClasses = 8;

export const emptyDrawing: OwnPoints = {
  points: [],
  classNames: ["class 0", "class 1"],
  x: plainAxis("x"),
  y: plainAxis("y"),
};

const steps = 4000;

/** The nearest position that two characters of an address can hold. */
export function onGrid(value: number): number {
  return fromStep(toStep(value));
}

const toStep = (value: number): number => Math.max(0, Math.min(steps, Math.round((value + 6) / 0.003)));
/** A quotient of whole numbers, so that it equals the decimal number that is shown. */
const fromStep = (step: number): number => (3 * step - 6000) / 1000;

/** Points by class, each class in the order in which it was drawn: the order that addresses keep. */
export function inOrder(points: readonly Point[]): Point[] {
  const classes = [...new Set(points.map(([, , target]) => target))].sort((a, b) => a - b);
  return classes.flatMap((target) => points.filter((point) => point[2] === target));
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const twoDigits = (step: number): string => digits[step >> 6] + digits[step & 63];

/** Two characters for each position, and for each number of a regression; classes are divided by dots. */
export function encodePoints({ points, classNames, target }: OwnPoints): string {
  const place = ([x, y]: Point): string => twoDigits(toStep(x)) + twoDigits(toStep(y));
  if (target) return points.map((point) => place(point) + twoDigits(toStep(point[2]))).join("");
  return classNames
    .map((_, i) =>
      points
        .filter((point) => point[2] === i)
        .map(place)
        .join(""),
    )
    .join(".");
}

/** The inverse; undefined for a text that `encodePoints` did not write. */
export function decodePoints(text: string, { isNumbers }: { readonly isNumbers: boolean }): Point[] | undefined {
  const width = isNumbers ? 6 : 4;
  const points: Point[] = [];
  for (const [i, part] of text.split(".").entries()) {
    if (part.length % width !== 0 || (isNumbers && i > 0)) return undefined;
    for (let at = 0; at < part.length; at += width) {
      const [x, y, target = fromStep(0)] = positionsIn(part.slice(at, at + width)) ?? [];
      if (x === undefined) return undefined;
      points.push([x, y, isNumbers ? target : i]);
    }
  }
  return points;
}

function positionsIn(text: string): number[] | undefined {
  const values: number[] = [];
  for (let at = 0; at < text.length; at += 2) {
    const [high, low] = [digits.indexOf(text[at]), digits.indexOf(text[at + 1])];
    const step = high * 64 + low;
    if (high < 0 || low < 0 || step > steps) return undefined;
    values.push(fromStep(step));
  }
  return values;
}
