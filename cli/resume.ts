import { type Command, InvalidArgumentError } from "commander";
import { fastest, type KernelRecord, type Kernels, openKernels, type SavedRun } from "../src/node.ts";
import type { KernelFlags } from "./options.ts";

// What commands share whose runs keep checkpoints and can go on.

export interface CheckpointFlags {
  readonly checkpointEvery: { readonly steps?: number; readonly seconds?: number };
}

export function withCheckpoints(command: Command): Command {
  const what = "steps (500) or seconds (10s) between checkpoints";
  return command.option("--checkpoint-every <n>", what, parseInterval, { seconds: 10 });
}

function parseInterval(text: string): CheckpointFlags["checkpointEvery"] {
  const match = /^(\d+(?:\.\d+)?)(s?)$/.exec(text.trim());
  const value = Number(match?.[1]);
  if (!match || !(value > 0) || (match[2] === "" && !Number.isInteger(value))) {
    throw new InvalidArgumentError("Wanted a number of steps, such as 500, or of seconds, such as 10s.");
  }
  return match[2] === "" ? { steps: value } : { seconds: value };
}

/** The kernels that were asked for, else those that the run began with, else the fastest; and what a checkpoint says of them. */
export function kernelsOf(
  flags: KernelFlags,
  saved: SavedRun | undefined,
): { readonly kernels: Kernels; readonly kernelRecord: KernelRecord } {
  const strict = flags.strict ?? saved?.kernels.strict ?? false;
  const choice = flags.kernels ?? knownChoice(saved?.kernels.choice) ?? fastest({ strict });
  const kernels = openKernels({ ...flags, kernels: choice, strict });
  return { kernels, kernelRecord: { name: kernels.name, choice, strict } };
}

function knownChoice(name: string | undefined): KernelFlags["kernels"] {
  return name === "native" || name === "wasm" || name === "scalar" ? name : undefined;
}

/** Where the run goes on; `complete` is what to say of one that has made all its epochs. */
export function describeResumption(
  { state, kernels, settings }: SavedRun,
  now: KernelRecord,
  { complete }: { readonly complete: string },
): void {
  const steps = state.history.loss.length;
  const done = state.epoch >= settings.epochs;
  console.log(done ? complete : `resumed after ${steps} steps, in epoch ${state.epoch + 1}`);
  if (kernels.name === now.name && kernels.strict === now.strict) return;
  console.error(
    `warning: this run began with ${kernels.name} kernels, not ${now.name}: from here on its last bits will differ`,
  );
}
