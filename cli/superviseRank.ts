import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readSync, rmSync, writeSync } from "node:fs";
import { constants, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { launchOf } from "../src/node/mpi/launcher.ts";

// MPICH's mpiexec ends all ranks as soon as one has ended, before another rank can report which one. So each rank trains in a child
// process. The parent process, which mpiexec watches, prints the rank and the step before it ends too.

/** Set in the child: the descriptor of the file to which it writes the number of each step. */
const variable = "HANDGRAD_RANK_STEPS";

/** Whether this process, a `train` command, is a rank without a process that watches it. */
export function isUnsupervised(): boolean {
  const { env, platform } = process;
  return platform !== "win32" && env[variable] === undefined && launchOf(env) !== undefined;
}

/** Runs this command in a child process of the same group, and ends as it does. */
export async function superviseRank(): Promise<void> {
  const rank = launchOf(process.env)?.rank;
  const path = join(tmpdir(), `handgrad-rank-${process.pid}-${crypto.randomUUID()}`);
  const steps = openSync(path, "wx+");
  rmSync(path); // the descriptors keep the file until both processes have ended
  const stdio: (number | "inherit" | "ignore" | "ipc")[] = ["inherit", "inherit", "inherit"];
  // MPICH and Slurm give a rank the descriptor of their connection in this variable
  const pmi = Number(process.env.PMI_FD);
  if (pmi > 2) {
    while (stdio.length < pmi) stdio.push("ignore");
    stdio.push("inherit");
  }
  stdio.push(steps, "ipc"); // the channel tells the child when this process has ended
  const args = [...process.execArgv, ...process.argv.slice(1)];
  // The MPI library is searched for next to the program that started this process
  const env = { ...process.env, HANDGRAD_LAUNCHER: String(process.ppid), [variable]: String(stdio.length - 2) };
  const child = spawn(process.execPath, args, { stdio, env });
  // without spaces, because Slurm reads /proc/*/stat to find the processes that it sends signals to
  process.title = `handgrad-waits-for-rank-${rank}`;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  process.on("SIGUSR1", () => {}); // MPICH's mpiexec sends it; without a handler, Node would open its debugger

  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  if (signal) {
    const text = Buffer.alloc(16);
    const step = text.toString("latin1", 0, readSync(steps, text, 0, text.length, 0)).trim();
    const place = step === "" ? "" : `, step ${step}`;
    writeSync(
      process.stderr.fd,
      `error: mpi: rank ${rank}${place}: process ${child.pid} on ${hostname()} was ended by ${signal}; the training ends, and can be resumed from its last checkpoint\n`,
    );
    await new Promise((done) => setTimeout(done, 200)); // mpiexec prints the message before it ends all ranks
  }
  process.exit(code ?? 128 + constants.signals[signal as NodeJS.Signals]);
}
