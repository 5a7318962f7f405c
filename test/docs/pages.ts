import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");
export const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Every page of Markdown that a reader may open: those at the top and those in docs/, as paths from the root. */
export const pages: readonly string[] = ["", "docs/"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => folder + name),
);

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;

export const withoutFences = (page: string): string => page.replaceAll(fence, "");

/** The contents of all blocks of code in the language. */
export const blocks = (page: string, language: string): string[] =>
  [...page.matchAll(fence)].filter(([, name]) => name === language).map(([, , content]) => content);

/** The anchor that GitHub gives to a heading, if no heading before it has the same. */
export const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

/** The anchors that GitHub gives to the headings of a page. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutFences(page).matchAll(/^#+ (.+)$/gm)) {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let i = 1; anchors.has(unique); i++) unique = `${anchor}-${i}`;
    anchors.add(unique);
  }
  return anchors;
}
