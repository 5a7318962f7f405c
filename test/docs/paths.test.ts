import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { read, root } from "./pages.ts";

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
  ...readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
]);

/** `winograd*.h` names several files; `report/run/` and `lockdown.ts` may leave out the folders before them. */
function exists(name: string): boolean {
  const escaped = name.replace(/\/$/, "").replaceAll(".", "\\.").replaceAll("*", "[^/]*");
  return paths.some((path) => new RegExp(`(^|/)${escaped}$`).test(path));
}

test.each(["docs/architecture.md", "docs/decisions.md", "CONTRIBUTING.md"])("%s names files that exist", (page) => {
  const names = [...read(page).matchAll(/`((?:[\w*.-]+\/)*[\w*.-]+\.(?:ts|tsx|h|cpp|mjs)|(?:[\w.-]+\/)+)`/g)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(5);
  const ignored = ["build/", "dist/", "reference/"];
  expect(names.filter((name) => !ignored.includes(name) && !exists(name))).toEqual([]);
});
