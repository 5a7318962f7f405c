import { training } from "./client.ts";
import type { RunSummary } from "./protocol.ts";

/** milliseconds until the worker of a reloaded page has released its runs */
const [patience, between] = [8000, 300];

/** A run that a reload interrupted, when it can be continued; undefined if another tab trains it, or nothing is left to do. */
export async function interruptedRun(name: string): Promise<RunSummary | undefined> {
  for (const begin = performance.now(); ; ) {
    const { summary } = await training.call("readRun", { name });
    const { state, test } = summary;
    if (state === "paused" || (state === "complete" && test === undefined)) return summary;
    if (state !== "running" || performance.now() - begin > patience) return undefined;
    await new Promise((later) => setTimeout(later, between));
  }
}
