import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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

test("releasing does not remove the lock of another process", () => {
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
  // root may write anywhere, so that this needs another user
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const { stdout, error } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    ...user,
    encoding: "utf8",
  });
  chmodSync(folder, 0o755);
  if (error) return; // a sandbox that does not allow another user
  expect(stdout).toContain(`DataError: ${folder}: cannot be written to`);
});

test("a lock depends on its process, not by the date of the file", () => {
  const path = join(folder, "run.lock");
  const lock = lockFolder(folder);
  for (const date of [0, 4e9]) {
    utimesSync(path, date, date);
    expect(() => lockFolder(folder)).toThrow("in use by process");
  }
  lock.release();
});

test("a process that died while it took a stale lock over: the message names the file to delete", () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const guard = join(folder, "run.lock.takeover");
  writeFileSync(join(folder, "run.lock"), lockOf(pid));
  writeFileSync(guard, lockOf(pid));
  expect(() => lockFolder(folder)).toThrow(`delete ${guard}`);
  rmSync(guard);
  lockFolder(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("two processes that start at the same moment: one gets the folder, 20 times with a free and 20 with a stale lock", {
  timeout: 60_000,
}, async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const module = JSON.stringify(new URL("../../../src/node/runs/runLock.ts", import.meta.url).href);
  // Each child waits for a round, spins until the moment named, tries, and says how it went.
  const code = `import { lockFolder } from ${module};
    let lock;
    process.on("message", ({ folder, at }) => {
      if (!folder) { lock?.release(); lock = undefined; return process.send("released"); }
      while (Date.now() < at);
      try { lock = lockFolder(folder); process.send("mine"); } catch (error) { process.send(error.name + ": " + error.message); }
    });
    process.send("ready");`;
  const children = [0, 1].map(() =>
    spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  );
  const answers = () => Promise.all(children.map(async (child) => String((await once(child, "message"))[0])));
  const ask = (message: object) => {
    const all = answers();
    for (const child of children) child.send(message);
    return all;
  };
  try {
    await answers();
    for (let round = 0; round < 40; round++) {
      const place = join(folder, String(round));
      mkdirSync(place);
      if (round % 2) writeFileSync(join(place, "run.lock"), lockOf(pid));
      const said = (await ask({ folder: place, at: Date.now() + 5 })).sort();
      expect(said[1], `round ${round}`).toBe("mine");
      expect(said[0], `round ${round}`).toMatch(/^DataError: .*in use by process/);
      await ask({});
      expect(readdirSync(place)).toEqual([]);
    }
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
});
