import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { regularizersFigure } from "../../scripts/gallery/published.ts";
import { picture } from "../../scripts/pictures/picture.ts";
import { folderInPackage } from "../temporaryFolder.ts";
import { blocks, read } from "./pages.ts";

const readme = read("README.md");
const folder = folderInPackage("readme-");

test("the program prints what its comments say", { timeout: 60_000 }, () => {
  const [program] = blocks(readme, "ts");
  writeFileSync(join(folder, "first.ts"), program);
  const args = ["--conditions=handgrad-source", join(folder, "first.ts")];
  const printed = execFileSync(process.execPath, args, { encoding: "utf8" });
  const stated = [...program.matchAll(/\/\/ prints (.*?)(?::|$)/gm)].map(([, text]) => text);
  expect(stated.length).toBe(1);
  expect(printed.split("\n")[0]).toBe(stated[0]);
});

test("every figure of the table of speed and accuracy is in docs/results.md", () => {
  const [, section] = readme.split("## Speed and accuracy\n");
  const cells = section
    .split("\n## ")[0]
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .flatMap((line) => line.split(" | ").slice(1));
  const figures = cells.flatMap((cell) => cell.match(/\d[\d.]*/g) ?? []);
  expect(figures.length).toBeGreaterThan(12);
  const results = new Set(read("docs/results.md").match(/\d[\d.]*/g));
  expect(figures.filter((figure) => !results.has(figure))).toEqual([]);
});

test("the comparison is the one that scripts/gallery.ts draws", () => {
  const same = read("docs/gallery/regularizers.svg") === picture(regularizersFigure(), "narrow");
  expect(same, "docs/gallery/regularizers.svg is out of date").toBe(true);
});
