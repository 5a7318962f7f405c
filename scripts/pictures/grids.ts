import { RandomState } from "../../src/index.ts";
import { label } from "../../src/report/figures/lines.ts";
import { element } from "../../src/report/figures/svg.ts";
import { drawing, pictureTheme, workspace } from "./picture.ts";

const cell = 30;
const [text, muted] = [pictureTheme.colour("text"), pictureTheme.colour("muted")];

interface Grid {
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
  readonly title: string;
  /** the titles along the columns and along the rows */
  readonly axes: readonly [string, string];
  readonly note: string;
  /** the opacity of a cell, 0 to 1 */
  readonly strength: (row: number, column: number) => number;
}

function grid({ left, rows, columns, title, axes, note, strength }: Grid): string[] {
  const top = 46;
  const parts = [
    label(title, left, top - 28, text, { weight: 600 }),
    label(axes[0], left, top - 8, muted, { size: 11 }),
    label(axes[1], left - 8, top + 18, muted, { size: 11, anchor: "end" }),
    label(note, left, top + rows * cell + 22, text),
  ];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const look = `fill-opacity:${strength(row, column)};stroke:${pictureTheme.colour("grid")}`;
      const style = `fill:${pictureTheme.colour("series0")};${look}`;
      parts.push(element("rect", { x: left + column * cell, y: top + row * cell, width: cell, height: cell, style }));
    }
  }
  return parts;
}

/** The numbers that share a mean and a variance: those of a column, or those of a row. */
export function normalizationAxes(): string {
  const strength = (group: number): number => (group === 2 ? 0.75 : group % 2 === 0 ? 0.28 : 0.1);
  const common = { rows: 5, columns: 7, axes: ["features →", "batch ↓"] } as const;
  return drawing(
    660,
    224,
    "Batch normalization takes mean and variance of each column of the batch, layer normalization those of each row",
    ...grid({
      ...common,
      left: 60,
      title: "batch normalization",
      note: "one μ and one σ² for each feature",
      strength: (_, column) => strength(column),
    }),
    ...grid({
      ...common,
      left: 400,
      title: "layer normalization",
      note: "one μ and one σ² for each row",
      strength: (row) => strength(row),
    }),
  );
}

/** The folds of the rows that each copy of a member trains on. */
export function ensembleFolds(): string {
  const common = { rows: 5, columns: 5, axes: ["copies f = 1 … 5 →", "folds ↓"] } as const;
  const strength = (row: number, column: number): number => (row === column ? 0 : 0.55);
  return drawing(
    660,
    224,
    "Each copy of a member trains on all folds of the rows but its own, the diagonal, which it predicts",
    ...grid({ ...common, left: 60, title: "kind 1", note: "blue: trains on these rows", strength }),
    ...grid({ ...common, left: 400, title: "kind 2", note: "empty: predicts them out of fold", strength }),
  );
}

/** One window of an image with a border of zeros, and its output. */
export function convolutionWindow(): string {
  const inside = (row: number, column: number): boolean => row >= 1 && row <= 5 && column >= 1 && column <= 5;
  const inWindow = (row: number, column: number): boolean => row >= 2 && row <= 4 && column >= 0 && column <= 2;
  return drawing(
    660,
    292,
    "A window of 3 by 3 pixels at stride 2 of a 5 by 5 image with a border of zeros gives one pixel of the 3 by 3 output",
    ...grid({
      left: 60,
      rows: 7,
      columns: 7,
      title: "input 5×5, a = 1",
      axes: ["columns v →", "rows u ↓"],
      note: "",
      strength: (row, column) => (inWindow(row, column) ? 0.75 : inside(row, column) ? 0.25 : 0),
    }),
    ...grid({
      left: 340,
      rows: 3,
      columns: 3,
      title: "weights 3×3",
      axes: ["q →", "p ↓"],
      note: "",
      strength: () => 0.5,
    }),
    ...grid({
      left: 510,
      rows: 3,
      columns: 3,
      title: "output 3×3, s = 2",
      axes: ["j →", "i ↓"],
      note: "",
      strength: (row, column) => (row === 1 && column === 0 ? 0.75 : 0.1),
    }),
    label("The white border is zero. The dark window, times", 340, 200, text),
    label("the weights, adds up to the output (1, 0).", 340, 220, text),
  );
}

/** The 2 × 2 patches of a 6 × 6 image, and their tokens. */
export function patchesOfImage(): string {
  const square = (row: number, column: number): number => Math.floor(row / 2) * 3 + Math.floor(column / 2);
  const strength = (token: number): number => (token === 4 ? 0.75 : token % 2 === 0 ? 0.3 : 0.12);
  return drawing(
    560,
    344,
    "The squares of 2 by 2 pixels of a 6 by 6 image become nine tokens of four numbers, row by row",
    ...grid({
      left: 60,
      rows: 6,
      columns: 6,
      title: "image 6×6, patches 2×2",
      axes: ["columns →", "rows ↓"],
      note: "",
      strength: (row, column) => strength(square(row, column)),
    }),
    ...grid({
      left: 360,
      rows: 9,
      columns: 4,
      title: "9 tokens",
      axes: ["pixels of a square →", "tokens ↓"],
      note: "",
      strength: (row) => strength(row),
    }),
  );
}

/** The probabilities of one head for 6 tokens, from the same random queries and keys, with and without a mask. */
export function attentionWeights(): string {
  const tokens = 6;
  const scores = new Float64Array(tokens * tokens);
  new RandomState(4).fillRandn(scores, 1.5);
  const probabilities = (seen: (i: number) => number): Float64Array => {
    const masked = scores.map((score, at) => (at % tokens < seen(Math.floor(at / tokens)) ? score : -Infinity));
    const p = new Float64Array(masked.length);
    workspace.kernels.softmax(p, masked, tokens, tokens);
    return p;
  };
  const [all, causal] = [probabilities(() => tokens), probabilities((i) => i + 1)];
  const common = { rows: tokens, columns: tokens, axes: ["keys j →", "queries i ↓"] } as const;
  const at = (p: Float64Array) => (row: number, column: number) => p[row * tokens + column];
  return drawing(
    660,
    264,
    "Rows of probabilities that add up to 1: over all tokens, and, causal, over the tokens up to the query's own",
    ...grid({ ...common, left: 80, title: "P", note: "each row adds up to 1", strength: at(all) }),
    ...grid({ ...common, left: 420, title: "P, causal", note: "nothing above the diagonal", strength: at(causal) }),
  );
}
