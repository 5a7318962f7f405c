import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { anchorsOf, pages, read, root, withoutFences } from "./pages.ts";

/** Markdown links and pictures, and the sources of HTML pictures, without addresses on the web. */
function linksOf(page: string): string[] {
  const text = withoutFences(page).replaceAll(/`[^`\n]*`/g, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, markdown, html]) => markdown ?? html,
  );
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

describe.each(pages)("%s", (page) => {
  const links = linksOf(read(page));

  test("has links and pictures that exist", () => {
    const wrong = links.filter((link) => {
      const [path, anchor] = link.split("#");
      const target = path === "" ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && target.endsWith(".md") && !anchorsOf(read(target)).has(anchor);
    });
    expect(wrong).toEqual([]);
  });

  test("has pictures below 150 kB", () => {
    const pictures = links.filter((link) => /\.(png|svg)$/.test(link)).map((link) => join(root, dirname(page), link));
    expect(pictures.filter((picture) => statSync(picture).size > 150_000)).toEqual([]);
  });
});

test("the index of the documents leads to every page in docs/", () => {
  const index = linksOf(read("docs/README.md")).map((link) => link.split("#")[0]);
  const other = pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
  expect(other.filter((page) => !index.includes(page.slice("docs/".length)))).toEqual([]);
});
