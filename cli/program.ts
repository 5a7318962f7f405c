import { Command } from "commander";
import { HandgradError, version } from "../src/node.ts";
import { compareCommand } from "./compare.ts";
import { dataCommand } from "./data.ts";
import { doctorCommand } from "./doctor.ts";
import { evaluateCommand } from "./evaluate.ts";
import { exportCommand, importCommand } from "./export.ts";
import { fitCommand } from "./fit.ts";
import { gradcheckCommand } from "./gradcheck.ts";
import { labCommand } from "./lab.ts";
import { escapeConsole, escapeMessages } from "./output.ts";
import { predictCommand } from "./predict.ts";
import { replayCommand } from "./replay.ts";
import { reportCommand } from "./report.ts";
import { reproduceCommand } from "./reproduce.ts";
import { runsCommand } from "./runs.ts";
import { sweepCommand } from "./sweep.ts";
import { trainCommand } from "./train.ts";
import { vectorsCommand } from "./vectors.ts";

/** Runs the command line. An error that we foresaw is one message; any other shows where it came from. */
export async function run(argv: readonly string[]): Promise<void> {
  escapeConsole();
  const program = new Command("handgrad")
    .description("Neural networks in TypeScript: gradients by hand, proven by numbers, at the speed of the machine.")
    .version(version, "-v, --version")
    .showHelpAfterError("(--help shows the options)")
    .addCommand(fitCommand())
    .addCommand(trainCommand())
    .addCommand(sweepCommand())
    .addCommand(evaluateCommand())
    .addCommand(predictCommand())
    .addCommand(dataCommand())
    .addCommand(doctorCommand())
    .addCommand(labCommand())
    .addCommand(compareCommand())
    .addCommand(reportCommand())
    .addCommand(runsCommand())
    .addCommand(exportCommand())
    .addCommand(importCommand())
    .addCommand(gradcheckCommand())
    .addCommand(replayCommand())
    .addCommand(reproduceCommand())
    .addCommand(vectorsCommand());
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // the reader of a pipe, such as head, has had enough
    throw error;
  });
  try {
    await escapeMessages(program).parseAsync(argv);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof HandgradError || isSystemError(error)) return console.error(`error: ${error.message}`);
    console.error(error instanceof Error ? error.stack : String(error));
    process.exit();
  }
}

/** A file that is missing, not writable and so on: the message says which, the stack would add nothing. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
