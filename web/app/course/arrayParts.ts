/** What array.ts exports: a signature and what it does. */
export interface ArrayPart {
  readonly signature: string;
  readonly text: string;
}

/** The exports of the array module with their comments, so that the file need not be opened. */
export function arrayParts(source: string): ArrayPart[] {
  const pattern = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?export ((?:function|class|interface) [^{]*)\{/g;
  return [...source.matchAll(pattern)].map(([, comment = "", signature]) => ({
    signature: signature
      .replace(/^function /, "")
      .replace(/\s+/g, " ")
      .trim(),
    text: comment
      .replace(/^\s*\*/gm, "")
      .replace(/\s+/g, " ")
      .trim(),
  }));
}
