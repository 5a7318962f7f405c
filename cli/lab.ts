import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Argument, Command } from "commander";
import { finishProblem1, fullPlan, LabFolder, quickPlan, runProblem1, unfinishedLab } from "../assignment/node.ts";
import { createRunFolder, lockFolder, openKernels, SettingsError, shellLine } from "../src/node.ts";
import { formatSeconds } from "./format.ts";
import { labProgress } from "./labProgress.ts";
import { loadData, standInNotice } from "./loadData.ts";
import { interruption, type KernelFlags, withKernels, withoutPdf } from "./options.ts";

interface Flags extends KernelFlags {
  readonly data?: string;
  readonly quick?: boolean;
  readonly out?: string;
  readonly author?: string;
  readonly authorId?: string;
  readonly solution?: string;
}

export function labCommand(): Command {
  const command = new Command("lab")
    .description("run the whole assignment and write a report: HTML, PDF, notebooks, all numbers as JSON")
    .addArgument(new Argument("<name>", "which one").choices(["problem1"]))
    .option("--data <dir>", "folder with CIFAR-100, or `stand-in` (default: found, downloaded, or the stand-in)")
    .option("--quick", "run in under a minute with few epochs; the report says so")
    .option("--out <dir>", "folder for the results (default: a stopped lab in runs/, else a new folder)")
    .option("--author <name>", "name of the author on the first page of the PDF")
    .option("--author-id <id>", "ID of the author, such as a student number")
    .option("--solution <file>", "where to write the PDF (default: problem_1_solution.pdf in the folder of the lab)");
  return withKernels(command).action(lab);
}

async function lab(_name: string, flags: Flags): Promise<void> {
  const started = performance.now();
  if (flags.authorId !== undefined && flags.author === undefined)
    throw new SettingsError("--author-id: expected --author beside it, found none");
  const signal = interruption();
  const kernels = openKernels(flags);
  const plan = flags.quick ? quickPlan : fullPlan;
  const loading = () =>
    loadData({ data: flags.data, labels: "coarse", signal, allocateBytes: kernels.allocateBytes.bind(kernels) });

  const unfinished = flags.out ? new LabFolder(flags.out) : unfinishedLab("runs", plan);
  const folder = unfinished ?? new LabFolder(createRunFolder("runs", "problem1", new Date()));
  let data: ReturnType<typeof loading> | undefined;
  if (folder.exists) {
    if (flags.quick) refuseFullLab(folder); // without --quick a lab continues with the settings it was started with
    console.log(`continuing ${folder.path}`);
  } else {
    refuseForeignFolder(folder.path);
    data = loading();
    await folder.start({ plan, standIn: (await data).standIn, kernels: kernels.name });
  }
  const lock = lockFolder(folder.path);
  if (flags.author !== undefined) await folder.nameAuthor({ name: flags.author, id: flags.authorId });
  console.log(`kernels: ${kernels.name}, ${kernels.threads} ${kernels.threads === 1 ? "thread" : "threads"}, float64`);

  const progress = labProgress();
  try {
    await runProblem1(folder, { kernels, signal, loadData: () => data ?? loading(), ...progress });
  } catch (error) {
    progress.stop();
    if (!signal.aborted) throw error;
    console.error(`stopped; \`${shellLine("handgrad", "lab", "problem1", "--out", folder.path)}\` continues`);
    return;
  } finally {
    kernels.close();
    lock.release();
  }
  const files = await finishProblem1(folder, { ...withoutPdf, solution: flags.solution });
  if (folder.record().standIn) console.log(`\n${standInNotice}`);
  console.log(`\ndone in ${formatSeconds((performance.now() - started) / 1000)}`);
  for (const file of [join(folder.path, "results.json"), ...files]) console.log(`  ${resolve(file)}`);
}

function refuseFullLab(folder: LabFolder): void {
  if (folder.record().plan.quick) return;
  throw new SettingsError(`${folder.path}: expected a quick lab, found a full one; choose another --out`);
}

/** Throws SettingsError for a folder that contains something else. */
function refuseForeignFolder(path: string): void {
  let entries: string[] = [];
  try {
    entries = readdirSync(path);
  } catch {
    return; // does not exist yet
  }
  if (entries.length > 0)
    throw new SettingsError(`${path}: expected a lab or an empty folder, found other files; choose another --out`);
}
