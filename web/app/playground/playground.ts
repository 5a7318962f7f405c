import { computed, signal } from "@preact/signals";
import { messageOf } from "../shared/ui/notice.tsx";
import { WorkerClient } from "../shared/worker/client.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { Drawing } from "./data/drawing.ts";
import { emptyDrawing } from "./data/ownPoints.ts";
import { pointsOf } from "./data/parts.ts";
import type { TableInfo } from "./data/readTable.ts";
import { keepPoints, storedPoints } from "./data/storedPoints.ts";
import type { TableChoice, TablePoints } from "./data/tablePoints.ts";
import { type PlaygroundState, withChange } from "./state.ts";
import type { Frame, PlaygroundApi, Weights } from "./training/protocol.ts";

/** A unit of the drawing: the layer counts from 0, the outputs are the last one. */
export interface UnitPlace {
  readonly layer: number;
  readonly unit: number;
}

export interface PlaygroundOptions {
  /** "data=spiral&seed=3" */
  readonly address: string;
  /** called whenever the address of the state changes */
  readonly onAddress?: ((address: string) => void) | undefined;
  readonly startWorker: () => Worker;
}

/** Longer addresses keep their points in the browser's storage: servers, mail programs and messengers cut long links. */
const mostAddress = 4000;

const prefersLessMotion = matchMedia("(prefers-reduced-motion: reduce)");
/** With more, the pictures change only about three times a second during training. */
const calmMs = 300;

/** Browsers refuse addresses that change more often, as they would while a slider moves. */
const addressMs = 200;

/** The shortest time between drawings of curves and weights. */
const resultsMs = 100;

/** The state and the actions of one playground. There are no global variables, so a page can have several. */
export class Playground {
  readonly state = signal<PlaygroundState>(parseAddress("").state);
  readonly frame = signal<Frame | undefined>(undefined);
  /** the same less often, for curves, weights and tables */
  readonly results = signal<Frame | undefined>(undefined);
  readonly running = signal(false);
  /** epochs a second */
  readonly rate = signal(30);
  /** whether the keys Space, S, E and R are active */
  readonly hasKeys = signal(true);
  /** wrong parts of the address */
  readonly problems = signal<readonly string[]>([]);
  readonly failure = signal<string | undefined>(undefined);
  readonly selected = signal<UnitPlace | undefined>(undefined);
  readonly hovered = signal<UnitPlace | undefined>(undefined);
  /** weights that were changed by hand or read from a file; links do not contain them */
  readonly isEdited = signal(false);
  readonly drawing = new Drawing(
    () => this.state.peek().own ?? emptyDrawing,
    (own) => this.change({ data: "own", own }),
  );
  /** including those of the current stroke */
  readonly points = computed(() => {
    const own = this.drawing.draft.value;
    return pointsOf(own ? { ...this.state.value, data: "own", own } : this.state.value);
  });
  private readonly worker: WorkerClient<PlaygroundApi>;
  private readonly options: PlaygroundOptions;
  private readonly ended = new AbortController();
  private address = "";
  private opened = 0;
  private commands = 0;

  constructor(options: PlaygroundOptions) {
    this.options = options;
    this.worker = new WorkerClient<PlaygroundApi>(options.startWorker);
    this.read(options.address);
  }

  /** Shows the state of an address. */
  read(address: string): void {
    this.dropWrite();
    const { state, problems } = parseAddress(address, storedPoints);
    this.problems.value = problems;
    this.address = address;
    this.show(state);
  }

  /** Shows the state of an address that the user has chosen: the page's address follows, and training starts. */
  open(address: string): void {
    this.read(address);
    this.options.onAddress?.(this.address);
    if (!this.running.value) this.train();
  }

  /** Whether an address is already shown. */
  isShown(address: string): boolean {
    const same = (text: string): string => new URLSearchParams(text).toString(); // independent of the escapes
    return same(address) === same(this.address);
  }

  /** Changes parts of the state and starts again; a training continues with the new state. */
  change(change: Partial<PlaygroundState>): void {
    const wasRunning = this.running.value;
    this.show(withChange(this.state.value, change));
    this.writeAddress();
    if (wasRunning) this.train();
  }

  /** Shows a state from a file with its weights. */
  showWeights(state: PlaygroundState, weights: Weights): void {
    this.show({ ...state, epoch: 0 }, weights);
    this.writeAddress();
    this.isEdited.value = true;
  }

