import { DataError, type MemoryRunFiles, type RunFiles } from "handgrad";

// If the browser's storage is full, the files of a run are kept in the memory of this worker, so that training can end and its results can be
// saved. Files in memory are newer than stored ones.

const inMemory = new Map<string, Map<string, Uint8Array>>();
/** grows with each write to memory */
const versions = new Map<string, number>();
const listeners = new Map<string, (message: string) => void>();

/** Runs whose folder could not be created: all their files are in memory. */
export const memoryRuns = new Map<string, MemoryRunFiles>();

const advice =
  "Until there is room again, this run exists only in the memory of this page: save it to a file before you close the page";

/** Whether an error of `write` says that the storage is full. */
export const isFull = (error: unknown): error is DataError =>
  error instanceof DataError && (error.cause as Error | undefined)?.name === "QuotaExceededError";

/** Files that are kept in memory if the storage is full. */
export function withSpare(stored: RunFiles): RunFiles {
  const { folder } = stored;
  const spare = () => inMemory.get(folder);
  const forget = (name: string): boolean => spare()?.delete(name) ?? false;
  const keep = (name: string, bytes: Uint8Array, problem: Error): void => {
    if (!spare()) {
      inMemory.set(folder, new Map());
      listeners.get(folder)?.(`${problem.message}. ${advice}`);
    }
    spare()?.set(name, bytes);
    versions.set(folder, (versions.get(folder) ?? 0) + 1);
  };
  return {
    folder,
    path: (name) => stored.path(name),
    sync: () => stored.sync(),
    read: async (name) => spare()?.get(name)?.slice() ?? stored.read(name),
    list: async () => [...new Set([...(await stored.list()), ...(spare()?.keys() ?? [])])],
    async write(name, content) {
      try {
        await stored.write(name, content);
        forget(name);
      } catch (error) {
        if (!isFull(error)) throw error;
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
        keep(name, bytes, error);
      }
    },
    async rename(from, to) {
      const bytes = spare()?.get(from);
      if (!bytes) {
        try {
          const isThere = await stored.rename(from, to);
          if (isThere) forget(to);
          return isThere;
        } catch (error) {
          if (!isFull(error)) throw error;
          const copy = await stored.read(from); // the stored file stays, because nothing can replace it
          if (copy) keep(to, copy, error);
          return copy !== undefined;
        }
      }
      forget(from);
      spare()?.set(to, bytes);
      return true;
    },
    async remove(name) {
      forget(name);
      await stored.remove(name);
    },
  };
}

/** Calls `listener` when files of a run are kept in memory; undefined removes it. */
export function onSpare(run: string, listener: ((message: string) => void) | undefined): void {
  if (listener) listeners.set(run, listener);
  else listeners.delete(run);
  if (memoryRuns.has(run)) listener?.(`The browser's storage for this page is full. ${advice}`);
}

/** A text that changes when other files of a run are in memory. */
export function spareKey(run: string): string {
  const { size } = inMemory.get(run) ?? { size: 0 };
  return size === 0 ? "" : `${size} in memory, ${versions.get(run)}`;
}

export function forgetSpare(run: string): void {
  inMemory.delete(run);
}
