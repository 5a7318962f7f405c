import { type Command, Option } from "commander";
import { type KernelChoice, kernelChoices, type Precision, precisions } from "../src/node.ts";
import { count } from "./numberOption.ts";

export interface KernelFlags {
  readonly kernels?: KernelChoice;
  readonly threads?: number;
  readonly strict?: boolean;
  readonly precision?: Precision | undefined;
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

/** How products multiply: a setting of `train`, and of commands that use a saved model. */
export function precisionOption(): Option {
  const what = "float32, or bfloat16 for faster, less exact products on processors with AVX512-BF16 (default: float32)";
  return new Option("--precision <type>", what).choices(precisions);
}

/** Reports are written without their PDF if its compiler is not installed. */
export const withoutPdf = {
  onMissingCompiler: (message: string): void => console.error(`warning: ${message}`),
};

/** The exit code that shells report for a process ended by a signal: 128 plus its number. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * An AbortSignal that is triggered by Ctrl-C, SIGTERM or a closed terminal, so that work ends cleanly. A second signal, at least half a
 * second later, ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => {
      // mpiexec and Slurm send a signal to a rank and to the process that watches it, which passes it on: the rank gets it twice
      const began = performance.now();
      process.on(name, () => {
        if (performance.now() - began > 500) process.exit(exitCodes[name]);
      });
      process.exitCode = exitCodes[name];
      controller.abort(new Error(`stopped by ${name}`));
    });
  }
  return controller.signal;
}
