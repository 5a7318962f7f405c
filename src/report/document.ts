import type { Figure } from "./figures/figure.ts";
import type { Formula, RichText } from "./markup.ts";

/**
 * A report as data: HTML, PDF and notebook are three ways to write it. A string is plain text in all of them: names, labels, settings
 * and messages are put in as they are. What has marks or formulas is written with `markup` and `tex`.
 */
export interface Report {
  readonly title: RichText;
  readonly subtitle: RichText;
  /** serif type for prose (the default), the type of the figures for results */
  readonly look?: "prose" | "results";
  /** warnings, such as that only a few epochs were run; highlighted on the first page */
  readonly warnings: readonly RichText[];
  /** the result in one line, larger than everything else: "test accuracy", "95.6 %", "between 91 % and 98 % …" */
  readonly headline?: Headline | undefined;
  /** the main results: a name and a value each */
  readonly summary: readonly (readonly [name: RichText, value: RichText])[];
  readonly parts: readonly Part[];
  /** where the numbers of the report are; by default results.json */
  readonly footer?: RichText | undefined;
}

export interface Headline {
  readonly name: RichText;
  readonly value: RichText;
  readonly text: RichText;
  /** good, bad or unknown; also shown by colour */
  readonly verdict?: { readonly kind: "good" | "bad" | "unknown"; readonly text: RichText } | undefined;
}

/** Sections under a heading of their own; an empty title means no heading. */
export interface Part {
  readonly title: RichText;
  readonly sections: readonly Section[];
}

export interface Section {
  /** "gelu-forward": unique within the report, the target of links */
  readonly id: string;
  readonly title: RichText;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: "task" | "text"; readonly text: RichText }
  | { readonly kind: "formula"; readonly formula: Formula }
  | { readonly kind: "list"; readonly items: readonly RichText[] }
  | ({ readonly kind: "table" } & Table)
  | { readonly kind: "figure"; readonly figure: Figure }
  /** shown when a reader opens it; always shown on paper */
  | { readonly kind: "folded"; readonly title: RichText; readonly blocks: readonly Block[] }
  /** lines that are kept as they are: a command, a summary of a network */
  | { readonly kind: "code"; readonly lines: readonly string[]; readonly small?: boolean }
  | { readonly kind: "question"; readonly question: RichText; readonly answer: readonly Paragraph[] }
  | ({ readonly kind: "cell" } & Cell);

/** Running text, or a formula on a line of its own. */
export type Paragraph = RichText | Formula;

export interface Table {
  readonly caption?: RichText;
  /** without titles the table has no header row, and the first cell of a row is its name */
  readonly columns: readonly { readonly title: RichText; readonly align?: "left" | "right" }[];
  readonly rows: readonly (readonly TableCell[])[];
}

/** A text, or a boolean: true is shown as "yes" and false as "no", told apart by colour where there is any. */
export type TableCell = RichText | boolean;

/** TypeScript code that only notebooks show. */
export interface Cell {
  readonly code: string;
}
