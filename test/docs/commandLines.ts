import { blocks, withoutFences } from "./pages.ts";

/** The words of a shell line up to its comment, as lists: a new one begins after `|`, `&&` and `;`. Redirections are left out. */
export function shellWords(line: string): string[][] {
  const token = /\s*(?:(#.*$)|(\|\|?|&&|;)|\d?>>?\s*\S+|<\(|((?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|;&>)])+)|\))/gy;
  const commands: string[][] = [[]];
  const text = line.trim();
  for (token.lastIndex = 0; token.lastIndex < text.length; ) {
    const match = token.exec(text);
    if (!match) throw new Error(`cannot read the shell line: ${line}`);
    const [, comment, separator, word] = match;
    if (comment !== undefined) break;
    if (separator !== undefined) commands.push([]);
    else if (word !== undefined)
      commands[commands.length - 1].push(word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, "$1$2$3"));
  }
  return commands.filter((words) => words.length > 0);
}

/** The shell lines of a page: those of its sh blocks, those after a prompt in text, and inline code that calls the command. */
export function shellLines(page: string): string[] {
  const inBlocks = blocks(page, "sh").flatMap((block) => block.replaceAll(/\\\n\s*/g, "").split("\n"));
  const afterPrompts = blocks(page, "text").flatMap((block) =>
    [...block.matchAll(/^\$ (.+)$/gm)].map(([, line]) => line),
  );
  const inline = [...withoutFences(page).matchAll(/`((?:handgrad|npm|npx|mpiexec|srun) [^`]+)`/g)].map(([, line]) =>
    line.replaceAll("\\|", "|"),
  );
  return [...inBlocks, ...afterPrompts, ...inline].filter((line) => line.trim() !== "");
}

/** The arguments of the command in a shell line: of `handgrad …`, `npm run handgrad -- …`, `npm start -- …`, also below mpiexec and the like. */
export function commandArguments(words: readonly string[]): string[] | undefined {
  const at = words.indexOf("handgrad");
  const rest = words.slice(at + 1);
  if (words[0] === "npm" && words[1] === "start") return ["train", ...words.slice(3)];
  if (words[0] === "npm" && words[1] === "run" && words[2] === "web") return ["web", ...words.slice(4)];
  if (words[0] === "npm") return words[1] === "run" && at === 2 ? rest.slice(1) : undefined;
  return at < 0 ? undefined : rest;
}
