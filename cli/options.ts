import { type Command, InvalidArgumentError, Option } from "commander";
import { type KernelChoice, kernelChoices } from "../src/node.ts";

/** A parser for options that take a number in a range; commander prints the message with the option's name. */
export function number({
  minimum = -Infinity,
  above = -Infinity,
  maximum = Infinity,
  whole = false,
} = {}): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= minimum && value > above && value <= maximum) || (whole && !Number.isInteger(value))) {
      const low = above === -Infinity ? `of at least ${minimum}` : `above ${above}`;
      const range = maximum === Infinity ? low : `from ${minimum} to ${maximum}`;
      throw new InvalidArgumentError(`Expected a ${whole ? "whole " : ""}number ${range}.`);
    }
    return value;
  };
}

export const count = number({ minimum: 1, whole: true });

export interface KernelFlags {
  readonly kernels?: KernelChoice;
  readonly threads?: number;
  readonly strict?: boolean;
}

/** The options of all commands that compute. */
export function withKernels(command: Command): Command {
  return command
    .addOption(
      new Option("--kernels <name>", "kernels to compute with (default: the fastest available)").choices(kernelChoices),
    )
    .option("--threads <n>", "threads to compute with (default: the number of cores)", count)
    .option("--strict", "use only operations that give the same bits on every machine");
}

/** Reports are written without their PDF where its compiler is not installed. */
export const withoutPdf = {
  onMissingCompiler: (message: string): void => console.error(`warning: ${message}`),
};

/** What a shell reports for a process that a signal ended: 128 and its number. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * An AbortSignal that Ctrl-C, SIGTERM or a terminal that was closed triggers, so that work ends cleanly; a second one ends the
 * process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => {
      process.once(name, () => process.exit(exitCodes[name]));
      process.exitCode = exitCodes[name];
      controller.abort(new Error(`stopped by ${name}`));
    });
  }
  return controller.signal;
}
