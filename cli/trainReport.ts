import { resolve } from "node:path";
import type { Command } from "commander";
import {
  describeMachine,
  type Evaluated,
  evaluateRun,
  HandgradError,
  type Kernels,
  type RunEvaluation,
  readEvaluation,
  shellLine,
  writeEvaluation,
  writeRunReport,
} from "../src/node.ts";
import { withoutPdf } from "./options.ts";
import { settingsFrom } from "./trainSettings.ts";

export interface ReportFlags {
  readonly report: boolean;
  readonly pdf?: boolean;
}

export function withReport(command: Command): Command {
  return command
    .option("--no-report", "do not write report.html to the run's folder")
    .option("--pdf", "also write the report as report.pdf (needs the optional PDF compiler)");
}

/** What a report needs besides the record of the run. */
export interface Finished extends Evaluated {
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  readonly resumed: boolean;
}

/**
 * Writes what the report shows, and the report itself, and prints its path. The run is saved by then: a report that cannot be written is a
 * warning.
 */
export async function reportRun(folder: string, { report, pdf }: ReportFlags, finished: Finished): Promise<void> {
  if (!report) return;
  try {
    await writeEvaluation(folder, await evaluationOf(folder, finished));
    const [page, ...more] = await writeRunReport(folder, { pdf, ...withoutPdf });
    console.log(`report:  ${resolve(page)}`);
    for (const file of more) console.log(`         ${resolve(file)}`);
  } catch (error) {
    if (!(error instanceof HandgradError)) throw error;
    console.error(`warning: no report: ${error.message}`);
  }
}

function evaluationOf(folder: string, { kernels, signal, resumed, ...run }: Finished): Promise<RunEvaluation> {
  // The report shows the command that trains from the start, not the one that resumes
  const command = resumed ? earlierCommand(folder) : shellLine("handgrad", ...process.argv.slice(2));
  const defaults = settingsFrom({}, run.source);
  return evaluateRun(run, { machine: describeMachine(), command, defaults, kernels, signal });
}

function earlierCommand(folder: string): string | undefined {
  try {
    return readEvaluation(folder)?.command;
  } catch (error) {
    if (error instanceof HandgradError) return undefined; // damaged: it is written again
    throw error;
  }
}
