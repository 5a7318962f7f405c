import { computed, type Signal, signal } from "@preact/signals";
import { noteTraining } from "../shared/trainedRuns.ts";
import { messageOf } from "../shared/ui/notice.tsx";
import { training } from "../training/client.ts";
import { extendCurves } from "../training/extendCurves.ts";
import type {
  KeptData,
  OpenedData,
  ResumeRun,
  RunCurves,
  RunEnd,
  RunEvent,
  RunSummary,
  StartRun,
  StorageUse,
} from "../training/protocol.ts";

// The runs of this browser, and those that this page trains. The state outlives the view: training continues while another view is open.

/** A run that this page trains now. */
export interface LiveRun {
  readonly phase: Signal<"training" | "evaluating" | "pausing">;
  /** changes many times a second: only components that read it are drawn again */
  readonly progress: Signal<Progress>;
}

export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly stepsPerSecond: number;
  readonly epochs: number;
  /** the best validation score */
  readonly best: number | undefined;
}

export interface Message {
  readonly id: number;
  readonly kind: "error" | "warning" | "info";
  readonly text: string;
  /** the run whose data has to be chosen again */
  readonly needsData?: string | undefined;
}

export const runs = signal<readonly RunSummary[] | undefined>(undefined);
export const live = signal<ReadonlyMap<string, LiveRun>>(new Map());
/** of runs that are shown, by their names */
export const curves = signal<ReadonlyMap<string, RunCurves>>(new Map());
/** the runs whose curves are shown */
export const chosen = signal<readonly string[]>([]);

let stylesBefore: ReadonlyMap<string, number> = new Map();
/** The colour and dashes of each chosen run: the first that is free, and the same as long as the run is chosen. */
export const styles = computed((): ReadonlyMap<string, number> => {
  const kept = chosen.value.map((name) => stylesBefore.get(name));
  const taken = new Set(kept);
  let next = 0;
  const free = () => {
    while (taken.has(next)) next++;
    return next++;
  };
  stylesBefore = new Map(chosen.value.map((name, i) => [name, kept[i] ?? free()]));
  return stylesBefore;
});
export const messages = signal<readonly Message[]>([]);
export const data = signal<readonly OpenedData[]>([]);
export const storage = signal<StorageUse | undefined>(undefined);
/** data whose files are kept in this browser */
export const kept = signal<readonly KeptData[]>([]);
/** the announcement for screen readers: only starts and ends */
export const announcement = signal("");

let messageCount = 0;

export function tell(kind: Message["kind"], text: string, needsData?: string): void {
  if (messages.value.some((each) => each.text === text)) return;
  messages.value = [...messages.value.slice(-4), { id: ++messageCount, kind, text, needsData }];
}

export function dismiss(id: number): void {
  messages.value = messages.value.filter((each) => each.id !== id);
}

/** Runs a function, and shows its error as a message. */
export async function attempt<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    tell("error", messageOf(error));
    return undefined;
  }
}

let refreshing: Promise<void> | undefined;
let again = false;

/** Reads the list of runs again; calls during a reading share one more reading after it. */
export function refresh(): Promise<void> {
  if (refreshing) {
    again = true;
    return refreshing;
  }
  const read = async () => {
    do {
      again = false;
      await attempt(readLists);
      runs.value ??= []; // if they cannot be read, a message gives the reason
    } while (again);
    refreshing = undefined;
  };
  refreshing = read();
  return refreshing;
}

async function readLists(): Promise<void> {
  runs.value = await training.call("listRuns", undefined);
  storage.value = await training.call("storage", undefined);
  data.value = await training.call("openedData", undefined);
  kept.value = await training.call("listKept", undefined);
  const names = new Set([...runs.value.map(({ name }) => name), ...live.value.keys()]);
  if (chosen.value.some((name) => !names.has(name))) chosen.value = chosen.value.filter((name) => names.has(name));
}

/** Shows the curves of a run, or hides them. */
export async function choose(name: string, isShown: boolean): Promise<void> {
  const others = chosen.value.filter((each) => each !== name);
  chosen.value = isShown ? [...others, name] : others;
  if (isShown && !curves.value.has(name)) await loadCurves(name);
}

async function loadCurves(name: string): Promise<void> {
  await attempt(async () => {
    const { curves: read } = await training.call("readRun", { name });
    if (read && !live.value.has(name)) setCurves(name, read);
  });
}

function setCurves(name: string, value: RunCurves): void {
  curves.value = new Map(curves.value).set(name, value);
}

