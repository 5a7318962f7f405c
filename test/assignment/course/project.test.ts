import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { answerBox, readAnswers } from "../../../assignment/course/answers.ts";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { type CheckedExercise, checkProject } from "../../../assignment/node/course/checkProject.ts";
import { chooseExercises, findExercise } from "../../../assignment/node/course/chooseExercises.ts";
import { answersOf, readProject } from "../../../assignment/node/course/project.ts";
import { createProject, nextHint } from "../../../assignment/node/course/projectFolder.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";
import { newProject, rightProject, zipOf } from "./projectSupport.ts";

vi.setConfig({ testTimeout: 60_000 });

const parent = temporaryFolder("handgrad-course-");

const linear = findExercise("linear");
const text = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");

async function check(folder: string, parts: readonly string[] = [], options = {}): Promise<CheckedExercise[]> {
  const results: CheckedExercise[] = [];
  const project = await readProject(folder);
  for await (const result of checkProject(project, chooseExercises(parts), { seed: 1, ...options }))
    results.push(result);
  return results;
}

describe("a new project", () => {
  const made = newProject(parent, "new");

  test("has a file for each exercise, and nothing is started", async () => {
    const folder = await made;
    for (const { id, title } of exercises) {
      expect(existsSync(join(folder, `${id}.ts`))).toBe(true);
      expect(text(folder, "README.md")).toContain(`| [${id}.ts](${id}.ts) | ${title} |`);
    }
    const results = await check(folder);
    expect(results.map(({ status, points }) => `${status} ${points}`)).toEqual(exercises.map(() => "not started 0"));
  });

  test("its files are typed: the compiler finds no error in the skeletons", async () => {
    const folder = await made;
    const compiler = resolve(import.meta.dirname, "../../../node_modules/typescript/bin/tsc");
    expect(() => execFileSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" })).not.toThrow();
  });

  test("a folder that is not empty stays as it is", async () => {
    const folder = await made;
    writeFileSync(join(folder, "linear.ts"), "mine");
    await expect(createProject(folder)).rejects.toThrow(/expected a new or empty folder, found \d+ files in it/);
    expect(text(folder, "linear.ts")).toBe("mine");
    await expect(createProject(join(folder, "linear.ts"))).rejects.toThrow(
      "expected a new or empty folder, found a file",
    );
  });
});

describe("answers", () => {
  const questions = [{ text: "Why is the sky blue? ".repeat(20).trim() }, { text: "What is 1 + 1?" }];

  test("are read back from between their lines", () => {
    const box = answerBox({ questions });
    expect(Math.max(...box.split("\n").map((line) => line.length))).toBeLessThanOrEqual(96);
    expect(readAnswers(box, { questions })).toEqual(["", ""]);
    const [begin, end] = [/--- answer (\d).*/g, "--- end of answer"];
    const filled = box.replace(begin, (line, number) => `${line}\nBecause ${number}.\n\n  Indented.  `);
    expect(readAnswers(filled, { questions })).toEqual(["Because 1.\n\n  Indented.", "Because 2.\n\n  Indented."]);
    expect(readAnswers(filled.replaceAll("\n", "\r\n"), { questions })[1]).toBe("Because 2.\n\n  Indented.");
    expect(readAnswers(filled.replace(end, "gone"), { questions })).toEqual(["", "Because 2.\n\n  Indented."]);
  });

  test("no question ends the comment that holds it, and every box is in its file", async () => {
    const folder = await newProject(parent, "answers");
    for (const exercise of exercises) {
      const { id, questions: asked = [] } = exercise;
      for (const question of asked) expect(question.text).not.toContain("*/");
      expect(text(folder, `${id}.ts`).endsWith(answerBox(exercise))).toBe(true);
    }
    writeFileSync(
      join(folder, "linear.ts"),
      text(folder, "linear.ts").replace("below this line ---", "$&\nThey stay zero."),
    );
    expect(answersOf(await readProject(folder), linear)[0]).toBe("They stay zero.");
  });
});

describe("checks", () => {
  test("a right project has all points", async () => {
    const results = await check(await rightProject(parent));
    for (const result of results)
      expect(result).toMatchObject({ status: "right", findings: [], points: result.possible });
  });

  test("a file that ends its process leaves the others their points, in any order", async () => {
    const folder = await rightProject(parent, "ends");
    writeFileSync(join(folder, "flatten.ts"), "for (;;);");
    writeFileSync(join(folder, "sgd.ts"), "await new Promise(() => {});");
    writeFileSync(join(folder, "adam.ts"), "const all = [];\nfor (;;) all.push(new Float64Array(1e6).fill(1));");
    rmSync(join(folder, "l1.ts"));
    const results = await check(folder, ["flatten", "linear", "sgd", "l1", "l2", "adam"], { memoryBytes: 3e8 });
    expect(results.map(({ id, status, findings }) => [id, status, findings[0]?.cause])).toEqual([
      ["flatten", "wrong", "timeout"],
      ["linear", "right", undefined],
      ["sgd", "wrong", "timeout"],
      ["l1", "not started", "missing"],
      ["l2", "right", undefined],
      ["adam", "wrong", "memory"],
    ]);
    expect(results.every(({ findings }) => findings.length <= 1)).toBe(true);
    expect(results[3].findings[0].message).toBe("l1.ts is missing");
  });

  test("an exercise has a limit for all its calls together", async () => {
    const folder = await rightProject(parent, "slow");
    const slow = "const until = performance.now() + 300;\n    while (performance.now() < until);";
    writeFileSync(join(folder, "linear.ts"), text(folder, "linear.ts").replace("this.x = x;", `this.x = x;\n${slow}`));
    const [result] = await check(folder, ["linear"], { exerciseSeconds: 1 });
    expect(result.findings.at(-1)?.message).toContain("take more than 1 s together");
  });

  test("what one exercise prints is not shown under another", async () => {
    const folder = await rightProject(parent, "prints");
    writeFileSync(join(folder, "linear.ts"), `console.log("loaded");\n${text(folder, "linear.ts")}`);
    const [flatten, of] = await check(folder, ["flatten", "linear"]);
    expect([flatten.printed, of.printed]).toEqual(["", "loaded\n"]);
  });
});

describe("reading a project", () => {
  test("symbolic links lead nowhere", async () => {
    const folder = await rightProject(parent, "links");
    const secret = join(parent, "secret.ts");
    writeFileSync(secret, "export const secret = 1;");
    symlinkSync(secret, join(folder, "secret.ts"));
    symlinkSync(parent, join(folder, "up"));
    writeFileSync(join(folder, "linear.ts"), `import { secret } from "./secret.ts";\n${text(folder, "linear.ts")}`);
    writeFileSync(join(folder, "flatten.ts"), `import { secret } from "./up/secret.ts";\nexport class Flatten {}`);
    expect([...(await readProject(folder)).files.keys()].filter((name) => /secret/.test(name))).toEqual([]);
    const results = await check(folder, ["linear", "flatten"]);
    for (const { findings } of results)
      expect(findings[0].message).toMatch(/^Import refused: .*a symbolic link does not count/);
  });

  test("a changed array.ts is noticed, changed line ends are not", async () => {
    const folder = await newProject(parent, "array");
    expect((await readProject(folder)).arrayChanged).toBe(false);
    writeFileSync(join(folder, "array.ts"), text(folder, "array.ts").replaceAll("\n", "\r\n"));
    expect((await readProject(folder)).arrayChanged).toBe(false);
    writeFileSync(join(folder, "array.ts"), `${text(folder, "array.ts")}\nexport const mine = 1;`);
    expect((await readProject(folder)).arrayChanged).toBe(true);
  });

  test("a project in a folder is found, two are not chosen from", async () => {
    const outer = join(parent, "outer");
    mkdirSync(outer);
    await newProject(outer, "problem1");
    expect((await readProject(outer)).root).toBe("problem1/");
    await newProject(outer, "again");
    await expect(readProject(outer)).rejects.toThrow("expected one project, found again/, problem1/");
    const empty = join(parent, "empty");
    mkdirSync(empty);
    await expect(readProject(empty)).rejects.toThrow("expected a project with exercises such as linear.ts");
    await expect(readProject(join(parent, "nothing"))).rejects.toThrow("nothing: missing");
    await expect(readProject(join(outer, "again", "README.md"))).rejects.toThrow("expected a folder or a .zip file");
  });

  test("a zip that unpacks to much more than a project is refused", async () => {
    const file = join(parent, "bomb.zip");
    const texts = Array.from({ length: 25 }, (_, at) => [`part${at}.ts`, " ".repeat(1e6)] as const);
    writeFileSync(file, zipOf(Object.fromEntries(texts)));
    await expect(readProject(file)).rejects.toThrow("expected a project, found 21 files with 21000000 characters");
    const many = Array.from({ length: 301 }, (_, at) => [`part${at}.ts`, ""] as const);
    writeFileSync(file, zipOf(Object.fromEntries(many)));
    await expect(readProject(file)).rejects.toThrow("expected a project, found 301 files");
  });

  test("files that are no code are left alone, and huge ones refused", async () => {
    const folder = await newProject(parent, "huge");
    mkdirSync(join(folder, "node_modules", "x"), { recursive: true });
    writeFileSync(join(folder, "node_modules", "x", "index.js"), "x");
    writeFileSync(join(folder, "data.bin"), new Uint8Array(2e6));
    expect([...(await readProject(folder)).files.keys()].filter((name) => /node_modules|data/.test(name))).toEqual([]);
    writeFileSync(join(folder, "sgd.ts"), " ".repeat(2e6));
    await expect(readProject(folder)).rejects.toThrow("sgd.ts: expected at most 1,000,000 bytes");
  });
});

test("hints come one after the other and are recorded with their dates", async () => {
  const folder = await newProject(parent, "hints");
  const days = [1, 2, 3, 4].map((day) => new Date(Date.UTC(2026, 0, day)));
  for (const [at, day] of days.entries())
    expect(await nextHint(folder, linear, day)).toEqual(linear.hints.slice(0, Math.min(at + 1, 3)));
  expect((await readProject(folder)).hints).toEqual({ linear: days.slice(0, 3).map((day) => day.toISOString()) });
  writeFileSync(join(folder, ".course", "progress.json"), "{");
  expect(await readProject(folder)).toMatchObject({ hints: {}, hintsProblem: expect.stringContaining("damaged") });
  await expect(nextHint(folder, linear, days[0])).rejects.toThrow("damaged");
  expect(text(folder, ".course/progress.json")).toBe("{");
});

test("parts are exercises, files or chapters", () => {
  expect(chooseExercises(["linear.ts", "./project/flatten.ts"]).map(({ id }) => id)).toEqual(["flatten", "linear"]);
  expect(chooseExercises(["optimizers"]).every(({ chapter }) => chapter === "optimizers")).toBe(true);
  expect(() => chooseExercises(["toString"])).toThrow("found toString");
  expect(() => findExercise("layers")).toThrow(/layers is a chapter/);
});
