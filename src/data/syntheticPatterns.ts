/** Whether a point is inside the figure. u points right, v down; the figure has a radius of about 1. */
export type Pattern = (u: number, v: number) => boolean;

const isEven = (value: number): boolean => (Math.floor(value) & 1) === 0;
const nearestWhole = (value: number): number => value - Math.round(value);

export const patterns = {
  disc: (u, v) => u * u + v * v < 1,
  ring: (u, v) => u * u + v * v < 1.2 && u * u + v * v > 0.35,
  square: (u, v) => Math.max(Math.abs(u), Math.abs(v)) < 0.9,
  triangle: (u, v) => v < 0.8 && v > 2 * Math.abs(u) - 1,
  cross: (u, v) => Math.min(Math.abs(u), Math.abs(v)) < 0.3 && Math.max(Math.abs(u), Math.abs(v)) < 1.2,
  rows: (_, v) => isEven(1.6 * v + 0.5),
  columns: (u) => isEven(1.6 * u + 0.5),
  diagonals: (u, v) => isEven(1.3 * (u + v) + 0.5),
  checks: (u, v) => isEven(1.6 * u) !== isEven(1.6 * v),
  dots: (u, v) => nearestWhole(1.2 * u) ** 2 + nearestWhole(1.2 * v) ** 2 < 0.1,
} satisfies Record<string, Pattern>;