function setLive(name: string, run: LiveRun | undefined): void {
  const all = new Map(live.value);
  if (run) all.set(name, run);
  else all.delete(name);
  live.value = all;
}

function progressOf(
  { valScore }: RunCurves,
  { step, steps, stepsPerSecond }: Omit<Progress, "epochs" | "best">,
): Progress {
  const scores = valScore.filter((score) => !Number.isNaN(score));
  const best = scores.length > 0 ? Math.max(...scores) : undefined;
  return { step, steps, stepsPerSecond, epochs: valScore.length, best };
}

function receive(event: RunEvent): void {
  const { name } = event;
  const run = live.value.get(name);
  if (event.kind === "begin") {
    noteTraining(name, true);
    const progress = signal(progressOf(event.curves, { step: 0, steps: 0, stepsPerSecond: 0 }));
    setLive(name, { phase: signal("training"), progress });
    setCurves(name, event.curves);
    if (!chosen.value.includes(name)) chosen.value = [...chosen.value, name];
    announcement.value = `Training of ${name} has started.`;
    refresh();
  } else if (event.kind === "progress") {
    const before = curves.value.get(name);
    if (!run || !before) return;
    const isLonger = event.points.steps.length > 0 || event.epochs.length > 0;
    const after = isLonger ? extendCurves(before, event) : before;
    if (isLonger) setCurves(name, after);
    const stepsPerSecond = smooth(run.progress.value.stepsPerSecond, event.stepsPerSecond);
    run.progress.value = progressOf(after, { ...event, stepsPerSecond });
  } else if (event.kind === "evaluating") {
    if (run) run.phase.value = "evaluating";
  } else if (event.kind === "end") {
    noteTraining(name, false);
    if (run) setLive(name, undefined);
    ended(name);
  } else tell("warning", `${name}: ${event.message}`);
}

const smooth = (before: number | undefined, now: number): number => (before ? 0.8 * before + 0.2 * now : now);

async function ended(name: string): Promise<void> {
  await refresh();
  if (chosen.value.includes(name)) await loadCurves(name);
}

let watching = false;

/**
 * Follows all runs that the worker trains, whichever view started them, and reports when the worker was lost.
 * `named` is a run that the address names: its curves are shown.
 */
export async function watch(named?: string): Promise<void> {
  if (!watching) void followWorker();
  watching = true;
  await refresh();
  if (named !== undefined && runs.value?.some(({ name }) => name === named)) await choose(named, true);
}

async function followWorker(): Promise<void> {
  for (;;) {
    const began = performance.now();
    const problem = await training.call("watchRuns", undefined, { onEvent: receive }).catch(messageOf);
    const lost = [...live.value.keys()];
    live.value = new Map();
    for (const name of lost) noteTraining(name, false);
    for (const name of lost) tell("error", `${name}: ${problem}. Continue it from its last checkpoint.`);
    await refresh();
    // A worker that cannot start is not called all the time
    if (performance.now() - began < 1000) await new Promise((later) => setTimeout(later, 10_000));
  }
}

async function train(begin: () => Promise<RunEnd>, known?: string): Promise<void> {
  try {
    const { name, stopped } = await begin();
    announcement.value = stopped ? `${name} is paused.` : `${name} is complete.`;
  } catch (error) {
    const kind = (error as Error).name;
    // `watch` reports a lost worker
    if (kind !== "WorkerLost") tell("error", messageOf(error), kind === "MissingData" ? known : undefined);
  }
}

export function start(run: StartRun): Promise<void> {
  return train(() => training.call("startRun", run));
}

export function resume(run: ResumeRun): Promise<void> {
  return train(() => training.call("resumeRun", run), run.name);
}

/** Stops a run after the current step, with a checkpoint. */
export async function pause(name: string): Promise<void> {
  const run = live.value.get(name);
  if (!run) return;
  run.phase.value = "pausing";
  await attempt(() => training.call("pauseRun", { name }));
}

/** Gives a run another name; its curves stay visible. */
export async function rename(name: string, to: string): Promise<void> {
  await attempt(async () => {
    const renamed = await training.call("renameRun", { name, to });
    const shown = curves.value.get(name);
    if (shown) setCurves(renamed, shown);
    runs.value = runs.value?.map((run) => (run.name === name ? { ...run, name: renamed } : run));
    chosen.value = chosen.value.map((each) => (each === name ? renamed : each));
  });
  await refresh();
}
