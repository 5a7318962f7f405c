import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test, vi } from "vitest";
import { loadExercises } from "../../../assignment/node/course/loadExercises.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

vi.setConfig({ testTimeout: 60_000 });

const root = resolve(import.meta.dirname, "../../..");
const folder = temporaryFolder("handgrad-own-exercise-");

const text = readFileSync(join(root, "examples/own-exercise.ts"), "utf8");
const file = join(folder, "own.ts"); // where no package is installed
writeFileSync(file, text);

const handgrad = (...args: string[]) => {
  const command = [join(root, "cli/main.ts"), "course", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
  return { status, text: stdout + stderr };
};

const solution = (derivative: string): string => `import { map, type NdArray } from "./array.ts";
export class Softsign {
  x!: NdArray;
  forward(x: NdArray): NdArray {
    this.x = x;
    return map(x, (value) => value / (1 + Math.abs(value)));
  }
  backward(dy: NdArray): NdArray {
    return map(dy, (d, i) => d * ${derivative});
  }
}
`;

test("docs/teaching.md shows the example as it is", () => {
  expect(readFileSync(join(root, "docs/teaching.md"), "utf8")).toContain(`\`\`\`ts\n${text}\`\`\`\n`);
});

test("a teacher's exercise in one file is handed out, checked, hinted and graded", () => {
  expect(handgrad("new", "own.ts", "mine").text).toContain(
    "write softsign.ts, then handgrad course check --dir mine --exercises own.ts",
  );
  const check = () => handgrad("check", "--dir", "mine", "--exercises", "own.ts");
  expect(check().text).toMatch(/softsign +0 \/ 5 +Softsign, not started/);
  expect(handgrad("hint", "softsign", "--dir", "mine", "--exercises", "own.ts").text).toMatch(
    /^1 of 3: Write the function/,
  );

  writeFileSync(join(folder, "mine/softsign.ts"), solution("(1 / (1 + Math.abs(this.x.data[i])))"));
  const wrong = check();
  expect(wrong.status).toBe(1);
  expect(wrong.text).toContain("dx lacks the square");

  writeFileSync(join(folder, "mine/softsign.ts"), solution("(1 / (1 + Math.abs(this.x.data[i])) ** 2)"));
  const right = check();
  expect(right.status, right.text).toBe(0);
  expect(right.text).toMatch(/5 of 5 points, 1 of 1 exercises right.*\nall exercises are right\n/);
  const graded = handgrad("grade", "mine", "--exercises", "own.ts", "--seed", "4", "--out", "-").text;
  expect(graded).toContain("mine: 5 of 5 points, 1 hint");
  expect(graded).toContain(
    "submission,softsign,total,possible,extra,hints,answers,status,notes,seed\r\nmine,5,5,5,0,1,0,graded,,4",
  );
});

test("a file that is no exercise says what is missing", async () => {
  const refused = async (content: string): Promise<string> => {
    const path = join(folder, `bad${Math.abs(content.length * 31 + content.charCodeAt(20))}.mjs`);
    writeFileSync(path, content);
    return loadExercises(path).then(
      () => "accepted",
      (error: Error) => error.message.replaceAll(path, "FILE"),
    );
  };
  expect(await refused("export const other = 1; //")).toBe(
    "FILE: expected an export named exercises or exercise, found neither",
  );
  expect(await refused("export const exercise = { id: 'A b', title: 'x' }; // one")).toMatch(
    /^FILE: not exercises:\n {2}exercises\[0\]\.id: expected letters and digits/,
  );
  expect(await refused("import 'handgrad/nothing'; export const exercise = 1")).toMatch(/^FILE: cannot be loaded: /);
  expect(handgrad("new", "problem2", "x")).toMatchObject({
    text: expect.stringContaining("problem2: expected problem1, or a file with exercises, such as exercises.ts"),
  });
});

test("an exercise needs no list of mistakes", () => {
  const short = text
    .replace(/ {4}wrongFunctions: [\s\S]*? {4}\],\n/, "")
    .replace(/ {4}wrongDerivatives: [\s\S]*? {4}\],\n/, "");
  expect(short).not.toContain("wrong");
  writeFileSync(join(folder, "short.ts"), short);
  writeFileSync(join(folder, "mine/softsign.ts"), solution("(1 / (1 + Math.abs(this.x.data[i])))"));
  const { status, text: said } = handgrad("check", "--dir", "mine", "--exercises", "short.ts");
  expect(status).toBe(1);
  expect(said).toMatch(/dx is wrong: .*central differences of your own forward/);
});

test("an error of a file with exercises has its line", () => {
  writeFileSync(
    join(folder, "broken.ts"),
    "\n\nconst lists = undefined;\nexport const exercise = lists.map(String);\n",
  );
  expect(handgrad("new", "broken.ts", "broken")).toMatchObject({
    status: 1,
    text: expect.stringContaining("broken.ts:4: cannot be loaded: Cannot read properties of undefined"),
  });
});
