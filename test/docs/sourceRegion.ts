// Parts of source files by name, for documents that show them. Sources are formatted, so that indentation shows where a part ends.

/** "linear.ts: Linear.forward" → the method with its comments, without its indentation. Throws where nothing has that name. */
export function sourceRegion(source: string, name: string): string {
  const [owner, member] = name.split(".");
  const whole = region(
    source.split("\n"),
    0,
    new RegExp(`^(?:export )?(?:abstract )?(?:function|class|const) ${owner}\\b`),
  );
  if (!whole) throw new Error(`nothing at the top level is called ${owner}`);
  if (member === undefined) return whole.join("\n");
  const words = "override|private|protected|readonly|static|get|async";
  const inner = region(whole, 2, new RegExp(`^  (?:(?:${words}) )*${member}[(:]`));
  if (!inner) throw new Error(`${owner} has no ${member}`);
  return inner.map((line) => line.slice(2)).join("\n");
}

function region(lines: readonly string[], indent: number, begins: RegExp): string[] | undefined {
  const first = lines.findIndex((line) => begins.test(line));
  if (first < 0) return undefined;
  const last = lines.findLastIndex((line) => begins.test(line)); // the body of a function with several signatures
  const isComment = (line: string) =>
    /^(\/\/|\/\*\*| \*)/.test(line.slice(indent)) && !/\S/.test(line.slice(0, indent));
  let start = first;
  while (start > 0 && isComment(lines[start - 1])) start--;
  let end = last;
  const opens = (line: string) => /[{([]$|=>$|=$/.test(line);
  if (opens(lines[last])) {
    const closes = new RegExp(`^ {${indent}}[})\\]]`);
    do end++;
    while (!(closes.test(lines[end]) && !opens(lines[end])));
  }
  return lines.slice(start, end + 1);
}
