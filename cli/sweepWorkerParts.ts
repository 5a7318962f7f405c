import { describeValues, type Kernels, openSweep, readSweepFile, type SavedSweep, type Trial } from "../src/node.ts";
import { kernelsOf } from "./resume.ts";
import { SweepSources } from "./sweepData.ts";
import { trialSettings } from "./sweepSettings.ts";
import type { Settings } from "./trainSettings.ts";

/** The sweep of a folder with what trains its trials: data that is read once, and kernels of one thread. */
export async function openWorker(
  folder: string,
  { signal, data }: { readonly signal: AbortSignal; readonly data?: string },
) {
  const file = readSweepFile(folder);
  const opened = new Map<string, ReturnType<typeof kernelsOf>>();
  const kernels = (saved: Parameters<typeof kernelsOf>[1], settings: Parameters<typeof kernelsOf>[2]) => {
    const key = JSON.stringify([saved?.kernels, settings.precision]);
    const known = opened.get(key) ?? kernelsOf({ threads: 1 }, saved, settings);
    opened.set(key, known);
    return known;
  };
  const allocateBytes: Kernels["allocateBytes"] = (length) => kernels(undefined, {}).kernels.allocateBytes(length);
  const request = { ...file.request, ...(data !== undefined && { path: data }) };
  const sources = new SweepSources(request, { signal, allocateBytes });
  const { base, vary } = file.settings;
  const sourceOf = await sources.all(base, vary);
  const saved = openSweep(folder, (given) => trialSettings(sourceOf(given), file.chosen)(given));
  return {
    saved,
    /** the data of the settings that all trials share */
    baseSource: () => sources.of(base as Settings),
    parts: { signal, kernelsOf: kernels, sourceOf: ({ given }: Trial) => sources.of(given) },
    close(): void {
      for (const each of opened.values()) each.close();
    },
  };
}

/** "learning rate 0.01, seed 2" */
export function describeTrial({ settings }: Pick<SavedSweep, "settings">, { values, seed }: Trial): string {
  return describeValues({ ...values, ...(settings.seeds.length > 1 && { seed }) });
}
