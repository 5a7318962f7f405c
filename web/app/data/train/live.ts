import { batch, effect, signal } from "@preact/signals";
import { runNameOf } from "handgrad";
import { address } from "../../shared/address.ts";
import { noteTraining, takeInterrupted, trainsOthers } from "../../shared/trainedRuns.ts";
import { messageOf } from "../../shared/ui/notice.tsx";
import { training } from "../../training/client.ts";
import { extendCurves } from "../../training/extendCurves.ts";
import { interruptedRun } from "../../training/interruptedRun.ts";
import type { RunCurves, RunEnd, RunEvent, RunSummary } from "../../training/protocol.ts";
import { askedOf, info, plan, request, shownRun, showRun, trainingOptions, trainRequest, withData } from "../state.ts";

// The training that this view has started, and its results so far.

/** "elsewhere": another view or tab trains the run that is shown */
export type Phase = "idle" | "preparing" | "training" | "evaluating" | "elsewhere" | "paused" | "done" | "failed";

export const phase = signal<Phase>("idle");
export const runProblem = signal<string | undefined>(undefined);
export const warnings = signal<readonly string[]>([]);
export const progress = signal({ step: 0, steps: 0, stepsPerSecond: 0, since: 0 });
export const curves = signal<RunCurves | undefined>(undefined);
/** whether the training continues after the page was loaded again, without a click */
export const continued = signal(false);
/** a run in the address that this browser does not have */
export const missingRun = signal<string | undefined>(undefined);
/** grows with each result, so that components read it again */
export const resultNumber = signal(0);

let stopper: AbortController | undefined;
/** the step at which the current training began */
let stepBefore = 0;

/** Trains with the data and options of the view. */
export async function train(): Promise<void> {
  const now = info.value;
  if (!now || !plan.value) return;
  const abort = begin("preparing");
  const before = shownRun.value;
  try {
    const asked = askedOf(trainingOptions.value);
    const minutes = trainingOptions.value.length === "minutes" ? trainingOptions.value.minutes : undefined;
    const opened = await withData(() =>
      training.call("openPlan", { request: trainRequest(), asked, minutes }, { signal: abort.signal }),
    );
    if (opened.notKept) warnings.value = [opened.notKept];
    const given = { ...asked.given, ...(opened.epochs !== undefined && { epochs: opened.epochs }) };
    const name = runNameOf(request.value.path ?? now.name);
    const start = { ...asked, given, name, data: opened.data };
    await ended(training.call("startRun", start, { onEvent, signal: abort.signal }));
  } catch (error) {
    if (wasEnded(error, abort)) await discard(before);
    else fail(error, abort);
  }
}

/** Continues the run that is shown, to the same bits as without the pause. */
export async function resume(): Promise<void> {
  const name = shownRun.value;
  if (name === undefined) return;
  const abort = begin("training");
  try {
    await ended(training.call("resumeRun", { name }, { onEvent, signal: abort.signal }));
  } catch (error) {
    if (!wasEnded(error, abort)) return fail(error, abort);
    noteTraining(name, false);
    phase.value = "paused";
    await restore(name);
  }
}

/** milliseconds for the worker to answer, before the first step of a training */
const patience = 400;

/**
 * Stops the training. Before its first step the worker may compute for seconds without reading messages, and there is nothing to lose: then
 * it is ended, unless it trains other runs too. It starts again with the next call, and reads the data again if needed.
 */
export function pause(): void {
  const mine = stopper;
  mine?.abort();
  setTimeout(() => {
    const isStuck = mine === stopper && (phase.value === "preparing" || phase.value === "training");
    if (isStuck && progress.value.step === stepBefore && !trainsOthers(shownRun.value)) training.end("you ended it");
  }, patience);
}

/** Whether the user has ended a training that had not made a step. */
const wasEnded = (error: unknown, { signal }: AbortController): boolean =>
  signal.aborted && (error as Error).name === "WorkerLost" && progress.value.step === stepBefore;

/** Removes a run that was ended before its first step. */
async function discard(before: string | undefined): Promise<void> {
  const name = shownRun.value;
  phase.value = "idle";
  if (name === undefined || name === before) return;
  noteTraining(name, false);
  showRun(undefined);
  await training.call("deleteRuns", { names: [name] }).catch(() => {}); // Experiments shows it, and can delete it
}

