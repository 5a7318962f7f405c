import type * as FileSystem from "node:fs";
import type * as FileSystemPromises from "node:fs/promises";
import type { Change } from "./powerLoss.ts";

/**
 * A layer over the real file system, for `vi.mock`. It counts the system calls that change something on disk, lets a test make any of them fail,
 * and records what they changed, for the power-loss model. In a test file:
 *
 *     vi.mock("node:fs", async (original) => (await import("./faultyFiles.ts")).overFiles(await original()));
 *     vi.mock("node:fs/promises", async (original) => (await import("./faultyFiles.ts")).overPromises(await original()));
 */
export interface Call {
  /** from 0 */
  readonly index: number;
  readonly name: string;
  readonly path: string;
}

/** What becomes of a call: the code of the error with which it fails, and for a write how much of it arrives before. */
export type Fault = { readonly code: string; readonly written?: number } | undefined;

interface Layer {
  /** the calls since `begin` */
  calls: Call[];
  changes: Change[];
  fault: ((call: Call) => Fault) | undefined;
  active: boolean;
}

/** One for the mocked modules and the test, which load this file separately. */
const key = Symbol.for("handgrad faulty files");
const shared = globalThis as unknown as Record<symbol, Layer | undefined>;
shared[key] ??= { calls: [], changes: [], fault: undefined, active: false };
const layer: Layer = shared[key];

/** Counts and records from here on; `fault` says which calls fail. */
export function begin(fault?: Layer["fault"]): void {
  Object.assign(layer, { calls: [], changes: [], fault, active: true });
}

/** Ends it, and returns what was called and changed. */
export function end(): { readonly calls: readonly Call[]; readonly changes: readonly Change[] } {
  layer.active = false;
  return { calls: layer.calls, changes: layer.changes };
}

export const failure = (code: string, name: string, path: string): Error =>
  Object.assign(new Error(`${code}: injected, ${name} '${path}'`), { code, syscall: name });

/** Counts a call; throws where it is to fail. For a write, `partly` is called with the part that arrives. */
function count(name: string, path: string, partly?: (fraction: number) => void): void {
  if (!layer.active) return;
  const call = { index: layer.calls.length, name, path };
  layer.calls.push(call);
  const fault = layer.fault?.(call);
  if (!fault) return;
  if (fault.written) partly?.(fault.written);
  throw failure(fault.code, name, path);
}

function record(change: Change): void {
  if (layer.active) layer.changes.push(change);
}

const bytesOf = (content: unknown): Buffer =>
  typeof content === "string" ? Buffer.from(content) : Buffer.from(content as Uint8Array);

let files = 0;

/** node:fs with the calls in it that run folders use. */
export function overFiles(fs: typeof FileSystem): typeof FileSystem {
  const folders = new Map<number, string>();
  const openFiles = new Map<number, number>();
  const text = (path: unknown) => String(path);
  const over = {
    ...fs,
    mkdirSync(path: string, options?: object) {
      const made: string[] = [];
      for (let at = path; !fs.existsSync(at); at = at.slice(0, at.lastIndexOf("/"))) made.unshift(at);
      count("mkdir", path);
      const result = fs.mkdirSync(path, options);
      for (const folder of made) record({ kind: "mkdir", path: folder });
      return result;
    },
    writeFileSync(path: string, content: string | Uint8Array, options?: { flush?: boolean }) {
      const bytes = bytesOf(content);
      const file = files++;
      count("open", path);
      const write = (part: Uint8Array) => {
        fs.writeFileSync(path, part, options as object);
        record({ kind: "create", path, file });
        record({ kind: "write", file, bytes: Buffer.from(part) });
      };
      count("write", path, (fraction) => write(bytes.subarray(0, Math.floor(fraction * bytes.length))));
      write(bytes);
      if (!options?.flush) return;
      count("fsync", path);
      record({ kind: "sync", file });
    },
    linkSync(from: string, to: string) {
      count("link", to);
      fs.linkSync(from, to);
      record({ kind: "link", from, to });
    },
    renameSync(from: string, to: string) {
      count("rename", to);
      fs.renameSync(from, to);
      record({ kind: "rename", from, to });
    },
    rmSync(path: string, options?: object) {
      count("unlink", path);
      fs.rmSync(path, options);
      record({ kind: "remove", path });
    },
    openSync(path: string, flags: string) {
      count("open", path);
      const number = fs.openSync(path, flags);
      if (fs.statSync(path).isDirectory()) folders.set(number, path);
      else openFiles.set(number, files++);
      return number;
    },
    fsyncSync(number: number) {
      const folder = folders.get(number);
      count("fsync", folder ?? text(number));
      fs.fsyncSync(number);
      if (folder !== undefined) record({ kind: "syncFolder", path: folder });
    },
    closeSync(number: number) {
      fs.closeSync(number);
      const folder = folders.get(number);
      folders.delete(number);
      count("close", folder ?? text(number));
    },
  } as unknown as typeof FileSystem;
  return { ...over, default: over } as typeof FileSystem;
}

type Promises = typeof FileSystemPromises;

/** node:fs/promises with the calls in it that run folders use. */
export function overPromises(fs: Promises): Promises {
  const over = {
    ...fs,
    async open(path: string, flags: string) {
      count("open", path);
      const handle = await fs.open(path, flags);
      const isFolder = (await handle.stat()).isDirectory();
      const file = files++;
      if (!isFolder) record({ kind: "create", path, file });
      const write = async (bytes: Uint8Array) => {
        await handle.write(bytes);
        record({ kind: "write", file, bytes: Buffer.from(bytes) });
      };
      return {
        async writeFile(content: string | Uint8Array) {
          const bytes = bytesOf(content);
          let part: Uint8Array | undefined;
          try {
            count("write", path, (fraction) => {
              part = bytes.subarray(0, Math.floor(fraction * bytes.length));
            });
          } finally {
            if (part) await write(part);
          }
          await write(bytes);
        },
        async sync() {
          count("fsync", path);
          await handle.sync();
          record(isFolder ? { kind: "syncFolder", path } : { kind: "sync", file });
        },
        /** A close that fails has closed the file all the same, as on Linux. */
        async close() {
          await handle.close();
          count("close", path);
        },
      };
    },
    async rename(from: string, to: string) {
      count("rename", to);
      await fs.rename(from, to);
      record({ kind: "rename", from, to });
    },
    async rm(path: string, options?: object) {
      count("unlink", path);
      await fs.rm(path, options);
      record({ kind: "remove", path });
    },
  } as unknown as Promises;
  return { ...over, default: over } as Promises;
}
