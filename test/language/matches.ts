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
  const excepted = exceptions.flatMap(({ text: words }) => {
    const starts = [...text.matchAll(new RegExp(RegExp.escape(words), "g"))].map(({ index }) => index);
    return starts.map((start) => ({ start, end: start + words.length }));
  });
  return patterns.flatMap(({ pattern, reason }) =>
    [...text.matchAll(pattern)]
      .map(({ 0: match, index }) => ({ match, start: index, end: index + match.length }))
      .filter(({ start, end }) => !excepted.some((range) => range.start <= start && end <= range.end))
      .map(({ match, start, end }): Match => {
        const [before, after] = [text.slice(Math.max(0, start - 50), start), text.slice(end, end + 40)];
        return { file, line, kind, before, match, after, reason };
      }),
  );
}
