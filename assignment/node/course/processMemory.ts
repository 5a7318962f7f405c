import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * How much memory a process uses, in bytes: from /proc on Linux, elsewhere from ps. Undefined if the system does not report it
 * (Windows, where only the limit of the heap applies) or the process has ended.
 */
export async function residentBytes(id: number): Promise<number | undefined> {
  if (process.platform === "win32") return undefined;
  const kilobytes = process.platform === "linux" ? linuxResident(id) : await psResident(id);
  return kilobytes === undefined ? undefined : 1024 * kilobytes;
}

function linuxResident(id: number): number | undefined {
  try {
    const found = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, "latin1"));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

function psResident(id: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile("ps", ["-o", "rss=", "-p", String(id)], (error, text) => resolve(error ? undefined : Number(text)));
  });
}
