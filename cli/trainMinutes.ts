import { type DataSource, epochsWithin, type Kernels, SettingsError, type TrainSettings } from "../src/node.ts";
import { type CrossValidationFlags, isCrossValidation } from "./crossValidate.ts";
import { plural } from "./describeData.ts";
import { formatSeconds } from "./format.ts";
import { inform } from "./output.ts";

interface MinutesFlags extends CrossValidationFlags {
  readonly minutes?: number;
}

/** Throws SettingsError for a time budget if another option sets the epochs, and in several processes. */
export function checkMinutes(flags: MinutesFlags, isShared: boolean): void {
  if (flags.minutes === undefined) return;
  const others: readonly (readonly [flag: string, isGiven: () => boolean])[] = [
    ["--epochs", () => flags.epochs !== undefined],
    ["--cv", () => isCrossValidation(flags)],
    ["--find-learning-rate", () => flags.findLearningRate === true],
  ];
  const [other] = others.find(([, isGiven]) => isGiven()) ?? [];
  if (other) throw new SettingsError(`--minutes: expected it without ${other}, found both; give --epochs instead`);
  if (isShared) throw new SettingsError("--minutes: expected one process, found several; give --epochs instead");
}

/** The settings with the number of epochs that fit into the minutes, counted from the start of the process; unchanged without minutes. */
export async function withinMinutes(
  minutes: number | undefined,
  settings: TrainSettings,
  source: DataSource,
  { kernels, signal }: { readonly kernels: Kernels; readonly signal: AbortSignal },
): Promise<TrainSettings> {
  if (minutes === undefined) return settings;
  const now = () => performance.now();
  const found = await epochsWithin(source, settings, { minutes, kernels, signal, now, since: 0 });
  const { epochs, evaluateEvery } = found;
  const each = formatSeconds(found.secondsPerEpoch);
  const chosen = evaluateEvery > 1 && settings.evaluateEvery === undefined;
  const scores = chosen ? `, scores after every ${evaluateEvery}` : "";
  const more = chosen ? ` --settings '{"evaluateEvery":${evaluateEvery}}'` : "";
  inform(
    `time      ${plural(epochs, "epoch")} of ${each} in about ${plural(minutes, "minute")}${scores}; to repeat it: --epochs ${epochs}${more}`,
  );
  return { ...settings, epochs, ...(chosen && { evaluateEvery }) };
}
