import type { FromWorker, ToWorker } from "./messages.ts";

/** The second argument of a worker's method. */
export interface Call<Event> {
  /** Sends events to the page while the method works. */
  emit(event: Event, transfer?: Transferable[]): void;
  /** aborted when the page no longer needs the result */
  readonly signal: AbortSignal;
}

/** The methods of a worker: each takes one argument of plain data. A result that is a `Moved` hands its buffers over without a copy. */
// biome-ignore lint/suspicious/noExplicitAny: the types of a method are its own; `WorkerClient` keeps them
export type Methods = Readonly<Record<string, (argument: any, call: Call<any>) => unknown>>;

export class Moved<Value> {
  readonly value: Value;
  readonly transfer: Transferable[];

  constructor(value: Value, transfer: Transferable[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

/** Answers the calls of a page, in the worker. Several calls may be under way at once. */
export function serveWorker(methods: Methods, port: Port = globalThis as unknown as Port): void {
  const running = new Map<number, AbortController>();
  const send = (message: FromWorker, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  port.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
    const { id } = data;
    if (data.kind === "abort") {
      running.get(id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(id, controller);
    const call: Call<unknown> = {
      signal: controller.signal,
      emit: (event, transfer) => send({ kind: "event", id, event }, transfer),
    };
    try {
      const value = await methods[data.method](data.argument, call);
      if (value instanceof Moved) send({ kind: "result", id, value: value.value }, value.transfer);
      else send({ kind: "result", id, value });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
      send({ kind: "error", id, name, message });
    } finally {
      running.delete(id);
    }
  };
}
