import {
  checkpointFile,
  DataError,
  evaluationFile,
  type FoundCheckpoint,
  findCheckpoint,
  holdsCheckpoint,
  MemoryRunFiles,
  parseEvaluation,
  parseRecord,
  type RunEvaluation,
  type RunFiles,
  type RunRecord,
  recordFile,
  type SavedRun,
  savedRunOf,
} from "handgrad";
import { appFolder, entriesOf, opfsRunFiles, reasonOf, removeLeftovers } from "./opfs.ts";
import type { RunState, RunSummary } from "./protocol.ts";
import { forgetSpare, isFull, memoryRuns, spareKey, withSpare } from "./spareFiles.ts";

// The runs that this browser keeps: each in a folder with the files of the command's run folders.

const lockName = (name: string) => `handgrad run ${name}`;

/** A valid folder name; slashes and control characters become "-", and it begins with neither "." nor "-". */
export function folderName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are replaced
  const cleaned = name.replace(/[\u0000-\u001f\u007f/\\:*?"<>|]+/g, "-").trim();
  return cleaned.replace(/^[.\s-]+/, "").slice(0, 100) || "run";
}

/** The names of all runs. */
export async function runNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, { kind }] of entriesOf(await appFolder("runs"))) if (kind === "directory") names.push(name);
  names.push(...memoryRuns.keys());
  return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** A name that no run has: the given one, or with a number appended. */
async function freeName(wanted: string): Promise<string> {
  const taken = new Set(await runNames());
  const name = folderName(wanted);
  for (let number = 1; ; number++) {
    const each = number === 1 ? name : `${name}-${number}`;
    if (!taken.has(each)) return each;
  }
}

let naming: Promise<unknown> = Promise.resolve();

/** Creates the folder of a new run under a unique name, even if two start at the same moment. */
export async function makeRun(wanted: string): Promise<string> {
  const made = naming.then(async () => {
    const name = await freeName(wanted);
    try {
      await directoryOf(name, true);
    } catch (error) {
      if (!isFull(error)) throw error;
      memoryRuns.set(name, new MemoryRunFiles(name));
    }
    return name;
  });
  naming = made.catch(() => {});
  return made;
}

async function directoryOf(name: string, create = false): Promise<FileSystemDirectoryHandle> {
  const runs = await appFolder("runs");
  try {
    return await runs.getDirectoryHandle(name, { create });
  } catch (error) {
    const reason = create ? await reasonOf(error as Error) : "there is no such run in this browser";
    throw new DataError(`${name}: ${reason}`, { cause: error });
  }
}

export async function filesOf(name: string): Promise<RunFiles> {
  const inMemory = memoryRuns.get(name);
  if (inMemory) return inMemory;
  return withSpare(opfsRunFiles(await directoryOf(name), name));
}

