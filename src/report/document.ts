import type { Figure } from "./figures/figure.ts";

/** A report as data: HTML, PDF and notebook are three ways to write it. Texts have the markup of `parseInline`. */
export interface Report {
  readonly title: string;
  readonly subtitle: string;
  /** what a reader must know first, such as that only a few epochs were run; shown loudly on the first page */
  readonly warnings: readonly string[];
  /** the results in a glance: a name and a value each */
  readonly summary: readonly (readonly [name: string, value: string])[];
  readonly parts: readonly Part[];
}

/** Sections under a heading of their own; an empty title is no heading. */
export interface Part {
  readonly title: string;
  readonly sections: readonly Section[];
}

export interface Section {
  /** "gelu-forward": unique within the report, the target of links */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: "task" | "text"; readonly text: string }
  | { readonly kind: "formula"; readonly latex: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | ({ readonly kind: "table" } & Table)
  | { readonly kind: "figure"; readonly figure: Figure }
  | { readonly kind: "question"; readonly question: string; readonly answer: readonly string[] }
  | ({ readonly kind: "cell" } & Cell);

export interface Table {
  readonly caption?: string;
  readonly columns: readonly { readonly title: string; readonly align?: "left" | "right" }[];
  readonly rows: readonly (readonly string[])[];
}

/** TypeScript of a notebook. `display` is its last expression, a figure; the notebook alone shows cells. */
export interface Cell {
  readonly code: string;
  readonly display?: string;
}
