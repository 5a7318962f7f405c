import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { allPictures } from "../../scripts/pictures/all.ts";
import { gradientChecks } from "../../src/experiments/gradientChecks.ts";
import { layerKinds } from "../../src/layers/registry.ts";
import { losses } from "../../src/losses/losses.ts";
import { optimizers } from "../../src/optimizers/optimizers.ts";
import { mathToMathml } from "../../src/report/math/mathml.ts";
import { mathToTypst } from "../../src/report/math/typstMath.ts";
import { folderInPackage } from "../temporaryFolder.ts";
import { anchorOf, read, root } from "./pages.ts";
import { sourceRegion } from "./sourceRegion.ts";

// `npx vitest run test/docs/mathematics.test.ts -u` inserts the code and the output of the checks again;
// `node scripts/pictures.ts` draws the pictures again.

const book = read("docs/mathematics.md");
const patience = 120_000;

const inserted = /<!-- code (\S+): ([^>]+?) -->\n[\s\S]*?<!-- end -->/g;
const check = /```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g;
/** longer code is folded */
const longCode = 30;

function code(path: string, names: readonly string[]): string {
  const source = read(path);
  const text = names.map((name) => sourceRegion(source, name)).join("\n\n");
  const block = `\`\`\`ts\n${text}\n\`\`\``;
  const link = `[${path}](../${path})`;
  if (text.split("\n").length <= longCode) return `Code, from ${link}:\n\n${block}`;
  return `<details>\n<summary>Code, from <code>${path}</code></summary>\n\n${block}\n\n${link}\n\n</details>`;
}

test("the book shows the code of the sources", async () => {
  const expected = book.replaceAll(
    inserted,
    (_, path: string, names: string) =>
      `<!-- code ${path}: ${names} -->\n\n${code(path, names.split(", "))}\n\n<!-- end -->`,
  );
  await expect(expected).toMatchFileSnapshot("../../docs/mathematics.md");
});

/** The text without the code of the sources. */
const written = book.replaceAll(inserted, "");

/** Each program with the title of its section and its output. */
const programs = [...written.matchAll(check)].map(({ index, 1: program, 2: output }) => {
  const title = [...written.slice(0, index).matchAll(/^##+ (.+)$/gm)].at(-1)?.[1] ?? "";
  return { title, program, output };
});

// All in one process: starting the library takes longer than most of them
const folder = folderInPackage("book-");
const printed: string[] = [];
beforeAll(() => {
  programs.forEach(({ program }, i) => {
    writeFileSync(join(folder, `${i}.ts`), program);
  });
  const each = `for (let i = 0; i < ${programs.length}; i++) {
    await import(\`./\${i}.ts\`).catch(console.log);
    console.log("---");
  }`;
  writeFileSync(join(folder, "all.ts"), each);
  const args = ["--conditions=handgrad-source", join(folder, "all.ts")];
  printed.push(...execFileSync(process.execPath, args, { encoding: "utf8" }).split("---\n"));
}, patience);

test.each(programs.map(({ title, output }, i) => [title, i, output] as const))(
  "%s: the program prints what the book says",
  (_, i, output) => {
    expect(printed[i]).toBe(output);
  },
);

test("every program has an output, and every sh block names a gradient check", () => {
  expect(written.split("```ts\n").length).toBe([...written.matchAll(check)].length + 1);
  const commands = [...written.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, lines]) => lines.trim().split("\n"));
  const kinds = new Set(gradientChecks.map(({ name }) => name.split(/[ ,]/)[0]));
  for (const command of commands) {
    if (/^node (--conditions=handgrad-source )?check\.ts$|^npm run handgrad -- gradcheck$/.test(command)) continue;
    expect(command).toMatch(/^npm run handgrad -- gradcheck( \w+)+$/);
    for (const name of command.split("gradcheck ")[1].split(" ")) expect([...kinds]).toContain(name);
  }
});

const named = [
  ...new Set([...written.matchAll(/gradcheck((?: \w+)+)\n/g)].flatMap(([, list]) => list.trim().split(" "))),
];

