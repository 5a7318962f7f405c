import { divergingColour } from "../../shared/colours.ts";
import type { Point } from "../data/sets.ts";
import { classColour, css } from "./palette.ts";

/** Where a position between −6 and 6 is on a canvas of `size` pixels. */
export const toPixel = (value: number, size: number): number => ((value + 6) / 12) * size;

type Shape = (context: CanvasRenderingContext2D, x: number, y: number, radius: number) => void;

const polygon =
  (corners: readonly (readonly [number, number])[]): Shape =>
  (context, x, y, radius) => {
    for (const [i, [dx, dy]] of corners.entries())
      context[i === 0 ? "moveTo" : "lineTo"](x + dx * radius, y + dy * radius);
    context.closePath();
  };

/** Classes differ in shape as well as in colour. */
const shapes: readonly Shape[] = [
  (context, x, y, radius) => context.arc(x, y, radius, 0, 2 * Math.PI),
  polygon([
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ]),
  polygon([
    [0, -1.2],
    [1.1, 0.8],
    [-1.1, 0.8],
  ]),
  polygon([
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ]),
  polygon([
    [0, 1.2],
    [1.1, -0.8],
    [-1.1, -0.8],
  ]),
];

export interface PointStyle {
  readonly dark: boolean;
  readonly task: "classes" | "numbers";
  /** the number that has the strongest colour */
  readonly most: number;
  readonly radius: number;
  /** drawn as outlines: points that do not train */
  readonly hollow?: boolean;
}

/** Draws points on a square canvas. */
export function drawPointsOn(
  context: CanvasRenderingContext2D,
  size: number,
  points: readonly Point[],
  { dark, task, most, radius, hollow = false }: PointStyle,
): void {
  const edge = dark ? "rgb(20 20 20 / 0.9)" : "rgb(255 255 255 / 0.95)";
  for (const [x, y, target] of points) {
    const colour = css(task === "numbers" ? divergingColour(target / most, dark) : classColour(target, dark));
    context.beginPath();
    const shape = task === "numbers" ? shapes[0] : shapes[target % shapes.length];
    shape(context, toPixel(x, size), toPixel(-y, size), radius);
    context.fillStyle = hollow ? edge : colour;
    context.strokeStyle = hollow ? colour : edge;
    context.lineWidth = hollow ? Math.max(1.2, radius / 2.6) : Math.max(0.8, radius / 4);
    if (hollow) {
      context.fill();
      context.stroke();
    } else {
      context.stroke();
      context.fill();
    }
  }
}

/** The largest size of the numbers of points. */
export const mostTarget = (points: readonly Point[]): number =>
  points.reduce((most, point) => Math.max(most, Math.abs(point[2])), 1e-6);
