import { randomUUID } from "node:crypto";
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { DataError } from "../../tensor/errors.ts";
import { isMissing, readRegularText } from "../readFile.ts";

/** The lock file of a process that works in a folder. It is removed when the process leaves. */
export interface RunLock {
  release(): void;
}

const owner = v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(1)), host: v.string(), started: v.string() });
type Owner = v.InferOutput<typeof owner>;

/** The process that has the lock of a run folder. */
export const lockFile = "run.lock";

/**
 * Locks a run folder for this process. A lock whose process has ended (killed, or the machine restarted) is taken over. Throws
 * DataError if another process works in the folder or it cannot be written to.
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
        // The next process detects that this one has ended.
      }
    },
  };
}

/** Makes a file, such as a lock, unless it exists. It is complete and on disk before it gets its name, so a part of it is never visible. */
export function claimFile(path: string, content: string): boolean {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, content, { flag: "wx", flush: true });
    linkSync(temporary, path); // a link cannot replace a file, a rename would
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // The process that now has the folder removed the temporary file as a leftover.
    if (code === "ENOENT" && syscall === "link" && existsSync(dirname(path))) return false;
    if (syscall !== "link" || !withoutLinks.has(code)) throw error;
  } finally {
    removeQuietly(temporary);
  }
  return claimWithoutLink(path, content);
}

/** The error codes of file systems without links. */
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
 * Removes a stale lock. This needs a second lock: otherwise another process could take over the folder between the check and the
 * removal, and its lock would be removed. Does nothing if another process has the second lock.
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
    // A later process removes it; the first error is reported.
  }
}

function inUse(folder: string, path: string, other: Owner | undefined): DataError {
  const who = other ? `process ${other.pid} on ${other.host}` : "another process";
  return new DataError(`${folder}: in use by ${who}; wait for it or stop it. If it no longer runs, delete ${path}`);
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

/** Whether the owner may still run: unknown on another machine; on this one, a later process may have the same number. */
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

/** The start time of a process, as reported by the system; "" if it is not available (not Linux). */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    // The name in parentheses may contain spaces; the start time is the 20th field after it.
    return `${boot} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return "";
  }
}
