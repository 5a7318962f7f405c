import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";

vi.setConfig({ testTimeout: 60_000 });

const folder = temporaryFolder("handgrad-course-train-");

const main = resolve(import.meta.dirname, "../../cli/main.ts");
const handgrad = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "course", ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, text: stdout + stderr };
};

test("training is locked until its exercises are right; report and verify say that there was none", () => {
  handgrad("new", "problem1", "mine");
  const locked = handgrad("train", "--dir", "mine", "--data", "stand-in");
  expect(locked.status).toBe(1);
  expect(locked.text).toContain("training is locked until the code that it needs is right: flatten (not started)");
  expect(locked.text).toContain(
    "handgrad course check flatten linear gelu crossEntropy sequential sgd training --dir mine",
  );
  expect(existsSync(join(folder, "mine/results"))).toBe(false);

  for (const command of ["report", "verify"]) {
    const { status, text } = handgrad(command, "--dir", "mine");
    expect(status).toBe(1);
    expect(text).toMatch(/^error: mine\/results\/training\.json: .+; "handgrad course train" writes it\n$/);
  }
  expect(handgrad("train", "--dir", "mine", "--author-id", "12").text).toContain(
    "--author-id: expected --author beside it",
  );
  expect(handgrad("verify", "--dir", "mine", "--data", "x").text).toContain("--data: expected --train beside it");
});
