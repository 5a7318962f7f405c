import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellLine } from "../../src/node/shellWords.ts";

test("plain words stay as they are", () => {
  expect(shellLine("handgrad", "fit", "--resume", "runs/fit-a.csv_1")).toBe("handgrad fit --resume runs/fit-a.csv_1");
});

const words = [
  "my run",
  "it's",
  "$HOME",
  "`id`",
  "a\nb",
  '"',
  "\\",
  "",
  "*",
  "~",
  "a;b",
  "η",
  "#x",
  "!!",
  "=ls",
  "a=~",
];

// The shell itself is the oracle
test.skipIf(process.platform === "win32").each(words)("a POSIX shell reads %j back", (word) => {
  const line = shellLine("printf", "%s|", "plain", word);
  expect(execFileSync("/bin/sh", ["-c", line], { encoding: "utf8" })).toBe(`plain|${word}|`);
});
