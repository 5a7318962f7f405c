import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { onGrid } from "../data/ownPoints.ts";
import type { Playground } from "../playground.ts";
import { toPixel } from "./points.ts";

/** The part of the output plot on which points are drawn: by mouse, finger or arrow keys. It exists only while points are drawn. */
export function DrawingLayer({ playground: { drawing } }: { readonly playground: Playground }) {
  const cursor = useSignal<readonly [number, number]>([0, 0]);
  const element = useRef<HTMLDivElement>(null);
  const isActive = drawing.isActive.value;
  useEffect(() => {
    if (isActive) element.current?.focus({ preventScroll: true });
  }, [isActive]);
  if (!isActive) return null;

  const placeOf = (event: PointerEvent): readonly [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [
      onGrid((12 * (event.clientX - box.left)) / box.width - 6),
      onGrid(6 - (12 * (event.clientY - box.top)) / box.height),
    ];
  };
  const paint = (event: PointerEvent): void => {
    cursor.value = placeOf(event);
    if (event.buttons === 2 || drawing.tool.value === "eraser") drawing.erase(cursor.value);
    else drawing.add(cursor.value);
  };
  const move = (dx: number, dy: number): void => {
    cursor.value = [onGrid(cursor.value[0] + dx), onGrid(cursor.value[1] + dy)];
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(-0.3, 0),
    ArrowRight: () => move(0.3, 0),
    ArrowUp: () => move(0, 0.3),
    ArrowDown: () => move(0, -0.3),
    Enter: () => drawing.once(() => drawing.add(cursor.value)),
    " ": () => drawing.once(() => drawing.add(cursor.value)),
    Delete: () => drawing.once(() => drawing.erase(cursor.value)),
    Backspace: () => drawing.once(() => drawing.erase(cursor.value)),
  };
  const [x, y] = cursor.value;
  return (
    <div
      ref={element}
      class="drawing"
      role="application"
      aria-label={`Plane to draw on. Arrow keys move the cursor, now at x ${x.toFixed(1)}, y ${y.toFixed(1)}; Enter adds a point of the chosen class, Delete erases, number keys choose a class.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is interactive
      tabIndex={0}
      onContextMenu={(event) => event.preventDefault()}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drawing.begin();
        paint(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons > 0) paint(event);
      }}
      onPointerUp={() => drawing.end()}
      onPointerCancel={() => drawing.end()}
      onKeyDown={(event) => {
        if (drawing.key(event)) return;
        const act = keys[event.key];
        if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        act();
      }}
    >
      <span class="cursor" style={{ left: `${toPixel(x, 100)}%`, top: `${toPixel(-y, 100)}%` }} />
    </div>
  );
}
