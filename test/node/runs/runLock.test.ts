import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataError, lockFolder } from "../../../src/node.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handgrad-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const lockOf = (pid: number, more: object = {}) => JSON.stringify({ pid, host: hostname(), started: "", ...more });

test("a folder is for one process at a time, and free again when it has left", () => {
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(DataError);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid} on ${hostname()}`);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
  lockFolder(folder).release();
});

test("a lock whose process is gone is taken over", () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(join(folder, "run.lock"), lockOf(pid));
  const lock = lockFolder(folder);
  expect(JSON.parse(readFileSync(join(folder, "run.lock"), "utf8")).pid).toBe(process.pid);
  lock.release();
});

test.runIf(process.platform === "linux")("as is one whose number another process has by now", () => {
  writeFileSync(join(folder, "run.lock"), lockOf(process.pid, { started: "an earlier boot 1" }));
  lockFolder(folder).release();
});

test("a lock of another machine, or one that cannot be read, is respected, and the message says what to delete", () => {
  const path = join(folder, "run.lock");
  for (const content of [lockOf(1, { host: "elsewhere" }), "", "{}", '{"pid": -1}']) {
    writeFileSync(path, content);
    expect(() => lockFolder(folder)).toThrow(`delete ${path}`);
    expect(readFileSync(path, "utf8")).toBe(content);
  }
});

test("the lock of a living process is respected", async () => {
  const sleeper = spawn(process.execPath, ["-e", "setTimeout(() => {}, 10000)"]);
  try {
    writeFileSync(join(folder, "run.lock"), lockOf(sleeper.pid ?? 0));
    expect(() => lockFolder(folder)).toThrow(`in use by process ${sleeper.pid}`);
  } finally {
    sleeper.kill("SIGKILL");
  }
});

test("releasing does not remove the lock of somebody else", () => {
  const lock = lockFolder(folder);
  writeFileSync(join(folder, "run.lock"), lockOf(1));
  lock.release();
  expect(existsSync(join(folder, "run.lock"))).toBe(true);
});

test("of many processes that find the same stale lock, one gets the folder", { timeout: 30_000 }, async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(join(folder, "run.lock"), lockOf(pid));
  const module = JSON.stringify(new URL("../../../src/node/runs/runLock.ts", import.meta.url).href);
  const code = `import { lockFolder } from ${module};
    try { lockFolder(${JSON.stringify(folder)}); console.log("mine"); } catch (error) { console.log(error.name); }
    setTimeout(() => {}, 1500);`;
  const outputs = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
    return new Promise<string>((resolve) => {
      let output = "";
      child.stdout.on("data", (chunk) => (output += chunk));
      child.on("close", () => resolve(output.trim()));
    });
  });
  expect((await Promise.all(outputs)).sort()).toEqual(["DataError", "DataError", "DataError", "mine"]);
});

test.runIf(process.platform !== "win32")("a folder that cannot be written to is named", () => {
  chmodSync(folder, 0o555);
  const module = JSON.stringify(new URL("../../../src/node/runs/runLock.ts", import.meta.url).href);
  const code = `import { lockFolder } from ${module};
    try { lockFolder(${JSON.stringify(folder)}); } catch (error) { console.log(error.name + ": " + error.message); }`;
  // root may write anywhere, so that this needs to be somebody else
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const { stdout, error } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    ...user,
    encoding: "utf8",
  });
  chmodSync(folder, 0o755);
  if (error) return; // a sandbox that lets nobody become another user
  expect(stdout).toContain(`DataError: ${folder}: cannot be written to`);
});
