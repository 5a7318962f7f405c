import { Command } from "commander";
import { version } from "../src/version.ts";
import { escapeConsole, escapeMessages } from "./output.ts";

interface CommandEntry {
  /** one line of `handgrad --help`; the command's own help says more */
  readonly summary: string;
  /** an earlier name, which still works */
  readonly alias?: string;
  /** imports the file of the command, with all that it needs */
  readonly load: () => Promise<Command>;
}

/** All commands, in the order of `handgrad --help`. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  train: {
    summary: "train a network on your data, or on CIFAR-100",
    alias: "fit",
    load: async () => (await import("./train.ts")).trainCommand(),
  },
  sweep: {
    summary: "train with many settings in parallel processes",
    load: async () => (await import("./sweep.ts")).sweepCommand(),
  },
  evaluate: {
    summary: "score and loss of a trained model on a part of its data",
    load: async () => (await import("./evaluate.ts")).evaluateCommand(),
  },
  predict: {
    summary: "what a trained model predicts for images or rows",
    load: async () => (await import("./predict.ts")).predictCommand(),
  },
  data: {
    summary: "show data, your own or CIFAR-100, or download CIFAR-100",
    load: async () => (await import("./data.ts")).dataCommand(),
  },
  doctor: {
    summary: "what this machine computes with and why, and where the data is",
    load: async () => (await import("./doctor.ts")).doctorCommand(),
  },
  lab: {
    summary: "do the whole assignment and write a report of it",
    load: async () => (await import("./lab.ts")).labCommand(),
  },
  compare: {
    summary: "compare runs: a table, curves, HTML and PDF",
    load: async () => (await import("./compare.ts")).compareCommand(),
  },
  report: {
    summary: "write the report of runs (again)",
    load: async () => (await import("./report.ts")).reportCommand(),
  },
  runs: {
    summary: "list all runs, damaged ones with what is wrong with them",
    load: async () => (await import("./runs.ts")).runsCommand(),
  },
  export: {
    summary: "write a trained model in a format that other programs read",
    load: async () => (await import("./export.ts")).exportCommand(),
  },
  import: {
    summary: "make a run folder from a model file",
    load: async () => (await import("./import.ts")).importCommand(),
  },
  gradcheck: {
    summary: "check every gradient against central differences",
    load: async () => (await import("./gradcheck.ts")).gradcheckCommand(),
  },
  replay: {
    summary: "repeat the training step that produced NaN or infinity",
    load: async () => (await import("./replay.ts")).replayCommand(),
  },
  reproduce: {
    summary: "run the assignment's published runs and compare every row",
    load: async () => (await import("./reproduce.ts")).reproduceCommand(),
  },
  vectors: {
    summary: "check layers, losses, optimizers and random streams against stored results",
    load: async () => (await import("./vectors.ts")).vectorsCommand(),
  },
};

/** Runs the command line. An error that we foresaw is one message; any other shows where it came from. */
export async function run(argv: readonly string[]): Promise<void> {
  escapeConsole();
  const program = new Command("handgrad")
    .description("Neural networks in TypeScript: gradients by hand, proven by numbers, at the speed of the machine.")
    .version(version, "-v, --version")
    .showHelpAfterError("(--help shows the options)");
  for (const [name, { summary, alias, load }] of Object.entries(commands)) {
    // Only a command that is named is imported: the others are a line of help. A name may also be the argument of another command.
    const named = argv.includes(name) || (alias !== undefined && argv.includes(alias));
    const command = (named ? await load() : new Command(name)).summary(summary);
    program.addCommand(alias ? command.alias(alias) : command);
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // the reader of a pipe, such as head, has had enough
    throw error;
  });
  try {
    await escapeMessages(program).parseAsync(argv);
  } catch (error) {
    const foreseen = error instanceof Error && (isSystemError(error) || (await isForeseen(error)));
    if (foreseen) console.error(`error: ${error.message}`);
    else console.error(error instanceof Error ? error.stack : String(error));
    process.exitCode = 1;
  }
}

async function isForeseen(error: Error): Promise<boolean> {
  const { HandgradError } = await import("../src/node.ts"); // here, so that help does not wait for the whole library
  return error instanceof HandgradError;
}

/** A file that is missing, not writable and so on: the message says which, the stack would add nothing. */
function isSystemError(error: Error): boolean {
  return "syscall" in error;
}
