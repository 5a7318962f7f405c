import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { packageFile } from "../../../src/node/packageFile.ts";

// Starting a process for a student's code takes as long as importing the exercises, so a command starts it first. This file imports
// little for that reason.

export const defaultMemoryBytes = 1e9;

/** All running processes, so that all end with this one. */
const living = new Set<ChildProcess>();
let endsWithParent = false;
let early: ChildProcess | undefined;

/** Starts the process for the next `takeRunner` with the default limit. A command that does not take it can still end. */
export function startRunnerEarly(): void {
  early ??= startRunner(defaultMemoryBytes);
  hold(early, false);
}

/** A process that waits for its `Start`. */
export function takeRunner(memoryBytes: number): ChildProcess {
  const child = early;
  if (!child || memoryBytes !== defaultMemoryBytes) return startRunner(memoryBytes);
  early = undefined;
  hold(child, true);
  return child;
}

/** Whether this process waits for the child and its pipes before it ends. */
function hold(child: ChildProcess, waits: boolean): void {
  const pipes = child.stdio.filter((pipe) => pipe !== null && pipe !== undefined) as readonly unknown[] as Socket[];
  for (const one of [child, ...pipes]) waits ? one.ref() : one.unref();
}

function startRunner(memoryBytes: number): ChildProcess {
  const runner = new URL(
    import.meta.url.endsWith(".ts") ? "./studentRunner.ts" : "./studentRunner.js",
    import.meta.url,
  );
  const root = packageFile("package.json").replace(/package\.json$/, "");
  const child = spawn(
    process.execPath,
    [
      ...["--permission", `--allow-fs-read=${root}*`], // its own modules, which contain no secrets
      ...["--frozen-intrinsics", "--disallow-code-generation-from-strings", "--no-warnings", "--no-addons"],
      `--max-old-space-size=${Math.ceil(memoryBytes / 2 ** 20)}`,
      fileURLToPath(runner),
    ],
    {
      stdio: ["pipe", "ignore", "pipe", "pipe"],
      env: process.platform === "win32" ? { SystemRoot: process.env.SystemRoot } : {},
      cwd: tmpdir(),
      windowsHide: true,
    },
  );
  living.add(child);
  child.once("close", () => living.delete(child));
  if (!endsWithParent) endWithParent();
  endsWithParent = true;
  return child;
}

function endWithParent(): void {
  const killAll = (): void => {
    for (const one of living) one.kill("SIGKILL");
  };
  process.on("exit", killAll);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(name, () => {
      killAll();
      if (process.listenerCount(name) === 0) process.kill(process.pid, name); // the default behaviour without a listener
    });
}
