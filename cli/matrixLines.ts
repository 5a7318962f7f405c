import { compactNumber, matrixOf, printable, type Tensor } from "../src/node.ts";

const mostRows = 6;
const mostColumns = 8;

/** A tensor as lines of numbers on colours: blue behind negative ones, orange behind positive ones, stronger for larger values. */
export function matrixLines(name: string, tensor: Tensor): string[] {
  const { title, rows, columns, values } = matrixOf(name, tensor);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const shown = { rows: Math.min(rows, mostRows), columns: Math.min(columns, mostColumns) };
  const cut = shown.rows < rows || shown.columns < columns;
  const note = cut ? `, the first ${shown.rows} × ${shown.columns}` : "";
  const lines = Array.from({ length: shown.rows }, (_, row) => {
    const cells = values.slice(row * columns, row * columns + shown.columns);
    return `     ${cells.map((value) => coloured(compactNumber(value).padStart(8), largest > 0 ? value / largest : 0)).join("")}`;
  });
  return [`   ${printable(title)}${note}`, ...lines];
}

/** Text on a colour for −1 … 1. `printColoured` removes the colours if the output is not a terminal. */
function coloured(text: string, share: number): string {
  const strength = Math.abs(share) * 0.75;
  const colour = share < 0 ? [86, 160, 220] : [235, 140, 60];
  const [r, g, b] = colour.map((part) => Math.round(part * strength));
  return strength < 0.02 ? text : `\u001b[48;2;${r};${g};${b}m\u001b[97m${text}\u001b[0m`;
}
