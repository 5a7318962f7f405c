import type { Finding } from "handgrad/assignment";

/** A finding that begins with its place, "linear.ts:12: …", split into both. */
export function placeOf({ message }: Finding): {
  readonly file?: string;
  readonly line?: number;
  readonly text: string;
} {
  const [, file, line, text] = /^([\w./-]+\.[cm]?[jt]s):(\d+): ([\s\S]*)$/.exec(message) ?? [];
  return file === undefined ? { text: message } : { file, line: Number(line), text };
}

/** The lines of a file that findings name. */
export function markersOf(
  name: string,
  findings: readonly Finding[],
): { readonly line: number; readonly message: string }[] {
  return findings.flatMap((finding) => {
    const { file, line, text } = placeOf(finding);
    return file === name && line !== undefined ? [{ line, message: text }] : [];
  });
}
