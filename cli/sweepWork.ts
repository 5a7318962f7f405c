import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Command } from "commander";
import { metricOf, SettingsError, shellLine, workOnSweep } from "../src/node.ts";
import { plural } from "./describeData.ts";
import { count, number } from "./numberOption.ts";
import { interruption } from "./options.ts";
import { inform } from "./output.ts";
import { reportSweep } from "./sweepResults.ts";
import { describeTrial, openWorker } from "./sweepWorkerParts.ts";

interface Flags {
  readonly data?: string;
  readonly jobs: number;
  readonly lease: number;
  readonly pdf?: boolean;
}

export function sweepWorkCommand(): Command {
  return new Command("work")
    .description(
      "train trials of a sweep until none is left. You can start it several times, on all machines that share the folder: each trial is trained once, and trials of workers that have ended are continued",
    )
    .argument("<dir>", "folder of the sweep, made with `sweep … --plan --out DIR`")
    .option("--data <path>", "where the data is on this machine (default: as in the sweep)")
    .option("--jobs <n>", "worker processes on this machine, each with one thread", count, 1)
    .option(
      "--lease <seconds>",
      "time without a sign of life after which the trial of another worker is taken over",
      number({ minimum: 0.5 }),
      60,
    )
    .option("--pdf", "also write the report as PDF")
    .action(sweepWork);
}

async function sweepWork(folder: string, flags: Flags): Promise<void> {
  const signal = interruption();
  if (flags.jobs > 1) return severalWorkers(folder, flags, signal);
  const { data } = flags;
  const { saved, parts, baseSource, close } = await openWorker(folder, { signal, ...(data !== undefined && { data }) });
  try {
    await workOnSweep(saved, {
      ...parts,
      lease: flags.lease,
      onStart: (trial, epochs, takenOver) =>
        inform(
          `${trial.id}  ${describeTrial(saved, trial)}: up to ${plural(epochs, "epoch")}${takenOver ? ", continued: its worker has ended" : ""}`,
        ),
      onEnd: ({ id }) => inform(`${id}  done`),
      onWait: (open) => inform(open > 0 ? `waiting for ${plural(open, "trial")} of other workers` : "waiting"),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    inform(`stopped; the next worker continues: ${shellLine("handgrad", "sweep", "work", folder)}`);
    return;
  } finally {
    close();
  }
  await reportSweep(saved, metricOf((await baseSource()).train), { pdf: flags.pdf ?? false });
}

/** The same command in several processes; the report is that of the first one. */
async function severalWorkers(folder: string, flags: Flags, signal: AbortSignal): Promise<void> {
  const args = ["sweep", "work", folder, "--jobs", "1", "--lease", String(flags.lease)];
  if (flags.data !== undefined) args.push("--data", flags.data);
  if (flags.pdf) args.push("--pdf");
  const children: ChildProcess[] = [];
  for (let job = 0; job < flags.jobs; job++) {
    // the table at the end is printed once
    const stdio = job === 0 ? ("inherit" as const) : (["ignore", "ignore", "inherit"] as const);
    children.push(spawn(process.execPath, [process.argv[1], ...args], { stdio: stdio as "inherit" }));
  }
  signal.addEventListener("abort", () => {
    for (const child of children) child.kill("SIGTERM");
  });
  const ends = await Promise.all(children.map((child) => once(child, "exit")));
  const bad = ends.find(([code]) => code !== 0);
  if (bad && !signal.aborted)
    throw new SettingsError(`a worker ended with ${bad[1] ?? `exit code ${bad[0]}`}; its message is above`);
}
