import type { FromWorker, ToWorker } from "./messages.ts";
import type { Call, Methods, Moved } from "./serve.ts";

type ArgumentOf<Method> = Method extends (argument: infer Argument, ...rest: never[]) => unknown ? Argument : undefined;
type EventOf<Method> = Method extends (argument: never, call: Call<infer Event>) => unknown ? Event : never;
type ResultOf<Method> = Method extends (...all: never[]) => infer Result
  ? Awaited<Result> extends Moved<infer Value>
    ? Value
    : Awaited<Result>
  : never;

interface CallOptions<Event> {
  /** gets the events of the method */
  readonly onEvent?: (event: Event) => void;
  /** when aborted, it tells the worker that the result is no longer needed */
  readonly signal?: AbortSignal;
  readonly transfer?: Transferable[];
}

/** An error that a worker threw; its `name` says which kind, such as "DataError". */
export class WorkerError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

interface Pending {
  readonly onEvent: ((event: never) => void) | undefined;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Calls the methods of a worker that runs `serveWorker`. The worker starts with the first call, and again with the next one after it
 * crashed or was ended: then all pending calls fail with a WorkerError "WorkerLost".
 */
export class WorkerClient<Api extends Methods> {
  private readonly start: () => Worker;
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private count = 0;

  /** `start` must contain `new Worker(new URL("./file.ts", import.meta.url), { type: "module" })` literally, for the bundler. */
  constructor(start: () => Worker) {
    this.start = start;
  }

  call<Name extends keyof Api & string>(
    method: Name,
    argument: ArgumentOf<Api[Name]>,
    { onEvent, signal, transfer = [] }: CallOptions<EventOf<Api[Name]>> = {},
  ): Promise<ResultOf<Api[Name]>> {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const worker = this.open();
      this.pending.set(id, { onEvent, resolve: resolve as (value: never) => void, reject });
      worker.postMessage({ kind: "call", id, method, argument } satisfies ToWorker, transfer);
      signal?.addEventListener("abort", () => {
        if (this.pending.has(id)) this.worker?.postMessage({ kind: "abort", id } satisfies ToWorker);
      });
    });
  }

  /** Ends the worker and all its work. */
  end(reason = "it was ended"): void {
    this.worker?.terminate();
    this.lose(reason);
  }

  private open(): Worker {
    if (this.worker) return this.worker;
    const worker = this.start();
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.lose(event.message || "its script could not be loaded");
    };
    worker.onmessageerror = () => this.lose("it sent something that cannot be read");
    this.worker = worker;
    return worker;
  }

  private receive(message: FromWorker): void {
    const call = this.pending.get(message.id);
    if (!call) return;
    if (message.kind === "event") {
      call.onEvent?.(message.event as never);
      return;
    }
    this.pending.delete(message.id);
    if (message.kind === "result") call.resolve(message.value as never);
    else call.reject(new WorkerError(message.name, message.message));
  }

  private lose(reason: string): void {
    this.worker = undefined;
    const calls = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of calls) {
      reject(new WorkerError("WorkerLost", `the background worker of this page stopped: ${reason}; try again`));
    }
  }
}
