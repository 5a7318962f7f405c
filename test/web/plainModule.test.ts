import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type BrokenModule, linkProject, placeOfLine } from "../../assignment/course/linkProject.ts";
import { arrayParts } from "../../web/app/course/arrayParts.ts";
import { plainModule } from "../../web/app/course/plainModule.ts";
import { taskText } from "../../web/app/course/taskText.ts";

const source = `import {
  zeros, type NdArray as Array1,
  matmul as m } from "./array.ts";
import all, { one } from './d.ts'; import * as b from "./extra/b.ts";
import "./side.ts";
import type { X } from "./x.ts";
export { three as drei } from "./c.ts";
export * from "./star.ts";
export const [q, { r }] = [1, { r: 2 }] as any;
export class A<T> { readonly x: number = 1; #p?: string; declare y: string; }
export function run(this: void, x?: number): x is number { return x! > 0 satisfies boolean; }
export default run;
`;

describe("a file as JavaScript without imports", () => {
  const { code, imports, exports, starExports } = plainModule("a.ts", source);

  test("keeps every line where it was", () => {
    expect(code.split("\n")).toHaveLength(source.split("\n").length);
    expect(code.split("\n")[10]).toContain("function run(");
  });

  test("says what it imports, with names and lines; types are no imports", () => {
    expect(imports).toEqual([
      { specifier: "./array.ts", names: ["zeros", "matmul"], line: 1 },
      { specifier: "./d.ts", names: ["default", "one"], line: 4 },
      { specifier: "./extra/b.ts", names: [], line: 4 },
      { specifier: "./side.ts", names: [], line: 5 },
      { specifier: "./c.ts", names: ["three"], line: 7 },
      { specifier: "./star.ts", names: [], line: 8 },
    ]);
    expect(starExports).toEqual(["./star.ts"]);
    for (const name of ["drei", "q", "r", "A", "run", "default"]) expect(exports).toContain(name);
  });

  test("removes types from code without spaces, where the converter adds some", () => {
    const { code } = plainModule("a.ts", "const f=(n:number):number=>n+1; f(0);");
    expect(code).toMatch(/\(n\) ?=> ?n\+1; f\(0\);/);
  });

  test.each([
    ["enum E { A }", "TypeScript enum is not supported by Node, which only removes types"],
    ["class A {\n  constructor(private x: number) {}\n}", "TypeScript parameter property is not supported"],
    ["const a = ;", "Unexpected token"],
  ])("refuses %s with its line", (text, message) => {
    let error: unknown;
    try {
      plainModule("a.ts", `\n${text}`);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: "SyntaxError", message: expect.stringContaining(message) });
    expect((error as { at: string }).at).toBe(text.startsWith("class") ? "a.ts:3" : "a.ts:2");
  });
});

const link = (files: Record<string, string>, broken: Record<string, BrokenModule> = {}) =>
  linkProject("/* runtime */", new Map(Object.entries(files)), {
    toPlainModule: plainModule,
    arrayExports: ["zeros"],
    broken: new Map(Object.entries(broken)),
  });

/** The errors of files that cannot run, by file. */
function errorsIn(script: string): Record<string, BrokenModule> {
  const found = [...script.matchAll(/^"(\S+)": \{ error: (\{.*\}) \},$/gm)];
  return Object.fromEntries(found.map(([, file, json]) => [file, JSON.parse(json)]));
}

describe("a project as one script", () => {
  test("knows the file and line of each of its lines", () => {
    const { script, files } = link({
      "a.ts": "export const a = 1;\nexport const b = 2;",
      "b.ts": "export const c = 3;",
    });
    const lines = script.split("\n");
    const placeOf = (text: string) => placeOfLine(files, lines.findIndex((line) => line.includes(text)) + 1);
    expect(["const a = 1", "const b = 2", "const c = 3"].map(placeOf)).toEqual(["a.ts:1", "a.ts:2", "b.ts:1"]);
    expect(placeOfLine(files, 1)).toBeUndefined();
  });

  test.each([
    [
      'import { zeroes } from "./array.ts";',
      "The requested module './array.ts' does not provide an export named 'zeroes'",
    ],
    ['import { d } from "./b.ts";', "The requested module './b.ts' does not provide an export named 'd'"],
    ['import "fs";', 'a.ts imports "fs"; it may import files of this folder, such as "./array.ts"'],
    ['import "../b.ts";', 'a.ts imports "../b.ts"; it may import files of this folder, such as "./array.ts"'],
    ['import "./b";', 'a.ts imports "./b": write the ending .ts'],
  ])("refuses %s, and keeps the other files", (text, message) => {
    const { script } = link({ "a.ts": text, "b.ts": "export const b = 1;" });
    expect(errorsIn(script)).toEqual({ "a.ts": expect.objectContaining({ message }) });
    expect(script).toContain("const b = 1; exports.b = b");
  });

  test("finds what a file exports again", () => {
    const files = {
      "a.ts": 'import { b, c } from "./all.ts";',
      "all.ts": 'export * from "./b.ts";',
      "b.ts": "export const b = 1;",
    };
    expect(errorsIn(link(files).script)["a.ts"]?.message).toContain("does not provide an export named 'c'");
  });

  test("replaces a file that the browser refuses by its error", () => {
    const error = { name: "SyntaxError", message: "Identifier 'a' has already been declared", at: "a.ts:2" };
    const { script } = link({ "a.ts": "let a;\nlet a;" }, { "a.ts": error });
    expect(errorsIn(script)).toEqual({ "a.ts": error });
    expect(script).not.toContain("let a");
  });
});

test("the text of a task comes from the comments of its skeleton", () => {
  const skeleton = `import { a } from "./array.ts";

/**
 * For every number θ:
 *
 *     u ← μ·u + g
 *     θ ← θ − η·u
 *
 * η is learningRate, and
 * μ is momentum.
 */
export class A {
  /** Returns y. */
  forward() {}
}
`;
  expect(taskText(skeleton)).toEqual([
    { kind: "paragraph", text: "For every number θ:" },
    { kind: "lines", text: "u ← μ·u + g\nθ ← θ − η·u" },
    { kind: "paragraph", text: "η is learningRate, and μ is momentum." },
  ]);
});

test("what array.ts exports is listed with its comments", () => {
  const parts = arrayParts(readFileSync("assignment/course/project/array.ts", "utf8"));
  expect(parts.map(({ signature }) => signature.split(/[ (]/).slice(0, 2).join(" ").trim())).toContain("class NdArray");
  expect(parts).toContainEqual({
    signature: "matmul(a: NdArray, b: NdArray): NdArray",
    text: "a·b of matrices: (m, k) times (k, n) is (m, n).",
  });
  expect(parts).toContainEqual({ signature: "zeros(...shape: number[]): NdArray", text: "" });
});
