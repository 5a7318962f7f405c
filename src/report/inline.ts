/** A piece of running text: plain, **strong**, `code` or a $formula$. */
export interface Inline {
  readonly kind: "plain" | "strong" | "code" | "math";
  readonly text: string;
}

/** Splits a text with the little markup of the reports, that of Markdown with formulas. */
export function parseInline(text: string): Inline[] {
  const pieces = text.split(/(\*\*[^*]+\*\*|`[^`]+`|\$[^$]+\$)/).filter((piece) => piece !== "");
  return pieces.map((piece) => {
    if (piece.startsWith("**") && piece.length > 4) return { kind: "strong", text: piece.slice(2, -2) };
    if (piece.startsWith("`") && piece.length > 2) return { kind: "code", text: piece.slice(1, -1) };
    if (piece.startsWith("$") && piece.length > 2) return { kind: "math", text: piece.slice(1, -1) };
    return { kind: "plain", text: piece };
  });
}

/** A paragraph that is one formula, "$$…$$", without its marks; undefined for any other. */
export function formulaOf(paragraph: string): string | undefined {
  return paragraph.match(/^\$\$(.+)\$\$$/)?.[1];
}

/** The text without its marks, for titles of windows and descriptions. */
export function plainText(text: string): string {
  return parseInline(text)
    .map(({ text: piece }) => piece)
    .join("");
}
