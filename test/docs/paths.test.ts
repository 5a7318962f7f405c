import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folders = [
  "src",
  "assignment",
  "cli",
  "web",
  "native",
  "assembly",
  "scripts",
  "test",
  "bench",
  "docs",
  "examples",
];
const paths = folders.flatMap((folder) => [
  folder,
  ...readdirSync(resolve(root, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
]);

/** `winograd*.h` names several files; `report/run/` and `lockdown.ts` may leave out the folders before them. */
function exists(name: string): boolean {
  const escaped = name.replace(/\/$/, "").replaceAll(".", "\\.").replaceAll("*", "[^/]*");
  return paths.some((path) => new RegExp(`(^|/)${escaped}$`).test(path));
}

test.each(["docs/architecture.md", "docs/decisions.md", "CONTRIBUTING.md"])("%s names files that exist", (page) => {
  const text = readFileSync(resolve(root, page), "utf8");
  const names = [...text.matchAll(/`((?:[\w*.-]+\/)*[\w*.-]+\.(?:ts|tsx|h|cpp|mjs)|(?:[\w.-]+\/)+)`/g)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(5);
  const ignored = ["build/", "dist/", "reference/"];
  expect(names.filter((name) => !ignored.includes(name) && !exists(name))).toEqual([]);
});
