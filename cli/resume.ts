import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  DataError,
  type DataRequest,
  type DataSource,
  fastest,
  flagOf,
  type KernelRecord,
  type Kernels,
  openKernels,
  type RunFolder,
  type SavedRun,
  SettingsError,
  type TrainSettings,
} from "../src/node.ts";
import { type DataFlags, requestFlags } from "./dataOptions.ts";
import type { KernelFlags } from "./options.ts";
import { inform } from "./output.ts";
import { teacherOf } from "./teacher.ts";
import { type SettingsFlags, settingsFrom, settingsGiven } from "./trainSettings.ts";

// Checkpoints of a run, and resuming it.

export interface CheckpointFlags {
  readonly checkpointEvery: { readonly steps?: number; readonly seconds?: number };
}

export function withCheckpoints(command: Command): Command {
  const what = "steps (500) or seconds (10s) between checkpoints";
  const option = new Option("--checkpoint-every <n>", what).argParser(parseInterval).default({ seconds: 10 }, "10s");
  return command.addOption(option);
}

function parseInterval(text: string): CheckpointFlags["checkpointEvery"] {
  const match = /^(\d+(?:\.\d+)?)(s?)$/.exec(text.trim());
  const value = Number(match?.[1]);
  if (!match || !(value > 0) || (match[2] === "" && !Number.isInteger(value))) {
    throw new InvalidArgumentError("Expected a number of steps, such as 500, or of seconds, such as 10s.");
  }
  return match[2] === "" ? { steps: value } : { seconds: value };
}

export interface RunKernels {
  readonly kernels: Kernels;
  /** for evaluating the finished model: the kernels of other commands, in float32 */
  readonly evaluationKernels: Kernels;
  /** what a checkpoint stores about them */
  readonly kernelRecord: KernelRecord;
  close(): void;
}

/** The kernels of the flags, else those that the run was started with, else the fastest, in the precision of the settings. */
export function kernelsOf(
  flags: KernelFlags,
  saved: Pick<SavedRun, "kernels"> | undefined,
  { precision }: Pick<TrainSettings, "precision">,
): RunKernels {
  const strict = flags.strict ?? saved?.kernels.strict ?? false;
  const choice = flags.kernels ?? knownChoice(saved?.kernels.choice) ?? fastest({ strict });
  const options = { ...flags, kernels: choice, strict };
  const kernels = openKernels({ ...options, precision });
  const evaluationKernels = precision ? openKernels({ ...options, precision: "float32" }) : kernels;
  const close = () => {
    for (const each of new Set([kernels, evaluationKernels])) each.close();
  };
  return { kernels, evaluationKernels, kernelRecord: { name: kernels.name, choice, strict }, close };
}

function knownChoice(name: string | undefined): KernelFlags["kernels"] {
  return name === "native" || name === "wasm" || name === "scalar" ? name : undefined;
}

/** Prints where the run continues; `complete` is the message for a run that has finished all its epochs. */
export function describeResumption(
  { state, kernels, settings }: SavedRun,
  now: KernelRecord,
  { complete }: { readonly complete: string },
): void {
  const steps = state.history.loss.length;
  const done = state.epoch >= settings.epochs;
  inform(done ? complete : `resumed after ${steps} steps, in epoch ${state.epoch + 1}`);
  if (kernels.name === now.name && kernels.strict === now.strict) return;
  console.error(
    `warning: this run was started with ${kernels.name} kernels, not ${now.name}: from here on its last bits will differ`,
  );
}

/** The flags of `train` that a resumed run reads. */
export interface ResumeFlags extends SettingsFlags, Pick<DataFlags, (typeof requestFlags)[number]> {
  readonly out?: string;
}

/** The data of a run is where it was in training, unless a new path is given. */
export function resumedRequest({ request }: SavedRun, given: string | undefined): DataRequest {
  const path = given ?? request.path;
  if (path === undefined || path === "stand-in" || given === "-" || existsSync(path)) return { ...request, path };
  if (path === "-")
    throw new SettingsError(
      "--resume: the data came from standard input; pass it again (`… | handgrad train - --resume RUN`), or name a file that contains it",
    );
  if (given !== undefined) throw new DataError(`${given}: no such file or folder`);
  throw new DataError(`${path}: the data of this run is missing; give its new path with --data`);
}

/** The state of the run. Its settings are fixed, except that epochs can be added. Throws SettingsError for fewer epochs or another folder. */
export function savedRun(folder: Pick<RunFolder, "path" | "saved">, flags: ResumeFlags): SavedRun {
  if (flags.out !== undefined && resolve(flags.out) !== resolve(folder.path))
    throw new SettingsError(`--out: a resumed run stays in its folder: expected ${folder.path}, found ${flags.out}`);
  const saved = folder.saved();
  for (const warning of saved.warnings) console.error(`warning: ${warning}; the checkpoint before it is used`);
  const { epochs } = saved.settings;
  const { epochs: asked = epochs } = flags;
  if (asked < epochs)
    throw new SettingsError(`--epochs: expected at least ${epochs}, as at the start of the run, found ${asked}`);
  if (asked > epochs && ["cosine", "oneCycle", "triangle"].includes(saved.settings.schedule.kind)) {
    console.error(
      `note: the schedule ${saved.settings.schedule.kind} now ends with epoch ${asked} instead of ${epochs}`,
    );
  }
  return { ...saved, settings: { ...saved.settings, epochs: asked } };
}

/** The layers of an ensemble with the edges of its bins are long. */
const shortened = (text: string): string => (text.length > 300 ? `${text.slice(0, 299)}…` : text);

/** Throws SettingsError for a flag that differs from the settings of the run. The flags of the first command are accepted. */
export function checkKept(
  { settings, request }: SavedRun,
  flags: ResumeFlags,
  source: DataSource,
  command: Command,
): void {
  const expect = (flag: string, began: unknown, found: unknown): void => {
    if (JSON.stringify(began) === JSON.stringify(found)) return;
    const was = began === undefined ? "none" : shortened(JSON.stringify(began));
    throw new SettingsError(
      `${flag}: expected ${was}, as at the start of the run, found ${found === undefined ? "none" : JSON.stringify(found)}; a resumed run keeps its settings`,
    );
  };
  for (const name of requestFlags) if (flags[name] !== undefined) expect(flagOf(name), request[name], flags[name]);
  const given = settingsGiven(command).filter(({ flag }) => flag !== "--epochs");
  if (given.length === 0) return;
  const all = settingsFrom(flags, source);
  const asked = { ...all, teacher: teacherOf(all)?.teacher };
  for (const { flag, keys } of given) for (const key of keys) expect(flag, settings[key], asked[key]);
}
