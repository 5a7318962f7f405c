// node scripts/slurm.ts [pmi2|pmix]: runs examples/cluster/*.sbatch in a Slurm of four nodes that it starts on this machine, and
// interrupts the jobs in several ways. As root, on Debian with: apt-get install slurm-wlm munge libpmix2, and mpich for pmi2 or
// openmpi-bin for pmix.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RandomState } from "../src/node.ts";
import { LocalSlurm } from "./slurm/localSlurm.ts";

const mpi = process.argv[2] ?? "pmi2";
const folder = mkdtempSync(join(tmpdir(), "handgrad-slurm-"));
const slurm = new LocalSlurm(folder);
const main = resolve(import.meta.dirname, "../cli/handgrad.mjs");
const [trainJob, sweepJob] = ["train.sbatch", "sweep.sbatch"].map((name) =>
  resolve(import.meta.dirname, "../examples/cluster", name),
);
const command = join(folder, "handgrad");
const environment = { HANDGRAD: command, LAUNCH: `srun --mpi=${mpi} --kill-on-bad-exit=1 --cpus-per-task=1` };
const quick = ["--threads", "1", "--no-tensorboard", "--no-baseline", "--patience", "1000", "--checkpoint-every", "20"];
const training = ["table.csv", "--target", "y", "--hidden", "16,8", "--batch-size", "256", "--epochs", "24", ...quick];
const problems: string[] = [];

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void slurm.stop().then(() => process.exit(1)));
try {
  prepare();
  await slurm.start();
  console.log(`${slurm.ask("sinfo", ["--version"]).trim()}, srun --mpi=${mpi}, 4 nodes on this machine`);
  handgrad("train", ...training, "--shards", "8", "--out", "alone");
  for (const tasks of [1, 2, 4]) await trained(`${tasks} tasks`, tasks, undefined);
  await trained("scontrol requeue", 4, (job) => slurm.ask("scontrol", ["requeue", job]));
  await trained("preemption, 60 s of grace", 4, preempt);
  await trained("kill -9 of a rank", 4, () => process.kill(rankOf("kill--9-of-a-rank"), "SIGKILL"));
  await trained("the signal before a time limit", 2, (job) => slurm.ask("scancel", ["--signal=TERM", job]));
  await cancelled();
  await sweeps();
} finally {
  await slurm.stop();
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
}
if (problems.length > 0) {
  console.error(`${problems.length} problems; see ${folder}\n${problems.join("\n")}`);
  process.exitCode = 1;
}

function prepare(): void {
  writeFileSync(command, `#!/bin/sh\nexec nice -n 19 "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 });
  const random = new RandomState(1);
  const rows = Array.from({ length: 6000 }, () => [random.randn(), random.randn()]);
  const lines = rows.map(([x, z]) => `${x},${z},${x * z > 0.1 ? "yes" : "no"}`);
  writeFileSync(join(folder, "table.csv"), ["x,z,y", ...lines, ""].join("\n"));
}

function handgrad(...args: string[]): void {
  execFileSync(command, args, { cwd: folder, stdio: "pipe" });
}

function hash(run: string): string {
  try {
    return createHash("sha256")
      .update(readFileSync(join(folder, run, "model.safetensors")))
      .digest("hex")
      .slice(0, 16);
  } catch {
    return "no model";
  }
}

function report(what: string, how: string, same: boolean): void {
  console.log(`  ${what}: ${how}; ${same ? "the same bits" : "OTHER BITS"}`);
  if (!same) problems.push(what);
}

/** Trains in a job, interrupts it after some epochs, and compares the model with the one trained in one process. */
async function trained(what: string, tasks: number, interrupt: ((job: string) => unknown) | undefined): Promise<void> {
  const run = what.replace(/\W/g, "-");
  const options = [`--nodes=${tasks}`, "--cpus-per-task=1", `--output=${run}.log`];
  const job = slurm.submit([...options, trainJob, ...training], { ...environment, OUT: run });
  if (interrupt) {
    await epochs(`${run}.log`, 2);
    await interrupt(job);
    await delay(1000);
  }
  const how = await slurm.end(job);
  const resumed = slurm.log(`${run}.log`).match(/^resumed after .*$/gm) ?? [];
  const lost = slurm.log(`${run}.log`).match(/^error: mpi: .* has ended/m) ?? [];
  const same = hash(run) === hash("alone") && /^COMPLETED/.test(how) && (!interrupt || resumed.length > 0);
  report(what, [how, ...lost, ...resumed].join(", "), same);
}

/** Waits until a log has `count` lines of epochs. */
async function epochs(log: string, count: number): Promise<void> {
  for (let tries = 0; (slurm.log(log).match(/^epoch /gm) ?? []).length < count; tries++) {
    if (tries > 1500) throw new Error(`${join(folder, log)}: no epochs`);
    await delay(100);
  }
}

/** A job of higher priority needs all nodes for some seconds. */
async function preempt(): Promise<void> {
  const urgent = slurm.submit([
    "--partition=high",
    "--nodes=4",
    "--exclusive",
    "--output=urgent.log",
    "--wrap=sleep 3",
  ]);
  await slurm.end(urgent);
}

function rankOf(run: string): number {
  const lines = execFileSync("ps", ["-ww", "-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return Number(
    lines
      .filter((line) => line.includes(main) && line.includes(`--out ${run}`))
      .at(-1)
      ?.trim()
      .split(" ")[0],
  );
}

async function cancelled(): Promise<void> {
  const args = ["--nodes=2", "--cpus-per-task=1", "--output=cancelled.log", trainJob, ...training];
  const job = slurm.submit(args, { ...environment, OUT: "cancelled" });
  await epochs("cancelled.log", 2);
  slurm.ask("scancel", [job]);
  const how = await slurm.end(job);
  handgrad("train", "--resume", "cancelled");
  report(
    "scancel, then train --resume without Slurm",
    how,
    /^CANCELLED, 0/.test(how) && hash("cancelled") === hash("alone"),
  );
}

/** Three workers on 12 trials: one is requeued, one preempted, one killed. */
async function sweeps(): Promise<void> {
  const plan = [
    "sweep",
    "--data",
    "table.csv",
    "--target",
    "y",
    "--hidden",
    "16,8",
    "--epochs",
    "12",
    "--strategy",
    "random",
  ];
  const more = ["--trials", "12", "--vary", "learningRate=0.001..0.1:log", "--plan"];
  for (const out of ["sweep-alone", "sweep"]) handgrad(...plan, ...more, "--out", out);
  handgrad("sweep", "work", "sweep-alone");
  const options = ["--array=1-3", "--cpus-per-task=1", "--output=worker-%a.log"];
  const job = slurm.submit([...options, sweepJob, "sweep", "--lease", "5"], environment);
  while (!/done/.test(slurm.log("worker-1.log"))) await delay(100);
  slurm.ask("scontrol", ["requeue", `${job}_1`]);
  while (!/done/.test(slurm.log("worker-2.log"))) await delay(100);
  await preempt();
  const how = await slurm.end(job);
  const trials = readdirSync(join(folder, "sweep-alone/trials")).filter(
    (name) => hash(`sweep-alone/trials/${name}`) !== "no model",
  );
  const same = trials.every((name) => hash(`sweep/trials/${name}`) === hash(`sweep-alone/trials/${name}`));
  const done = [1, 2, 3].flatMap((task) => slurm.log(`worker-${task}.log`).match(/^\S+ {2}done/gm) ?? []);
  const once = new Set(done).size === done.length && done.length === trials.length;
  report(`sweep of ${trials.length} trials by an array of 3`, how, same && once && trials.length === 12);
}
