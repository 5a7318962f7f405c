import { address } from "../shared/address.ts";
import { interruptedRuns, takeInterrupted } from "../shared/trainedRuns.ts";
import { interruptedRun } from "../training/interruptedRun.ts";
import { resume, tell, watch } from "./experiments.ts";

/** Continues the runs that trained when this page was loaded again; the view Your data continues the one that it shows itself. */
export async function continueRuns(): Promise<void> {
  const { view, values } = address.peek();
  const names = interruptedRuns().filter((name) => view !== "data" || values.run !== name);
  if (names.length === 0) return;
  await watch();
  await Promise.all(names.map(continueRun));
}

async function continueRun(name: string): Promise<void> {
  if (!takeInterrupted(name)) return;
  const run = await interruptedRun(name).catch(() => undefined); // it was deleted or renamed meanwhile
  if (!run) return;
  tell("info", `${name} trained when this page was loaded again. It continues from its last checkpoint.`);
  await resume({ name });
}
