import { exceptions, patterns } from "./patterns.ts";
import { allPassages, type Passage } from "./texts.ts";

export interface Match extends Pick<Passage, "file" | "line" | "kind"> {
  readonly before: string;
  readonly match: string;
  readonly after: string;
  readonly reason: string;
}

/** All matches of the patterns, except where one of the exceptions contains the match. */
export const findMatches = (passages: readonly Passage[] = allPassages()): Match[] => passages.flatMap(matchesIn);

export function matchesIn({ file, line, kind, text }: Passage): Match[] {
  const searched = exceptions.reduce((left, { text: words }) => left.replaceAll(words, "…".repeat(words.length)), text);
  return patterns.flatMap(({ pattern, reason }) =>
    [...searched.matchAll(pattern)].map(({ 0: match, index }): Match => {
      const end = index + match.length;
      const [before, after] = [text.slice(Math.max(0, index - 50), index), text.slice(end, end + 40)];
      return { file, line, kind, before, match, after, reason };
    }),
  );
}
