import { randomUUID } from "node:crypto";
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { DataError } from "../../tensor/errors.ts";
import { isMissing, readRegularText } from "../readFile.ts";

/** Says that a process works in a folder; the file is gone when it has left. */
export interface RunLock {
  release(): void;
}

const owner = z.object({ pid: z.int().min(1), host: z.string(), started: z.string() });
type Owner = z.output<typeof owner>;

const lockFile = "run.lock";

/**
 * Takes a run folder for this process. A lock whose process is gone (killed, or the machine restarted) is taken over.
 * Throws DataError when another process works there or the folder cannot be written to.
 */
export function lockFolder(folder: string): RunLock {
  const path = join(folder, lockFile);
  const mine: Owner = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  const content = JSON.stringify(mine);
  // Complete before it has its name: nobody can read half of it.
  const temporary = join(folder, `.${lockFile}.${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, content, { flag: "wx" });
    for (let attempt = 1; ; attempt++) {
      if (claim(temporary, path)) break;
      const found = readIfThere(path);
      if (found === undefined) continue;
      const other = parseOwner(found);
      if (attempt > 3 || !other || isAlive(other)) throw inUse(folder, path, other);
      discard(path, found);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${folder}: cannot be written to: ${(error as Error).message}`, { cause: error });
  } finally {
    rmSync(temporary, { force: true });
  }
  return {
    release() {
      if (readIfThere(path) === content) rmSync(path, { force: true });
    },
  };
}

/** Gives the finished file its name, unless that is taken. A link cannot replace a file, a rename would. */
function claim(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (code === "ENOENT" || code === "EACCES" || code === "EROFS" || code === "ENOSPC") throw error;
  }
  // A file system without links.
  if (existsSync(path)) return false;
  renameSync(temporary, path);
  return true;
}

/** Removes a lock that was left behind, and only that one: another process may have been faster and hold the name by now. */
function discard(path: string, stale: string): void {
  const aside = `${path}.${randomUUID()}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readIfThere(aside) !== stale) {
    try {
      linkSync(aside, path);
    } catch {
      // Somebody holds the name already; then both locks are of living processes, and ours will find that one.
    }
  }
  rmSync(aside, { force: true });
}

function inUse(folder: string, path: string, other: Owner | undefined): DataError {
  const who = other ? `process ${other.pid} on ${other.host}` : "another process";
  return new DataError(
    `${folder}: in use by ${who}; wait for it or stop it. If it does not run any more, delete ${path}`,
  );
}

function readIfThere(path: string): string | undefined {
  try {
    return readRegularText(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parseOwner(content: string): Owner | undefined {
  try {
    return owner.parse(JSON.parse(content));
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
