/**
 * Characters that change how the text around them is shown, or that XML does not allow: controls (C0, DEL, C1), lone surrogates,
 * line and paragraph separators, embeddings, overrides and isolates of writing direction, U+FFFE and U+FFFF.
 */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

export interface PrintableOptions {
  /** keeps line feeds, for a text of several lines; false by default */
  readonly newlines?: boolean;
}

/**
 * A text from outside, made safe for terminals, pages and XML files: every character that is invisible or changes the surrounding text is
 * replaced, such as the control character ESC by "\u{1b}". All other characters stay.
 */
export function printable(text: string, { newlines = false }: PrintableOptions = {}): string {
  return text.replace(unprintable, (character) =>
    newlines && character === "\n" ? character : `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}
