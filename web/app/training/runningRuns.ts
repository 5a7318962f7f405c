import type { TrainSettings } from "handgrad";
import { extendCurves } from "./extendCurves.ts";
import type { RunCurves, RunEvent } from "./protocol.ts";

type Listener = (event: RunEvent) => void;

/** The runs that this worker trains: later listeners get them too, and any view can pause them. */
export class RunningRuns {
  private readonly listeners = new Set<Listener>();
  private readonly controllers = new Map<string, AbortController>();
  private readonly shown = new Map<string, { readonly settings: TrainSettings; readonly curves: RunCurves }>();

  /** Trains a run: `signal` and `pause` stop it, and its events go to `emit` and to all listeners. */
  async train<Result>(
    name: string,
    { emit, signal }: { readonly emit: Listener; readonly signal: AbortSignal },
    work: (options: { readonly emit: Listener; readonly signal: AbortSignal }) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController();
    const tell = (event: RunEvent) => {
      this.keep(event);
      emit(event);
      for (const listener of this.listeners) listener(event);
    };
    const isFirst = !this.controllers.has(name); // a second one is refused by the lock of the folder
    if (isFirst) this.controllers.set(name, controller);
    try {
      return await work({ emit: tell, signal: AbortSignal.any([signal, controller.signal]) });
    } finally {
      if (isFirst) {
        this.controllers.delete(name);
        this.shown.delete(name);
        tell({ kind: "end", name });
      }
    }
  }

  pause(name: string): void {
    this.controllers.get(name)?.abort();
  }

  /** Sends the events of all runs until the signal is aborted; running ones start with a `begin` event. */
  async watch(emit: Listener, signal: AbortSignal): Promise<void> {
    for (const [name, { settings, curves }] of this.shown) emit({ kind: "begin", name, settings, curves });
    this.listeners.add(emit);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    this.listeners.delete(emit);
  }

  private keep(event: RunEvent): void {
    if (event.kind === "begin") this.shown.set(event.name, event);
    const before = this.shown.get(event.name);
    if (event.kind === "progress" && before)
      this.shown.set(event.name, { ...before, curves: extendCurves(before.curves, event) });
  }
}
