import { DataError, type RunFiles } from "handgrad";

// The private file system of the browser (https://fs.spec.whatwg.org). Its synchronous handles exist in workers alone.

interface FileHandle extends FileSystemFileHandle {
  /** to another name in its folder; replaces the file there */
  move?(name: string): Promise<void>;
}

/** Temporary files: `.<name>.<UUID>.tmp`, as on a disk. A worker that was ended leaves them behind. */
const temporaryFile = /^\..+\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** The folder of this app, created if it is missing. Throws DataError if the browser has no such storage. */
export async function appFolder(...path: readonly string[]): Promise<FileSystemDirectoryHandle> {
  let folder: FileSystemDirectoryHandle;
  try {
    folder = await navigator.storage.getDirectory();
  } catch (error) {
    throw new DataError(
      `storage: this browser keeps no files for this page (${(error as Error).message}); leave private browsing, or open the page from http://127.0.0.1 or https`,
      { cause: error },
    );
  }
  for (const name of ["handgrad", ...path]) folder = await folder.getDirectoryHandle(name, { create: true });
  return folder;
}

const isMissing = (error: unknown): boolean => (error as DOMException).name === "NotFoundError";

/** The files of a folder of the browser's storage as those of a run. `folder` is its name, for messages. */
export function opfsRunFiles(directory: FileSystemDirectoryHandle, folder: string): RunFiles {
  const path = (name: string) => `${folder}/${name}`;
  const handleOf = async (name: string, create = false) =>
    (await directory.getFileHandle(name, { create })) as FileHandle;
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    // Another tab may replace the file while it is read
    for (let attempt = 1; ; attempt++) {
      try {
        return new Uint8Array(await (await (await handleOf(name)).getFile()).arrayBuffer());
      } catch (error) {
        if (isMissing(error) && attempt > 1) return undefined;
        if (attempt >= 4)
          throw new DataError(`${path(name)}: cannot be read: ${(error as Error).message}`, { cause: error });
      }
    }
  };
  const remove = async (name: string): Promise<void> => {
    try {
      await directory.removeEntry(name);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  };
  return {
    folder,
    path,
    read,
    remove,
    async write(name, content) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      const temporary = `.${name}.${crypto.randomUUID()}.tmp`;
      try {
        const handle = await handleOf(temporary, true);
        await writeFile(handle, [bytes]);
        await moveTo(directory, handle, name);
      } catch (error) {
        await remove(temporary).catch(() => {}); // the first error is more useful than this one
        throw new DataError(`${path(name)}: cannot be written: ${await reasonOf(error as Error)}`, { cause: error });
      }
    },
    async rename(from, to) {
      try {
        await moveTo(directory, await handleOf(from), to);
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw new DataError(`${path(to)}: cannot be written: ${await reasonOf(error as Error)}`, { cause: error });
      }
    },
    async list() {
      const names: string[] = [];
      for await (const [name, { kind }] of entriesOf(directory)) {
        if (kind === "file" && !temporaryFile.test(name)) names.push(name);
      }
      return names;
    },
    async sync() {}, // nothing to do: in the browser's storage a moved file is visible at once
  };
}

/** Removes incomplete files of a worker that was ended. Only the holder of the folder's lock may call it. */
export async function removeLeftovers(directory: FileSystemDirectoryHandle): Promise<void> {
  const found: string[] = [];
  for await (const [name] of entriesOf(directory)) if (temporaryFile.test(name)) found.push(name);
  for (const name of found) await directory.removeEntry(name).catch(() => {}); // the next one tries again
}

export function entriesOf(directory: FileSystemDirectoryHandle): AsyncIterable<[string, FileSystemHandle]> {
  return (directory as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }).entries();
}

/** Replaces the content of a file by pieces, which are flushed at the end. Throws if the storage is full. */
export async function writeFile(
  handle: FileSystemFileHandle,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
) {
  const access = await handle.createSyncAccessHandle();
  try {
    access.truncate(0);
    let end = 0;
    for await (const piece of pieces) {
      // A full storage writes less, or throws
      for (let at = 0; at < piece.length; ) {
        const written = access.write(piece.subarray(at) as Uint8Array<ArrayBuffer>, { at: end });
        if (written <= 0) throw new DOMException("nothing more could be written", "QuotaExceededError");
        at += written;
        end += written;
      }
    }
    access.flush();
  } finally {
    access.close();
  }
}

async function moveTo(directory: FileSystemDirectoryHandle, handle: FileHandle, name: string): Promise<void> {
  if (handle.move) return handle.move(name);
  // Not atomic: there is an earlier checkpoint, and a result is written again
  const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
  await writeFile(await directory.getFileHandle(name, { create: true }), [bytes]);
  await directory.removeEntry(handle.name);
}

/** Why something could not be written, in words. */
export async function reasonOf(error: Error): Promise<string> {
  if (error.name !== "QuotaExceededError") return error.message;
  const { usage, quota } = await navigator.storage.estimate().catch(() => ({ usage: undefined, quota: undefined }));
  const use =
    usage === undefined || quota === undefined ? "" : ` (${megabytes(usage)} of ${megabytes(quota)} are used)`;
  return `the browser's storage for this page is full${use}; save runs to files and delete them here`;
}

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString("en")} MB`;
