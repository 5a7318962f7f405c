import { parseArgs } from "node:util";
import { findMatches } from "./matches.ts";

// Lists wording that is not plain English: node test/language/list.ts [--count] [PATH…]
// PATH is the beginning of file names, such as cli/ or docs/results.md; without one, all files are searched.

const { values, positionals } = parseArgs({ options: { count: { type: "boolean" } }, allowPositionals: true });
const found = findMatches().filter(
  ({ file }) => !positionals.length || positionals.some((path) => file.startsWith(path)),
);
if (values.count) {
  const counts = Map.groupBy(found, ({ reason, match }) => `${match.toLowerCase()} (${reason})`);
  for (const [key, { length }] of [...counts].sort((a, b) => b[1].length - a[1].length)) console.log(length, key);
} else {
  for (const { file, line, before, match, after, reason } of found)
    console.log(`${file}:${line}: …${before}[${match}]${after}…  → ${reason}`);
}
console.log(`${found.length} matches`);