/** Shows a run as it is stored: after the page was loaded again, or when another view or tab may have changed it. */
export async function restore(name: string): Promise<void> {
  const before = phase.value;
  try {
    const { summary, curves: stored } = await training.call("readRun", { name });
    if (phase.value !== before || shownRun.value !== name) return;
    const after = phaseOf(summary);
    if (before === "failed" && after !== "elsewhere") return; // the error message has more details
    if (before === after && summary.steps === progress.value.step) return;
    batch(() => {
      curves.value = stored;
      phase.value = after;
      progress.value = { step: summary.steps, steps: summary.steps, stepsPerSecond: 0, since: 0 };
      runProblem.value = phase.value === "failed" ? (summary.problem ?? "The run is damaged.") : undefined;
    });
    resultNumber.value++;
  } catch {
    // It was deleted or renamed, or the address names a run of another browser
    batch(() => {
      showRun(undefined);
      forget();
      missingRun.value = name;
    });
  }
}

/** Shows no training. */
function forget(): void {
  batch(() => {
    phase.value = "idle";
    curves.value = undefined;
    runProblem.value = undefined;
    warnings.value = [];
    continued.value = false;
    missingRun.value = undefined;
  });
}

/** Follows what other views and tabs do with the run that is shown, while this view does not train it; returns a function that ends this. */
export function follow(): () => void {
  const isBusy = () => ["preparing", "training", "evaluating"].includes(phase.peek());
  const look = () => {
    const name = shownRun.peek();
    if (name !== undefined && !isBusy() && document.visibilityState === "visible") restore(name);
  };
  const stopNames = effect(() => {
    const { view, values } = address.value;
    if (view !== "data") return;
    if (values.run === undefined || isBusy())
      showRun(shownRun.peek()); // a link to the view without a run
    else if (values.run !== shownRun.peek()) {
      shownRun.value = values.run;
      forget();
      look();
    }
  });
  const interrupted = shownRun.peek();
  if (interrupted !== undefined && takeInterrupted(interrupted)) continueRun(interrupted).then(look);
  else look();
  const timer = setInterval(() => phase.peek() === "elsewhere" && look(), 2000);
  document.addEventListener("visibilitychange", look);
  return () => {
    stopNames();
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

/** Continues the run that trained when the page was loaded again. */
async function continueRun(name: string): Promise<void> {
  const run = await interruptedRun(name).catch(() => undefined);
  await restore(name);
  if (!run || shownRun.value !== name || !["paused", "done"].includes(phase.value)) return;
  continued.value = true;
  void resume();
}

const phaseOf = ({ state }: RunSummary): Phase =>
  state === "complete" ? "done" : state === "paused" ? "paused" : state === "running" ? "elsewhere" : "failed";

function begin(first: Phase): AbortController {
  const abort = new AbortController();
  stopper = abort;
  stepBefore = 0;
  batch(() => {
    phase.value = first;
    runProblem.value = undefined;
    missingRun.value = undefined;
    warnings.value = [];
    if (first === "preparing") {
      curves.value = undefined;
      continued.value = false;
    }
    progress.value = { step: 0, steps: 0, stepsPerSecond: 0, since: performance.now() };
  });
  return abort;
}

async function ended(run: Promise<RunEnd>): Promise<void> {
  const { name, stopped } = await run;
  noteTraining(name, false);
  batch(() => {
    phase.value = stopped ? "paused" : "done";
    showRun(name);
    resultNumber.value++;
  });
}

function fail(error: unknown, abort: AbortController): void {
  if (shownRun.value !== undefined) noteTraining(shownRun.value, false);
  if (stopper !== abort) return;
  batch(() => {
    if (abort.signal.aborted && phase.value === "preparing") phase.value = "idle";
    else {
      phase.value = "failed";
      runProblem.value = messageOf(error);
      resultNumber.value++;
    }
  });
}

function onEvent(event: RunEvent): void {
  batch(() => {
    switch (event.kind) {
      case "begin":
        noteTraining(event.name, true);
        phase.value = "training";
        curves.value = event.curves;
        stepBefore = progress.value.step;
        showRun(event.name);
        break;
      case "progress": {
        const { step, steps, stepsPerSecond } = event;
        progress.value = { ...progress.value, step, steps, stepsPerSecond };
        if (curves.value) curves.value = extendCurves(curves.value, event);
        break;
      }
      case "evaluating":
        phase.value = "evaluating";
        break;
      case "warning":
        warnings.value = [...warnings.value, event.message];
        break;
    }
  });
}
