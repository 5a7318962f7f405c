import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { rightProject } from "../assignment/course/projectSupport.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn, main } from "./process.ts";

vi.setConfig({ testTimeout: 60_000 });

const parent = temporaryFolder("handgrad-cli-course-");

const course = (...args: readonly string[]) => handgradIn(parent, ["course", ...args]);

test("a project from its start: new, check, hint, check again", async () => {
  expect(await course("new", "problem1", "mine")).toMatchObject({
    code: 0,
    output: expect.stringContaining("made mine with"),
  });
  const untouched = await course("check", "layers", "--dir", "mine");
  expect(untouched.code).toBe(1);
  expect(untouched.output).toMatch(/^Layers\n {2}· flatten +0 \/ 2 +Flatten, not started\n {2}· linear +0 \/ 10/);
  expect(untouched.output).toMatch(/\n0 of \d+ points, 0 of \d+ exercises right \(/);
  expect(untouched.output).toMatch(/\nnext: flatten\.ts; a hint: handgrad course hint flatten --dir mine\n$/);
  expect((await course("hint", "linear", "--dir", "mine")).output).toMatch(/^1 of 3: /);
  expect((await course("hint", "linear.ts", "--dir", "mine")).output).toMatch(/^1 of 3: .*\n2 of 3: .*\n$/);
  expect((await course("check", "linear", "--dir", "mine")).output).toContain("Linear layer, not started, 2 hints\n");
});

test("findings have a map of the entries, and what the code prints is shown as text", async () => {
  const folder = await rightProject(parent, "wrong");
  const file = join(folder, "linear.ts");
  const text = readFileSync(file, "utf8");
  const wrong = text.replace("matmul(transpose(this.x), dy)", "matmul(transpose(dy), this.x)");
  expect(wrong).not.toBe(text);
  writeFileSync(file, `console.log("\\x1b[31mred");\n${wrong}`);
  const { code, output } = await course("check", "linear", "flatten", "--dir", "wrong");
  expect(code).toBe(1);
  expect(output).toMatch(/✓ flatten +2 \/ 2/);
  expect(output).toMatch(/✗ linear +0 \/ 10 +Linear layer\n {6}dw is transposed/);
  expect(output).toContain("      | \\u{1b}[31mred\n");
  expect(output).not.toContain("\u001b");
});

test("a right project passes, as text and as JSON, and NO_COLOR and FORCE_COLOR are respected", async () => {
  await rightProject(parent, "right");
  const { code, output } = await course("check", "--dir", "right");
  expect(code).toBe(0);
  expect(output).toMatch(/\n(\d+) of \1 points, (\d+) of \2 exercises right; extra chapter: (\d+) of \3 points \(/);
  expect(output).toContain("next: handgrad course train --dir right");
  const json = await course("check", "linear", "--dir", "right", "--json");
  expect(json.code).toBe(0);
  expect(JSON.parse(json.output)).toMatchObject({
    ...{ points: 10, possible: 10, extraPoints: 0, notes: [], seed: 1 },
    exercises: [{ id: "linear", title: "Linear layer", chapter: "layers", status: "right", hints: 0, findings: [] }],
  });
});

test("wrong usage is 2, a folder without a project 1", async () => {
  for (const args of [
    ["check", "lineer"],
    ["hint", "layers"],
    ["new", "problem2", "x"],
    ["grade", "a", "--seed", "-1"],
  ])
    expect((await course(...args, ...(args[0] === "hint" ? ["--dir", "."] : []))).code, args.join(" ")).toBe(2);
  writeFileSync(join(parent, "file"), "");
  expect(await course("new", "problem1", ".")).toMatchObject({
    code: 2,
    output: expect.stringContaining("expected a new or empty folder"),
  });
  expect(await course("check", "--dir", "nothing")).toMatchObject({
    code: 1,
    output: expect.stringContaining("nothing: missing"),
  });
});

test("grades are printed in the order of the arguments and written as CSV and for Gradescope", async () => {
  await rightProject(parent, "=good");
  const { code, output } = await course(
    "grade",
    "=good",
    "absent",
    "--seed",
    "3",
    "--out",
    "grades.csv",
    "--jobs",
    "2",
  );
  expect(code).toBe(1);
  expect(output).toMatch(/^=good: (\d+) of \1 points, \d+ extra\nabsent: not graded: absent: missing: .*\nseed: 3 /);
  const csv = readFileSync(join(parent, "grades.csv"), "utf8").split("\r\n");
  expect(csv).toHaveLength(3);
  expect(csv[1]).toMatch(/^'=good,2,10,/);
  const random = await course("grade", "=good", "--gradescope", "results.json");
  expect(random.code).toBe(0);
  expect(random.output).toMatch(/\nseed: \d+ \(--seed \d+ repeats this\)\n$/);
  expect(JSON.parse(readFileSync(join(parent, "results.json"), "utf8"))).toMatchObject({
    tests: expect.arrayContaining([expect.objectContaining({ score: 10, status: "passed" })]),
  });
  const two = await course("grade", "=good", "=good", "--gradescope", "two.json");
  expect(two).toMatchObject({
    code: 2,
    output: expect.stringContaining("--gradescope: expected one submission, found 2"),
  });
  expect(existsSync(join(parent, "two.json"))).toBe(false);
});

test.skipIf(process.platform === "win32")(
  "a command that is stopped leaves no process of the code behind",
  async () => {
    const folder = await rightProject(parent, "endless");
    writeFileSync(join(folder, "flatten.ts"), "for (;;);");
    const command = spawn(process.execPath, [main, "course", "check", "--dir", folder], { stdio: "ignore" });
    const ended = new Promise((resolve) => command.once("exit", (_, signal) => resolve(signal)));
    const children = (): number[] =>
      execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
        .split("\n")
        .map((line) => line.trim().split(/\s+/).map(Number))
        .filter(([, above]) => above === command.pid)
        .map(([id]) => id);
    await expect.poll(children, { timeout: 20_000, interval: 20 }).toHaveLength(1);
    const [child] = children();
    command.kill("SIGTERM");
    expect(await ended).toBe("SIGTERM");
    const state = (): string => spawnSync("ps", ["-o", "stat=", "-p", String(child)], { encoding: "utf8" }).stdout;
    await expect.poll(state, { timeout: 1000 }).toMatch(/^(Z.*)?\s*$/); // gone, or not yet collected by its new parent
  },
);
