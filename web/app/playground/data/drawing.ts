import { computed, signal } from "@preact/signals";
import { drawnClasses, emptyDrawing, inOrder, type OwnPoints } from "./ownPoints.ts";
import type { Point } from "./sets.ts";

const mostPoints = 2000;
/** Points of the brush keep this distance, and the eraser reaches this far. */
const brushStep = 0.35;
const eraserReach = 0.4;

/** Drawing points by hand: the current stroke and the history. A stroke becomes points of the state when it ends. */
export class Drawing {
  readonly isActive = signal(false);
  readonly tool = signal<"brush" | "eraser">("brush");
  readonly chosen = signal(0);
  private readonly past = signal<readonly OwnPoints[]>([]);
  private readonly future = signal<readonly OwnPoints[]>([]);
  readonly canUndo = computed(() => this.past.value.length > 0);
  readonly canRedo = computed(() => this.future.value.length > 0);
  private readonly read: () => OwnPoints;
  private readonly write: (own: OwnPoints) => void;
  /** the points with the stroke under way */
  readonly draft = signal<OwnPoints | undefined>(undefined);

  constructor(read: () => OwnPoints, write: (own: OwnPoints) => void) {
    this.read = read;
    this.write = write;
  }

  take(tool: "brush" | "eraser"): void {
    this.tool.value = tool;
  }

  choose(index: number): void {
    this.chosen.value = index;
    this.tool.value = "brush";
  }

  begin(): void {
    this.draft.value = this.read();
  }

  /** Ends a stroke: if it changed something, its points train, and it can be undone. */
  end(): void {
    const [before, after] = [this.read(), this.draft.value];
    this.draft.value = undefined;
    if (!after || after === before) return;
    this.past.value = [...this.past.value.slice(-99), before];
    this.future.value = [];
    this.write(after);
  }

  /** A stroke of one change. */
  once(change: () => void): void {
    this.begin();
    change();
    this.end();
  }

  /** Adds a point of the chosen class unless a point of the stroke is near. */
  add([x, y]: readonly [number, number]): void {
    const own = this.draft.value ?? this.read();
    const target = this.chosen.value;
    const isNear = (point: Point) => point[2] === target && Math.hypot(point[0] - x, point[1] - y) < brushStep;
    if (own.target || own.points.length >= mostPoints || own.points.some(isNear)) return;
    const missing = Math.max(0, target + 1 - own.classNames.length);
    const added = Array.from({ length: missing }, (_, i) => `class ${own.classNames.length + i}`);
    const points = inOrder([...own.points, [x, y, target] as const]);
    this.draft.value = { ...own, classNames: [...own.classNames, ...added], points };
  }

  /** Removes all points near a place. */
  erase([x, y]: readonly [number, number]): void {
    const own = this.draft.value ?? this.read();
    const points = own.points.filter((point) => Math.hypot(point[0] - x, point[1] - y) > eraserReach);
    if (points.length < own.points.length) this.draft.value = { ...own, points };
  }

  /** Replaces all points, as one stroke. */
  replace(own: OwnPoints): void {
    this.once(() => {
      this.draft.value = own;
    });
  }

  clear(): void {
    this.replace({ ...emptyDrawing, classNames: this.read().classNames });
  }

  undo(): void {
    this.travel(this.past, this.future);
  }

  redo(): void {
    this.travel(this.future, this.past);
  }

  private travel(from: Drawing["past"], to: Drawing["past"]): void {
    const target = from.value.at(-1);
    if (!target) return;
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, this.read()];
    this.write(target);
  }

  /** Number keys choose a class, B and X the tool, Ctrl-Z and Ctrl-Y undo and redo. Whether the key was one of them. */
  key(event: KeyboardEvent): boolean {
    const act = this.actionOf(event);
    if (!act) return false;
    event.preventDefault();
    event.stopPropagation();
    act();
    return true;
  }

  private actionOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): (() => void) | undefined {
    const lower = key.toLowerCase();
    if (ctrlKey || metaKey) {
      if (lower === "z") return shiftKey ? () => this.redo() : () => this.undo();
      return lower === "y" ? () => this.redo() : undefined;
    }
    if (altKey) return undefined;
    const number = Number(key);
    if (key.length === 1 && number >= 1 && number <= drawnClasses) {
      return () => this.choose(number - 1);
    }
    if (lower === "b") return () => this.take("brush");
    if (lower === "x") return () => this.take("eraser");
    return undefined;
  }
}
