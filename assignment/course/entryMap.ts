import type { Observation } from "./genericCauses.ts";
import { sameShape, wrongEntries } from "./quantities.ts";

const rowsShown = 8;
const columnsShown = 24;

/** Which entries are wrong, one string a row: "·" right, "×" wrong. None for scalars and wrong shapes. */
export function entryMap({ found, right }: Observation, name: string, tolerance: number): string[] | undefined {
  const { shape, data } = right[name];
  if (shape.length === 0 || data.length < 2 || !sameShape(found.shape, shape)) return undefined;
  const wrong = new Set(wrongEntries(found, right[name], tolerance));
  const columns = shape[shape.length - 1];
  const rows = data.length / columns;
  const lines: string[] = [];
  for (let row = 0; row < Math.min(rows, rowsShown); row++) {
    const marks = Array.from({ length: Math.min(columns, columnsShown) }, (_, column) =>
      wrong.has(row * columns + column) ? "×" : "·",
    );
    lines.push(marks.join(" ") + (columns > columnsShown ? " …" : ""));
  }
  if (rows > rowsShown) lines.push("…");
  return lines;
}