test(
  "the gradient checks that the book names pass",
  () => {
    const args = [resolve(root, "cli/handgrad.mjs"), "gradcheck", ...named];
    const chosen = gradientChecks.filter(({ name }) => named.includes(name.split(/[ ,]/)[0]));
    expect(chosen.length).toBeGreaterThan(named.length); // some kinds have several
    expect(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" })).toMatch(
      new RegExp(`^${chosen.length} passed, 0 failed$`, "m"),
    );
  },
  patience,
);

test("gradcheck has a line for every kind of layer and every loss, and the book a section with its code", () => {
  const names = gradientChecks.map(({ name }) => name);
  const sources = [...book.matchAll(inserted)].map(([, path, list]) => `${path}: ${list}`).join("\n");
  for (const kind of [...Object.keys(layerKinds), ...Object.keys(losses)]) {
    expect(names).toContain(kind);
    expect(named).toContain(kind);
  }
  for (const { create } of Object.values(optimizers)) expect(sources).toMatch(new RegExp(`\\b${create.name}\\.`));
  const files = new Set(readdirSync(resolve(root, "src/layers")));
  for (const kind of Object.keys(layerKinds)) if (files.has(`${kind}.ts`)) expect(sources).toContain(`${kind}.ts`);
});

const formulas = written.replaceAll(/```(?!math)\w+\n[\s\S]*?```/g, "").replaceAll(/(?<!`)`[^`\n]+`(?!`)/g, "");
const displayed = [...formulas.matchAll(/```math\n([\s\S]*?)```/g)].map(([, formula]) => formula);
const inline = [...formulas.replaceAll(/```math\n[\s\S]*?```/g, "").matchAll(/\$([^$]+)\$/g)].map(
  ([, formula]) => formula,
);

test("the writers of formulas read every formula", () => {
  expect(displayed.length).toBeGreaterThan(60);
  expect(inline.length).toBeGreaterThan(300);
  for (const [list, display] of [[displayed, true] as const, [inline, false] as const]) {
    for (const formula of list) {
      expect(mathToMathml(formula, display)).toMatch(/^<math/);
      expect(mathToTypst(formula, display)).toMatch(/^\$/);
    }
  }
});

test("inline formulas contain nothing that Markdown reads as its own, and cells of tables no bars", () => {
  // Markdown takes the backslash from \, and \{, and }_ or * may begin emphasis
  expect(inline.filter((formula) => /\\[^A-Za-z]|[^\w]_|\*|\n/.test(formula))).toEqual([]);
  const tables = formulas.split(/\n\n+/).filter((part) => part.startsWith("|"));
  for (const table of tables) {
    const cells = table
      .trim()
      .split("\n")
      .map((line) => line.split("|").length); // prettier
    expect(new Set(cells).size, table).toBe(1);
  }
});

const anchors = [...written.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading));

test("links lead to headings and files", () => {
  expect(new Set(anchors).size).toBe(anchors.length);
  const links = [...book.replaceAll(/```[\s\S]*?```/g, "").matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
  expect(links.length).toBeGreaterThan(40);
  for (const link of links) {
    if (link.startsWith("#")) expect(anchors).toContain(link.slice(1));
    else expect(existsSync(resolve(root, "docs", link.split("#")[0])), link).toBe(true);
  }
  expect(read("docs/data.md")).toContain("(mathematics.md#scores)");
});

test("the pictures are those that scripts/pictures.ts draws, and the book, architecture.md or results.md shows each", () => {
  const pictures = allPictures();
  const pages = book + read("docs/architecture.md") + read("docs/results.md");
  expect(readdirSync(resolve(root, "docs/pictures")).sort()).toEqual([...pictures.keys()].sort());
  for (const [name, svg] of pictures) {
    // without toBe, whose message would show both files
    expect(read(`docs/pictures/${name}`) === svg, `${name} is out of date: node scripts/pictures.ts`).toBe(true);
    expect(pages.split(`](pictures/${name})`).length, name).toBe(2);
  }
});
