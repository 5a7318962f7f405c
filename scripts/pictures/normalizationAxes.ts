import { label } from "../../src/report/figures/lines.ts";
import { element } from "../../src/report/figures/svg.ts";
import { drawing, pictureTheme } from "./picture.ts";

const [rows, columns, cell] = [5, 7, 30];

/** Which numbers share a mean and a variance: those of a column, or those of a row. */
export function normalizationAxes(): string {
  const [left, top] = [60, 46];
  const next = 400;
  return drawing(
    660,
    270,
    "Batch normalization takes mean and variance of each column of the batch, layer normalization those of each row",
    ...grid(left, top, "batch normalization", (_, column) => column, "one μ and σ² a feature"),
    ...grid(next, top, "layer normalization", (row) => row, "one μ and σ² a row"),
  );
}

function grid(
  left: number,
  top: number,
  title: string,
  groupOf: (row: number, column: number) => number,
  note: string,
): string[] {
  const text = pictureTheme.colour("text");
  const muted = pictureTheme.colour("muted");
  const parts = [
    label(title, left, top - 28, text, { weight: 600 }),
    label("features →", left, top - 8, muted, { size: 11 }),
    label("batch ↓", left - 8, top + 18, muted, { size: 11, anchor: "end" }),
    label(note, left, top + rows * cell + 22, text),
  ];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const group = groupOf(row, column);
      const opacity = group === 2 ? 0.75 : group % 2 === 0 ? 0.28 : 0.1;
      const style = `fill:${pictureTheme.colour("series0")};fill-opacity:${opacity};stroke:${pictureTheme.colour("grid")}`;
      parts.push(element("rect", { x: left + column * cell, y: top + row * cell, width: cell, height: cell, style }));
    }
  }
  return parts;
}
