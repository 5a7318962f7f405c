import { randomUUID } from "node:crypto";
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { DataError } from "../../tensor/errors.ts";
import { isMissing, readRegularText } from "../readFile.ts";

/** Says that a process works in a folder; the file is gone when it has left. */
export interface RunLock {
  release(): void;
}

const owner = v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(1)), host: v.string(), started: v.string() });
type Owner = v.InferOutput<typeof owner>;

/** Says which process holds a run folder. */
export const lockFile = "run.lock";

/**
 * Takes a run folder for this process. A lock whose process is gone (killed, or the machine restarted) is taken over.
 * Throws DataError when another process works there or the folder cannot be written to.
 */
export function lockFolder(folder: string): RunLock {
  const path = join(folder, lockFile);
  const mine: Owner = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  const content = JSON.stringify(mine);
  try {
    for (let attempt = 1; ; attempt++) {
      if (claimFile(path, content)) break;
      const found = readIfThere(path);
      if (found === undefined && attempt < 100) continue;
      const other = parseOwner(found);
      if (attempt > 10 || !other || isAlive(other)) throw inUse(folder, path, other);
      removeStale(folder, path, found, content);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${folder}: cannot be written to: ${(error as Error).message}`, { cause: error });
  }
  return {
    release() {
      try {
        if (readIfThere(path) === content) rmSync(path, { force: true });
      } catch {
        // The next process finds that this one is gone.
      }
    },
  };
}

/** Makes a file, such as a lock, unless there is one. It is complete, also on disk, before it has its name: half of it is never seen. */
export function claimFile(path: string, content: string): boolean {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, content, { flag: "wx", flush: true });
    linkSync(temporary, path); // a link cannot replace a file, a rename would
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // The process that has the folder by now took the temporary file for one that was left behind.
    if (code === "ENOENT" && syscall === "link" && existsSync(dirname(path))) return false;
    if (syscall !== "link" || !withoutLinks.has(code)) throw error;
  } finally {
    removeQuietly(temporary);
  }
  return claimWithoutLink(path, content);
}

/** What a file system without links says. */
const withoutLinks = new Set<string | undefined>(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "UNKNOWN"]);

function claimWithoutLink(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx", flush: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Removes a lock that was left behind. Only who holds a second lock may do so: otherwise, between looking and removing, another process
 * could have taken the folder over, and its lock would be removed. Does nothing when another process is at it.
 */
function removeStale(folder: string, path: string, stale: string | undefined, content: string): void {
  const guard = `${path}.takeover`;
  if (!claimFile(guard, content)) {
    const other = parseOwner(readIfThere(guard) ?? content);
    if (other && isAlive(other)) return void Atomics.wait(pause, 0, 0, 20);
    throw inUse(folder, guard, other);
  }
  try {
    if (readIfThere(path) === stale) rmSync(path, { force: true });
  } finally {
    removeQuietly(guard);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A later process removes it; the first error says more than this one.
  }
}

function inUse(folder: string, path: string, other: Owner | undefined): DataError {
  const who = other ? `process ${other.pid} on ${other.host}` : "another process";
  return new DataError(
    `${folder}: in use by ${who}; wait for it or stop it. If it does not run any more, delete ${path}`,
  );
}

export function readIfThere(path: string): string | undefined {
  try {
    return readRegularText(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parseOwner(content = ""): Owner | undefined {
  try {
    return v.parse(owner, JSON.parse(content));
  } catch {
    return undefined;
  }
}

/** On another machine nobody can tell; on this one a process of that number may also be a later one. */
function isAlive({ pid, host, started }: Owner): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = startOf(pid);
  return now === "" || started === "" || now === started;
}

/** When a process began, in the system's own words; "" where they are not to be had (not Linux). */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    // The name in parentheses may hold spaces; the start is the 20th field behind it.
    return `${boot} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return "";
  }
}
