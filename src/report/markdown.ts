import { printable } from "../tensor/printable.ts";
import { type Inline, piecesOf, type RichText } from "./markup.ts";

/**
 * Running text as Markdown for notebooks: plain text is shown literally. Special characters become character references, which Markdown
 * never reads as marks; dollars and backslashes get an element of their own, because MathJax searches the rendered page for formulas.
 * https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
 */
export function markdown(text: RichText): string {
  return piecesOf(text)
    .map((piece) => writers[piece.kind](piece.text))
    .join("")
    .replaceAll(edges, reference);
}

/** The same in bold as a whole, for a text that is a paragraph of its own. */
export function markdownBold(text: RichText): string {
  const pieces = piecesOf(text).map(({ kind, text: inner }) =>
    kind === "strong" ? escapeMarkdown(inner) : writers[kind](inner),
  );
  return `<strong>${pieces.join("")}</strong>`;
}

/** The same in a cell of a table, where a bar in a formula would end the cell. */
export function markdownCell(text: RichText): string {
  return markdown(text).replaceAll("|", "\\|");
}

const writers: Record<Inline["kind"], (text: string) => string> = {
  plain: escapeMarkdown,
  strong: (text) => `<strong>${escapeMarkdown(text)}</strong>`,
  code: (text) => (/^[\w./-]+$/.test(text) ? `\`${text}\`` : `<code>${escapeMarkdown(text)}</code>`),
  math: (text) => `$${text}$`,
};

/** Signs that begin or end a mark anywhere, and the parts of addresses that become links. */
const signs = /[!"#&'*<>@[\]^_`{|}~]|:(?=\/\/)|(?<=www)\./gi;
/** Signs that begin a list, a line or a heading at the start of a text, and spaces that would be dropped. */
const edges = /^[-+=]|(?<=^\d{1,9})[.)]|^\s|\s$/g;

function escapeMarkdown(text: string): string {
  return printable(text)
    .replaceAll(signs, reference)
    .replaceAll(/[$\\]/g, (sign) => `<span>${reference(sign)}</span>`);
}

function reference(sign: string): string {
  return `&#${sign.codePointAt(0)};`;
}
