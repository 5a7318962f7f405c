import { FAILED, MESSAGE, MESSAGE_UNITS, SEQUENCE, STOP } from "./wasmCall.ts";

/** The common interface of workers in Node and in browsers. */
interface WorkerHandle {
  end(): void;
}

/**
 * The code of a worker: it enters the loop of the kernels and stays in it. It is JavaScript in a string, so that bundlers and
 * type strippers cannot change it and no file has to be found.
 */
const source = `
const { parentPort } = globalThis.process?.getBuiltinModule?.("node:worker_threads") ?? {};
const serve = ({ module, memory, thread, failedAt, messageAt, messageUnits }) => {
  try {
    new WebAssembly.Instance(module, { env: { memory } }).exports.work(thread);
  } catch (error) {
    const text = String(error?.stack ?? error).slice(0, messageUnits);
    new Uint32Array(memory.buffer, messageAt, 1)[0] = text.length;
    const units = new Uint16Array(memory.buffer, messageAt + 4, text.length);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    Atomics.store(new Int32Array(memory.buffer), failedAt / 4, thread + 1);
  }
};
if (parentPort) parentPort.once("message", serve);
else self.onmessage = ({ data }) => { postMessage("started"); serve(data); self.close(); };
`;

/** The worker threads. They are numbered from 1; the caller is 0. */
export class WasmPool {
  readonly #workers: WorkerHandle[] = [];
  readonly #memory: WebAssembly.Memory;
  #ended: string | undefined;
  #closed = false;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, count: number) {
    this.#memory = memory;
    for (let thread = 1; thread <= count; thread++) {
      const start = { module, memory, thread, failedAt: FAILED, messageAt: MESSAGE, messageUnits: MESSAGE_UNITS };
      const lost = (how: string) => {
        if (!this.#closed) this.#ended ??= `worker ${thread} ${how}`;
      };
      this.#workers.push(startWorker(start, lost));
    }
  }

  /** Why these workers cannot continue, or undefined if they can. */
  failure(): string | undefined {
    const failed = Atomics.load(new Int32Array(this.#memory.buffer), FAILED / 4);
    if (failed === 0) return this.#ended;
    const [length] = new Uint32Array(this.#memory.buffer, MESSAGE, 1);
    const message = String.fromCharCode(...new Uint16Array(this.#memory.buffer, MESSAGE + 4, length));
    return `worker ${failed - 1} failed: ${message}`;
  }

  /** Ends one worker unexpectedly, for tests. */
  kill(thread: number): void {
    this.#workers[thread - 1].end();
  }

  close(): void {
    this.#closed = true;
    const words = new Int32Array(this.#memory.buffer);
    Atomics.store(words, STOP / 4, 1);
    Atomics.add(words, SEQUENCE / 4, 1);
    Atomics.notify(words, SEQUENCE / 4);
    for (const worker of this.#workers) worker.end();
  }
}

/** The number of threads that can share memory: in browsers one, unless the page is cross-origin isolated. */
export function usableThreads(wanted: number): number {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  return inNode() || isolated ? wanted : 1;
}

/**
 * The default number of threads: all cores in Node and in a worker of a cross-origin isolated page; one everywhere else,
 * including the main thread of a page, which must not wait for others.
 */
export function availableThreads(): number {
  const inPage = !inNode() && typeof document === "object";
  return inPage ? 1 : usableThreads(navigator.hardwareConcurrency || 1);
}

function inNode(): boolean {
  return typeof process === "object" && typeof process.getBuiltinModule === "function";
}

function startWorker(start: object, lost: (how: string) => void): WorkerHandle {
  if (inNode()) {
    const { Worker: NodeWorker } = process.getBuiltinModule("node:worker_threads");
    const worker = new NodeWorker(source, { eval: true, execArgv: [], name: "handgrad kernels" });
    worker.on("error", (error) => lost(`failed: ${String(error)}`));
    worker.on("exit", (code) => lost(`ended (exit code ${code})`));
    worker.postMessage(start);
    worker.unref(); // so that the process can end
    return { end: () => void worker.terminate() };
  }
  return startBrowserWorker(start, lost);
}

/**
 * A page may forbid workers from blobs. A worker that never started has taken no item, so this is not a failure: the other
 * threads do all the work.
 */
function startBrowserWorker(start: object, lost: (how: string) => void): WorkerHandle {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const release = () => URL.revokeObjectURL(url);
  try {
    const worker = new Worker(url, { name: "handgrad kernels" });
    let started = false;
    worker.onmessage = () => {
      started = true;
    };
    worker.onerror = ({ message }) => {
      if (started) lost(`failed: ${message}`);
    };
    worker.postMessage(start);
    return {
      end: () => {
        worker.terminate();
        release();
      },
    };
  } catch {
    return { end: release };
  }
}
