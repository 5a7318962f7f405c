import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";

const folder = temporaryFolder("handgrad-completion-");

const main = resolve(import.meta.dirname, "../../cli/main.ts");
const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

function script(shell: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [main, "completion", shell], { encoding: "utf8" });
  expect(stderr).toBe("");
  const file = join(folder, `script.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

const cases: [line: string, words: string[]][] = [
  ["tr", ["train"]],
  ["data ", ["info", "download"]],
  ["completion ", ["bash", "zsh", "fish"]],
  ["train --optimizer a", ["adam", "adagrad"]],
  ["fit --task ", ["classification", "regression"]], // the earlier name of train
  ["data info --siz", ["--size"]],
  ["train --target predict --patie", ["--patience"]], // a value that is called like a command
];

describe.skipIf(!has("bash"))("bash", () => {
  const file = has("bash") ? script("bash") : "";
  const complete = (line: string) => {
    const code = `source "$1"; shift; COMP_WORDS=(handgrad "$@"); COMP_CWORD=$#; _handgrad; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", code, "bash", file, ...line.split(" ")], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout.split("\n").filter(Boolean);
  };

  test.each(cases)("handgrad %s", (line, words) => expect(complete(line)).toEqual(words));

  test("files are left to the shell", () => {
    expect(complete("predict run ")).toEqual([]);
    expect(complete("train --out ")).toEqual([]);
  });
});

describe.skipIf(!has("fish"))("fish", () => {
  const file = has("fish") ? script("fish") : "";
  test.each(cases)("handgrad %s", (line, words) => {
    const { stdout, stderr } = spawnSync("fish", ["-N", "-c", `source ${file}; complete -C "handgrad ${line}"`], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const found = stdout.split("\n").filter(Boolean).map((each) => each.split("\t")[0]); // biome-ignore format: one
    expect(found.sort()).toEqual([...words].sort());
  });
});

test.skipIf(!has("zsh"))("zsh accepts its script", () => {
  expect(spawnSync("zsh", ["-f", "-n", script("zsh")], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
});
