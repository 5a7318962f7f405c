import { HandgradError } from "../tensor/errors.ts";

/** A piece of running text: plain, **strong**, `code` or a $formula$ in LaTeX. */
export interface Inline {
  readonly kind: "plain" | "strong" | "code" | "math";
  readonly text: string;
}

/** Types that only this file can create, so a text from data never has them. */
declare const written: unique symbol;

/** Running text with marks that the program wrote; made by `markup`. */
export interface Markup {
  readonly [written]: "markup";
  readonly pieces: readonly Inline[];
}

/** A formula that the program wrote; made by `tex`. */
export interface Formula {
  readonly [written]: "formula";
  readonly latex: string;
}

/** A text of a report: a string is shown literally and never parsed; only `Markup` has marks. */
export type RichText = string | Markup;

const marks: Readonly<Record<string, Inline["kind"]>> = { "**": "strong", "`": "code", $: "math" };

/**
 * Running text with the marks of Markdown: markup`the **best** run is \`${name}\`, with $\lambda$ = ${value}`. Marks are read from the
 * template alone, raw (a formula needs no doubled backslashes); values are inserted as the text that they are. A value within a
 * formula must be a number. Throws HandgradError for a mark without its end, or a text as a value within a formula.
 */
export function markup(template: TemplateStringsArray, ...values: readonly (string | number)[]): Markup {
  const pieces: Inline[] = [];
  let [open, text] = ["", ""];
  const flush = (): void => {
    if (text !== "") pieces.push({ kind: marks[open] ?? "plain", text });
    text = "";
  };
  template.raw.forEach((raw, i) => {
    for (const token of raw.replaceAll("\\`", "`").split(/(\*\*|`|\$)/)) {
      const isMark = open === "" ? Object.hasOwn(marks, token) : token === open;
      if (!isMark) {
        text += token;
        continue;
      }
      flush();
      open = open === "" ? token : "";
    }
    if (i < values.length) text += open === "$" ? number(values[i]) : values[i];
  });
  if (open !== "") throw new HandgradError(`markup "${template.raw.join("…")}": "${open}" has no end`);
  flush();
  return { pieces } as unknown as Markup;
}

/** A formula in the part of LaTeX that `parseMath` reads, taken raw: tex`\frac{1}{${count}}`. Values are numbers only. */
export function tex(template: TemplateStringsArray, ...values: readonly number[]): Formula {
  const latex = template.raw.map((raw, i) => raw + (i < values.length ? number(values[i]) : "")).join("");
  return { latex } as unknown as Formula;
}

function number(value: unknown): string {
  if (typeof value === "number") return String(value);
  throw new HandgradError(
    `formula: expected a number as its value, found the text "${value}"; put texts outside of it`,
  );
}

/** The pieces of a text: those of a string are one, which is plain. */
export function piecesOf(text: RichText): readonly Inline[] {
  return typeof text === "string" ? [{ kind: "plain", text }] : text.pieces;
}

/** The text without its marks, for titles of windows and descriptions. */
export function plainText(text: RichText): string {
  return piecesOf(text)
    .map(({ text: piece }) => piece)
    .join("");
}
