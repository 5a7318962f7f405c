import { Command, CommanderError } from "commander";
import { version } from "../src/version.ts";
import { escapeMessages, prepareConsole } from "./output.ts";
import { applyOutputOptions, exitCodes, separateJson, withSharedOptions } from "./usage.ts";

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
  web: {
    summary: "serve the web app: train and inspect networks in your browser",
    load: async () => (await import("./web.ts")).webCommand(),
  },
  sweep: {
    summary: "train with many settings in parallel processes",
    load: async () => (await import("./sweep.ts")).sweepCommand(),
  },
  evaluate: {
    summary: "score a trained model on labelled rows or images",
    load: async () => (await import("./evaluate.ts")).evaluateCommand(),
  },
  predict: {
    summary: "predict images or rows with a trained model",
    load: async () => (await import("./predict.ts")).predictCommand(),
  },
  data: {
    summary: "show your own data or CIFAR-100, or download CIFAR-100",
    load: async () => (await import("./data.ts")).dataCommand(),
  },
  doctor: {
    summary: "show which kernels this machine uses and why, and where the data is",
    load: async () => (await import("./doctor.ts")).doctorCommand(),
  },
  lab: {
    summary: "run the whole assignment and write a report",
    load: async () => (await import("./lab.ts")).labCommand(),
  },
  course: {
    summary: "write the layers and optimizers of the assignment yourself, with checks",
    load: async () => (await import("./course.ts")).courseCommand(),
  },
  compare: {
    summary: "compare runs: a table, curves, HTML and PDF",
    load: async () => (await import("./compare.ts")).compareCommand(),
  },
  report: {
    summary: "write the reports of runs again",
    load: async () => (await import("./report.ts")).reportCommand(),
  },
  runs: {
    summary: "list all runs, and what is wrong with damaged ones",
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
  explain: {
    summary: "show one batch pass through a network, forward and backward",
    load: async () => (await import("./explain.ts")).explainCommand(),
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
  completion: {
    summary: "print the completion script for a shell",
    load: async () => (await import("./completion.ts")).completionCommand(),
  },
};

/** All commands of the command line; only those accepted by `wanted` are imported, the others are listed in the help. */
export async function programOf(wanted: (name: string, alias: string | undefined) => boolean): Promise<Command> {
  const program = new Command("handgrad")
    .description("Neural networks in TypeScript: train on your own data, evaluate, predict, export.")
    .version(version, "-v, --version")
    .usage("COMMAND [options]")
    .addHelpText("after", `\n${overview}`);
  for (const [name, { summary, alias, load }] of Object.entries(commands)) {
    const command = (wanted(name, alias) ? await load() : new Command(name)).summary(summary);
    program.addCommand(alias ? command.alias(alias) : command);
  }
  return withSharedOptions(program).hook("preAction", (_, action) => applyOutputOptions(action));
}

const overview = `Examples:
  $ handgrad data info plants.csv                 what a file contains
  $ handgrad train plants.csv --target healthy    train, evaluate, save
  $ handgrad predict runs/plants-csv-… new.csv    predict rows
  $ handgrad help train                           options of a command

Exit codes: 0 success, 1 failure (such as data that cannot be read), 2 wrong
usage, 130 interrupted by Ctrl-C. NO_COLOR=1 turns colours off, FORCE_COLOR=1
on. Shell completion: handgrad completion --help.`;

/** Runs the command line. An expected error prints one message, any other a stack trace. */
export async function run(argv: readonly string[]): Promise<void> {
  prepareConsole();
  endWithReader();
  // A name may also be the argument of another command
  const program = await programOf(
    (name, alias) => argv.includes(name) || (alias !== undefined && argv.includes(alias)),
  );
  try {
    escapeMessages(program);
    if (argv.length <= 2) program.outputHelp();
    else await program.parseAsync(separateJson(argv, program));
  } catch (error) {
    process.exitCode = await report(error);
  }
}

/**
 * If the reader of a pipe, such as head, closes it, the process ends without a message. Training stops as after Ctrl-C, so that the run
 * can be resumed.
 */
function endWithReader(): void {
  let ending = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (ending) return; // what is printed afterwards has no reader
      if (error.code !== "EPIPE") throw error;
      ending = true;
      if (process.listenerCount("SIGINT") === 0) process.exit();
      process.kill(process.pid, "SIGINT");
    });
  }
}

/** Prints the error and returns the exit code. */
async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.wrongUsage;
  const { HandgradError, SettingsError } = await import("../src/node.ts"); // imported here, so that help does not load the library
  // A signal has set the code, and the message says that the work was interrupted
  const interrupted = Number(process.exitCode ?? 0) > 128;
  const foreseen = error instanceof Error && (interrupted || "syscall" in error || error instanceof HandgradError);
  console.error(`error: ${foreseen ? error.message : error instanceof Error ? error.stack : String(error)}`);
  if (interrupted) return Number(process.exitCode);
  return error instanceof SettingsError ? exitCodes.wrongUsage : exitCodes.failure;
}
