import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const nodes = ["n1", "n2", "n3", "n4"];
const ended = /COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL/;

/**
 * Slurm with four nodes on this machine, in the foreground and in one folder. Needs root and the Debian packages slurm-wlm, munge
 * and libpmix2.
 */
export class LocalSlurm {
  readonly folder: string;
  private readonly children: ChildProcess[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  async start(): Promise<void> {
    const { folder } = this;
    for (const part of ["state", "munge", ...nodes.flatMap((node) => [`spool/${node}`, `scratch/${node}`])]) {
      mkdirSync(join(folder, part), { recursive: true, mode: 0o755 });
    }
    const munge = (name: string) => join(folder, "munge", name);
    writeFileSync(munge("key"), crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
    writeFileSync(this.file, configuration(folder));
    const files = ["socket", "key-file", "pid-file", "log-file", "seed-file"];
    this.run("munged", [
      "--foreground",
      "--force",
      ...files.map((name) => `--${name}=${munge(name.replace("-file", ""))}`),
    ]);
    await delay(1000);
    this.run("slurmctld", ["-D"]);
    for (const node of nodes) this.run("slurmd", ["-D", "-N", node]);
    for (let tries = 0; this.ask("sinfo", ["-h", "-t", "idle", "-o", "%D"]).trim() !== "4"; tries++) {
      if (tries === 100) throw new Error(`Slurm: expected its nodes to start within the time limit; see ${folder}`);
      await delay(200);
    }
  }

  async stop(): Promise<void> {
    this.ask("scancel", ["--full", "--user", String(process.getuid?.())]);
    for (let tries = 0; tries < 200 && this.ask("squeue", ["-h"]).trim() !== ""; tries++) await delay(200);
    for (const child of this.children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGTERM");
      await once(child, "exit");
    }
  }

  /** The output of a command of Slurm; "" if it fails. */
  ask(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
    const env = { ...process.env, SLURM_CONF: this.file, ...environment };
    try {
      return execFileSync(command, args, { env, cwd: this.folder, encoding: "utf8", stdio: "pipe" });
    } catch {
      return "";
    }
  }

  submit(args: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
    const id = this.ask("sbatch", ["--parsable", ...args], environment).trim();
    if (!id) throw new Error(`sbatch ${args.join(" ")} failed`);
    return id;
  }

  /** JobState, Reason and Restarts of a job, or of each task of an array. */
  states(
    job: string,
  ): { readonly id: string; readonly state: string; readonly reason: string; readonly restarts: number }[] {
    const shown = this.ask("scontrol", ["--oneliner", "show", "job", job]);
    return shown.split("\n").flatMap((line) => {
      const of = (name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? "";
      if (!line) return [];
      const array = of("ArrayTaskId");
      const id = array ? `${of("ArrayJobId")}_${array}` : of("JobId");
      return [{ id, state: of("JobState"), reason: of("Reason"), restarts: Number(of("Restarts")) }];
    });
  }

  /**
   * Waits until all tasks of a job have ended. Slurm starts a requeued job after two minutes; here the start time is set to ten
   * seconds.
   */
  async end(job: string): Promise<string> {
    const waiting = new Map<string, number>();
    for (;;) {
      const states = this.states(job);
      if (states.length > 0 && states.every(({ state }) => ended.test(state))) {
        return states.map(({ state, restarts }) => `${state}, ${restarts} restarts`).join("; ");
      }
      for (const { id, reason, restarts } of states) {
        if (reason !== "BeginTime") continue;
        const key = `${id} ${restarts}`;
        const since = waiting.get(key);
        if (since === undefined) waiting.set(key, performance.now());
        else if (performance.now() - since > 10_000) this.ask("scontrol", ["update", `JobId=${id}`, "StartTime=now"]);
      }
      await delay(300);
    }
  }

  log(name: string): string {
    try {
      return readFileSync(join(this.folder, name), "utf8");
    } catch {
      return "";
    }
  }

  private get file(): string {
    return join(this.folder, "slurm.conf");
  }

  private run(command: string, args: readonly string[]): void {
    this.children.push(spawn(command, args, { env: { ...process.env, SLURM_CONF: this.file }, stdio: "ignore" }));
  }
}

function configuration(folder: string): string {
  const host = hostname().split(".")[0];
  return `ClusterName=local
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool/%n
TmpFS=${folder}/scratch/%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiParams=ports=26000-26999
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,bf_interval=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
NodeName=n[1-4] NodeHostname=${host} NodeAddr=127.0.0.1 Port=[16821-16824] CPUs=4 CoresPerSocket=4
PartitionName=low Nodes=n[1-4] Default=YES PriorityTier=1 GraceTime=60
PartitionName=high Nodes=n[1-4] PriorityTier=10 PreemptMode=OFF
`;
}
