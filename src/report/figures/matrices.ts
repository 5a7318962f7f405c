import type { Drawing, FigureWidth, MatricesFigure, MatrixTile } from "./figure.ts";
import { label } from "./lines.ts";
import { element, shorten, signed } from "./svg.ts";
import type { Theme } from "./theme.ts";

const cellHeight = 22;
const titleHeight = 20;
const gap = 22;
const mostColumns: Record<FigureWidth, number> = { wide: 12, narrow: 6, print: 10 };
const mostRows = 8;

/** Matrices as numbers on colours: blue for negative, orange for positive, stronger for larger values. Large ones show their first entries. */
export function matricesSvg({ matrices }: MatricesFigure, theme: Theme, size: FigureWidth, width: number): Drawing {
  const cell = Math.min(54, width / mostColumns[size]);
  const parts: string[] = [];
  let [left, top, height] = [0, 0, 0];
  for (const matrix of matrices) {
    const columns = Math.min(matrix.columns, mostColumns[size]);
    const rows = Math.min(matrix.rows, mostRows);
    const cut = rows < matrix.rows || columns < matrix.columns;
    const wide = Math.max(columns * cell, 92);
    if (left > 0 && left + wide > width) [left, top, height] = [0, top + height + gap, 0];
    parts.push(...drawMatrix(matrix, { rows, columns, left, top, cell, wide: width - left }, theme));
    if (cut) {
      const note = `the first ${rows} × ${columns} of ${matrix.rows} × ${matrix.columns}`;
      const y = top + titleHeight + rows * cellHeight + 13;
      parts.push(label(note, left, y, theme.colour("muted"), { size: 10.5 }));
    }
    height = Math.max(height, titleHeight + rows * cellHeight + (cut ? 18 : 0));
    left += wide + gap;
  }
  return { width, height: top + height + 2, content: parts.join("") };
}

interface Place {
  readonly rows: number;
  readonly columns: number;
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  readonly wide: number;
}

function drawMatrix(matrix: MatrixTile, place: Place, theme: Theme): string[] {
  const { rows, columns, left, top, cell, wide } = place;
  const title = shorten(matrix.title, wide, 12, theme);
  const parts = [label(title, left, top + 13, theme.colour("text"), { weight: 600 })];
  const largest = matrix.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = matrix.values[row * matrix.columns + column];
      const [x, y] = [left + column * cell, top + titleHeight + row * cellHeight];
      const strength = largest > 0 ? Math.abs(value) / largest : 0;
      const colour = theme.colour(value < 0 ? "series0" : "series1");
      const style = `fill:${colour};fill-opacity:${(0.62 * strength).toFixed(3)};stroke:${theme.colour("grid")};stroke-width:.6`;
      parts.push(element("rect", { x, y, width: cell, height: cellHeight, style }));
      const text = { anchor: "middle", size: cell < 50 ? 9.5 : 10.5 } as const;
      parts.push(label(compactNumber(value), x + cell / 2, y + 15, theme.colour("text"), text));
    }
  }
  return parts;
}

/** A number in at most seven characters: 0.123, −12.3, 1.2e−5. */
export function compactNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 1e4 || size < 1e-3)
    return signed(value.toExponential(1)).replace("e-", "e−").replace("e+", "e");
  return signed(value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3));
}