/** Calls a function while only this worker holds a run. Throws DataError if another tab or worker has it. */
export async function holding<Result>(
  name: string,
  work: (files: RunFiles) => Promise<Result>,
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<Result> {
  return navigator.locks.request(lockName(name), { ifAvailable: true }, async (lock) => {
    if (!lock) throw new DataError(`${name}: it is in use, here or in another tab of this page; pause it there first`);
    const inMemory = memoryRuns.get(name);
    if (inMemory) return work(inMemory);
    const directory = await directoryOf(name);
    await removeLeftovers(directory);
    const files = withSpare(opfsRunFiles(directory, name));
    try {
      return await work(files);
    } catch (error) {
      // A run that could not start leaves no files
      if (isNew && (await files.list()).length === 0) await (await appFolder("runs")).removeEntry(name).catch(() => {});
      throw error;
    }
  });
}

/** The names of runs that a worker of this or another page holds. */
export async function heldRuns(): Promise<Set<string>> {
  const { held = [] } = await navigator.locks.query();
  const start = lockName("");
  const names = held.map((lock) => lock.name ?? "").filter((name) => name.startsWith(start));
  return new Set(names.map((name) => name.slice(start.length)));
}

export async function deleteRun(name: string): Promise<void> {
  if (memoryRuns.delete(name)) return;
  await holding(name, async () => {
    await (await appFolder("runs")).removeEntry(name, { recursive: true });
    forgetSpare(name);
  });
}

/** Renames a run; at every moment one of the two folders is complete. Returns the new name. */
export async function renameRun(name: string, wanted: string): Promise<string> {
  if (folderName(wanted) === name) return name;
  const target = await makeRun(wanted);
  await holding(name, async (from) => {
    await holding(target, (to) => copyFiles(from, to), { isNew: true });
    if (!memoryRuns.delete(name)) await (await appFolder("runs")).removeEntry(name, { recursive: true });
    forgetSpare(name);
  });
  return target;
}

async function copyFiles(from: RunFiles, to: RunFiles): Promise<void> {
  for (const each of await from.list()) await to.write(each, (await from.read(each)) ?? "");
}

/** The contents of a run folder, with problems in a list, so that one damaged file does not hide the others. */
export interface StoredRun {
  readonly record: RunRecord | undefined;
  readonly checkpoint: FoundCheckpoint | undefined;
  readonly saved: SavedRun | undefined;
  readonly evaluation: RunEvaluation | undefined;
  readonly problems: readonly string[];
}

/** For lists: skips the checkpoint of a run that is complete and unchanged, because reading it takes a hundred times as long. */
export async function readStoredRun(
  files: RunFiles,
  { untouched = false }: { readonly untouched?: boolean } = {},
): Promise<StoredRun> {
  const problems: string[] = [];
  const attempt = async <Value>(read: () => Promise<Value | undefined>): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const textOf = async <Value>(name: string, parse: (text: string, options: { name: string }) => Value) => {
    const bytes = await files.read(name);
    return bytes && parse(new TextDecoder().decode(bytes), { name: files.path(name) });
  };
  const record = await attempt(() => textOf(recordFile, parseRecord));
  const evaluation = await attempt(() => textOf(evaluationFile, parseEvaluation));
  const isDone = untouched && record !== undefined && !record.stopped && record.failure === undefined;
  const checkpoint = isDone
    ? undefined
    : await attempt(async () => ((await holdsCheckpoint(files)) ? findCheckpoint(files) : undefined));
  const saved = await attempt(async () => checkpoint && savedRunOf(checkpoint));
  return { record, checkpoint, saved, evaluation, problems: [...problems, ...(checkpoint?.warnings ?? [])] };
}

/** The state of a run according to its folder. */
export function stateOf({ record, saved }: StoredRun, isHeld: boolean): RunState {
  if (isHeld) return "running";
  if (!record && !saved) return "damaged";
  if (!record) return "paused";
  const further =
    saved && (saved.state.history.loss.length > record.loss.length || saved.settings.epochs > record.config.epochs);
  if (record.failure !== undefined && !further) return "failed";
  return record.stopped || further ? "paused" : "complete";
}

const nothingKept =
  "It was ended before its first checkpoint, so there is nothing to continue. Start it again, and delete this one.";

export function summarize(
  name: string,
  run: StoredRun,
  { isHeld, size, changed }: { readonly isHeld: boolean; readonly size: number; readonly changed: number },
): RunSummary {
  const { record, saved, evaluation, problems } = run;
  const state = stateOf(run, isHeld);
  const history = newestHistory(run);
  const settings = state === "complete" ? record?.config : (saved?.settings ?? record?.config);
  const scores = history?.valScore.filter((score) => !Number.isNaN(score)) ?? [];
  const { path = record || saved ? "CIFAR-100" : "–" } = saved?.request ?? record?.data ?? {};
  const isEmpty = !record && !saved && problems.length === 0;
  const problem = state === "failed" ? record?.failure : isEmpty ? nothingKept : problems[0];
  return {
    name,
    state,
    data:
      evaluation?.data?.name ??
      (path === "stand-in" ? "the procedural stand-in" : (path.split(/[\\/]/).at(-1) ?? path)),
    settings,
    metric: history?.metric,
    validation: scores.length > 0 ? Math.max(...scores) : undefined,
    test: state === "complete" ? evaluation?.test?.score : undefined,
    epochs: history?.valScore.length ?? 0,
    steps: history?.loss.length ?? 0,
    seconds: Math.max(record?.seconds ?? 0, saved?.seconds ?? 0),
    size,
    changed,
    ...(problem !== undefined && { problem }),
  };
}

/** The longer history: that of the checkpoint or of the record; they are equal at the end. */
export function newestHistory({ record, saved }: StoredRun) {
  const history = saved?.state.history;
  return history && history.loss.length >= (record?.loss.length ?? 0) ? history : record;
}

export interface RunStat {
  readonly size: number;
  /** milliseconds since 1970 */
  readonly changed: number;
  /** changes when a file changes */
  readonly key: string;
  /** whether the results were written after the checkpoint */
  readonly untouched: boolean;
}

/** Sizes and dates of the files of a run. */
export async function statOf(name: string): Promise<RunStat> {
  const inMemory = memoryRuns.get(name);
  if (inMemory) {
    const now = Date.now();
    return { size: 0, changed: now, key: `memory ${now}`, untouched: false };
  }
  let [size, changed, key] = [0, 0, ""];
  const dates: Record<string, number> = {};
  for await (const [each, handle] of entriesOf(await directoryOf(name))) {
    if (handle.kind !== "file") continue;
    try {
      const file = await (handle as FileSystemFileHandle).getFile();
      size += file.size;
      changed = Math.max(changed, file.lastModified);
      dates[each] = file.lastModified;
      key += `${each}:${file.size}:${file.lastModified} `;
    } catch {
      key += `${each}:? `; // it is being replaced
    }
  }
  const untouched = (dates[recordFile] ?? 0) >= (dates[checkpointFile] ?? 0);
  const spare = spareKey(name);
  return { size, changed, key: key + spare, untouched: untouched && spare === "" };
}
