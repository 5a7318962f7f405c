/** A part of a line of TypeScript, for its colour. */
export interface CodeToken {
  readonly kind: "plain" | "comment" | "keyword" | "string" | "number";
  readonly text: string;
}

const keywords = new Set(
  "abstract as async await break case class const continue default else enum export extends false for from function get if implements import in instanceof interface let new null of override private protected public readonly return satisfies set static super switch this throw true try type typeof undefined void while".split(
    " ",
  ),
);

const pattern =
  /(\/\/.*$|^\s*\/?\*.*$)|("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\])*')|(\b\d[\w.]*)|([A-Za-z_$][\w$]*)/g;

/** Comments, strings, numbers and words of the language; lines inside of comments begin with a star. */
export function codeTokens(line: string): CodeToken[] {
  const tokens: CodeToken[] = [];
  let at = 0;
  for (const match of line.matchAll(pattern)) {
    const [text, comment, string, number, word] = match;
    if (word !== undefined && !keywords.has(word)) continue;
    if (match.index > at) tokens.push({ kind: "plain", text: line.slice(at, match.index) });
    const kind =
      comment !== undefined ? "comment" : string !== undefined ? "string" : number !== undefined ? "number" : "keyword";
    tokens.push({ kind, text });
    at = match.index + text.length;
  }
  if (at < line.length) tokens.push({ kind: "plain", text: line.slice(at) });
  return tokens;
}