  private show(state: PlaygroundState, weights?: Weights): void {
    this.state.value = state;
    this.running.value = state.epoch > 0 && !weights;
    this.failure.value = undefined;
    this.isEdited.value = false;
    if (!fits(this.selected.value, state)) this.selected.value = undefined;
    this.hovered.value = undefined;
    this.watch();
    this.opened++;
    this.commands = 0;
    const opening = this.opened;
    this.worker.call("open", { state, weights }).catch((error) => {
      if (opening !== this.opened) return;
      this.frame.value = undefined;
      this.fail(error);
    });
  }

  private isWatching = false;

  private watch(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    this.opened = 0;
    this.worker
      .call("watch", undefined, { signal: this.ended.signal, onEvent: (frame) => this.receive(frame) })
      .catch((error) => {
        this.isWatching = false; // the next state that is opened starts a new worker
        this.fail(error);
      });
  }

  private receive(frame: Frame): void {
    requestAnimationFrame(() => {
      const pause = frame.running && prefersLessMotion.matches ? calmMs : 0;
      setTimeout(() => this.send("drawn", undefined), pause);
      if (frame.opened !== this.opened) return;
      this.frame.value = frame;
      this.showResults(frame);
      if (frame.commands === this.commands) this.running.value = frame.running;
      this.failure.value = frame.problem;
      if (!frame.running && frame.epoch > 0) this.writeAddress(frame.epoch);
    });
  }

  private resultsAt = -Infinity;

  /** In a task of its own, so that drawing surfaces and curves does not block the page in one piece. */
  private showResults(frame: Frame): void {
    const now = performance.now();
    if (frame.running && now - this.resultsAt < resultsMs) return;
    this.resultsAt = now;
    setTimeout(() => {
      if (frame.opened === this.opened) this.results.value = frame;
    });
  }

  private fail(error: unknown): void {
    if (this.ended.signal.aborted) return;
    this.running.value = false;
    this.failure.value = messageOf(error);
  }

  /** Tells the worker to run, pause or step; earlier frames do not tell whether it runs. */
  private command<Name extends "run" | "pause" | "step" | "epoch">(
    name: Name,
    argument: Parameters<PlaygroundApi[Name]>[0],
  ): void {
    this.commands++;
    this.running.value = name === "run";
    this.send(name, argument);
  }

  private send<Name extends "run" | "pause" | "step" | "epoch" | "assign" | "drawn">(
    name: Name,
    argument: Parameters<PlaygroundApi[Name]>[0],
  ): void {
    this.worker.call(name, argument as never).catch((error) => this.fail(error));
  }

  train(): void {
    if (this.failure.value !== undefined) this.reset();
    this.command("run", this.rate.value);
  }

  pause(): void {
    this.command("pause", undefined);
  }

  toggle(): void {
    if (this.running.value) this.pause();
    else this.train();
  }

  step(): void {
    this.command("step", undefined);
  }

  epoch(): void {
    this.command("epoch", undefined);
  }

  /** Back to the weights with which training began. */
  reset(): void {
    this.show({ ...this.state.value, epoch: 0 });
    this.writeAddress();
  }

  setRate(rate: number): void {
    this.rate.value = rate;
    if (this.running.value) this.command("run", rate);
  }

  assign(index: number, value: number): void {
    this.isEdited.value = true;
    this.send("assign", { index, value });
  }

  /** Reads a table, in the worker. */
  openTable(file: File): Promise<TableInfo> {
    return this.worker.call("openTable", file);
  }

  /** Shows columns of the table that was opened. */
  async showTable(choice: TableChoice): Promise<TablePoints> {
    const points = await this.worker.call("tablePoints", choice);
    this.drawing.isActive.value = false;
    this.change({ data: "own", own: points.own });
    return points;
  }

  weights(): Promise<Weights> {
    return this.worker.call("weights", undefined);
  }

  /** The address of the state, with the epochs that were trained. */
  addressAt(epoch: number): string {
    const state = { ...this.state.value, epoch };
    const whole = formatAddress(state);
    return whole.length <= mostAddress || !state.own ? whole : formatAddress(state, { stored: keepPoints(state.own) });
  }

  private writeAddress(epoch = 0): void {
    this.address = this.addressAt(this.isEdited.value ? 0 : epoch);
    this.pendingWrite ??= setTimeout(() => {
      this.pendingWrite = undefined;
      this.options.onAddress?.(this.address);
    }, addressMs);
  }

  private pendingWrite: ReturnType<typeof setTimeout> | undefined;

  private dropWrite(): void {
    clearTimeout(this.pendingWrite);
    this.pendingWrite = undefined;
  }

  end(): void {
    this.dropWrite();
    this.ended.abort();
    this.worker.end();
  }
}

function fits(place: UnitPlace | undefined, { layers }: PlaygroundState): boolean {
  return place === undefined || place.layer >= layers.length || place.unit < layers[place.layer].units;
}
