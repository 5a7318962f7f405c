import { type MpiRanks, oneRank, SettingsError, type TrainSettings } from "../src/node.ts";
import { isCrossValidation } from "./crossValidate.ts";

type OneProcessFlags = Parameters<typeof isCrossValidation>[0] & { readonly findLearningRate?: unknown };

/** The option of `train` that needs one process with all rows, if one is given. */
export function oneProcessOption(flags: OneProcessFlags): string | undefined {
  return isCrossValidation(flags) ? "--cv" : flags.findLearningRate ? "--find-learning-rate" : undefined;
}

/** Throws SettingsError for options that cannot be combined with --in-parts. */
export function expectWholeData(
  flags: OneProcessFlags & { readonly inParts?: boolean | undefined; readonly baseline?: boolean | undefined },
): void {
  if (!flags.inParts) return;
  const other = oneProcessOption(flags) ?? (flags.baseline ? "--baseline" : undefined);
  if (other)
    throw new SettingsError(`${other}: expected it without --in-parts, because it needs all rows in one process`);
}

/** How the rows are divided among the ranks, or kept by this process alone. */
export function partsOf({ shards, inParts }: Pick<TrainSettings, "shards" | "inParts">, ranks: MpiRanks | undefined) {
  return inParts && shards !== undefined ? { count: shards, ranks: ranks ?? oneRank } : undefined;
}
