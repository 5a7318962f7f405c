import { batch, signal } from "@preact/signals";
import type { AskedSettings, DataRequest } from "handgrad";
import { address, keepInAddress } from "../shared/address.ts";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { messageOf } from "../shared/ui/notice.tsx";
import { training } from "../training/client.ts";
import type { DataInfo, ReadingProgress, TrainingPlan } from "./worker/protocol.ts";

// The state of the view. It outlives the view, so that another view can be opened meanwhile.

/** The training options that the user has changed from the defaults of the data. */
export interface TrainingOptions {
  readonly length: "default" | "epochs" | "minutes";
  readonly epochs: number;
  readonly minutes: number;
  readonly network: "default" | "sizes";
  readonly hidden: readonly number[];
  /** undefined: the default of the data */
  readonly learningRate: number | undefined;
  readonly seed: number;
  readonly flip: boolean;
}

export const defaultOptions: TrainingOptions = {
  ...{ length: "default", epochs: 30, minutes: 1, network: "default", hidden: [64] },
  ...{ learningRate: undefined, seed: 1, flip: false },
};

/** What was chosen, and how it is read. */
export const chosen = signal<readonly ChosenFile[]>([]);
export const request = signal<DataRequest>({});
export const info = signal<DataInfo | undefined>(undefined);
/** the progress of reading; undefined when nothing is read */
export const reading = signal<ReadingProgress | "begins" | undefined>(undefined);
export const dataProblem = signal<string | undefined>(undefined);
export const trainingOptions = signal<TrainingOptions>(defaultOptions);
export const plan = signal<TrainingPlan | undefined>(undefined);
export const planProblem = signal<string | undefined>(undefined);
/** the run whose results are shown */
export const shownRun = signal<string | undefined>(address.peek().values.run);

let reader: AbortController | undefined;

/** Opens other data: files, or the stand-in. */
export function choose(files: readonly ChosenFile[], wanted: DataRequest): Promise<void> {
  batch(() => {
    chosen.value = files;
    request.value = wanted;
    info.value = undefined;
    plan.value = undefined;
    trainingOptions.value = defaultOptions;
    showRun(undefined);
  });
  return readAgain();
}

/** The name by which the command would open the files. */
export function nameOf(files: readonly ChosenFile[]): string {
  const [first] = files;
  if (!first) return "";
  const [top] = first.path.split("/");
  const isOne = files.every(({ path }) => path.startsWith(`${top}/`));
  return isOne || files.length === 1 ? top : "the files";
}

/** Reads the same files in another way. */
export function changeRequest(change: Partial<DataRequest>): Promise<void> {
  request.value = { ...request.value, ...change };
  return readAgain();
}

/** For options that do not change how the files are read. */
export function changeSplit(change: Partial<DataRequest>): Promise<void> {
  request.value = { ...request.value, ...change };
  return replan();
}

export function stopReading(): void {
  reader?.abort();
}

/** Reads what was chosen, as the request says. */
export async function readAgain(): Promise<void> {
  reader?.abort();
  const mine = new AbortController();
  reader = mine;
  dataProblem.value = undefined;
  reading.value = "begins";
  try {
    const found = await training.call(
      "readData",
      { files: chosen.value, request: request.value },
      {
        signal: mine.signal,
        onEvent: (progress) => {
          if (reader === mine) reading.value = progress;
        },
      },
    );
    if (reader !== mine) return;
    info.value = found;
  } catch (error) {
    if (reader !== mine) return;
    plan.value = undefined; // the earlier contents stay, with the controls that can undo the change
    dataProblem.value = mine.signal.aborted ? "Reading was stopped." : messageOf(error);
    return;
  } finally {
    if (reader === mine) reading.value = undefined;
  }
  await replan();
}

export function setOptions(change: Partial<TrainingOptions>): Promise<void> {
  trainingOptions.value = { ...trainingOptions.value, ...change };
  return replan();
}

/** The request to the library. */
export function askedOf({ length, epochs, network, hidden, learningRate, seed, flip }: TrainingOptions): AskedSettings {
  const given = {
    ...(seed !== 1 && { seed }),
    ...(length === "epochs" && { epochs }),
    ...(learningRate !== undefined && { learningRate }),
  };
  return { given, ...(network === "sizes" && { hidden }), ...(flip && { flip }) };
}

/** The request of a training: its seed also splits. */
export function trainRequest(): DataRequest {
  const { seed } = trainingOptions.value;
  const { target } = info.value?.table ?? {};
  return { ...request.value, seed, ...(target && request.value.target === undefined && { target: target.name }) };
}

let plans = 0;

/** Asks the worker for the plan of the training. */
export async function replan(): Promise<void> {
  const mine = ++plans;
  planProblem.value = undefined;
  if (!info.value) return;
  if (info.value.table && !info.value.table.target) {
    plan.value = undefined;
    return;
  }
  try {
    const asked = { request: trainRequest(), asked: askedOf(trainingOptions.value) };
    const found = await withData(() => training.call("planTraining", asked));
    if (mine === plans) plan.value = found;
  } catch (error) {
    if (mine !== plans) return;
    plan.value = undefined;
    planProblem.value = messageOf(error);
  }
}

/** Calls a method that needs the data; reads it again if the worker was ended or has crashed since. */
export async function withData<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!/^data: it is no longer open/.test(messageOf(error)) || !info.value) throw error;
    await training.call("readData", { files: chosen.value, request: request.value });
    return call();
  }
}

/** Shows the results of a run, and names it in the address. */
export function showRun(name: string | undefined): void {
  shownRun.value = name;
  if (address.peek().view === "data") keepInAddress({ run: name });
}
