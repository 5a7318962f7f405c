import type { Command } from "commander";
import { startRunnerEarly } from "../assignment/node/course/runnerProcess.ts";

/** handgrad course. The process for the student's code starts while the exercises are imported: both take half of a check's time. */
export async function courseCommand(): Promise<Command> {
  if (process.argv[3] === "check") startRunnerEarly();
  const { courseCommands } = await import("./courseCommands.ts");
  return courseCommands();
}
