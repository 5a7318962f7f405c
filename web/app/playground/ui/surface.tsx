import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { isDark } from "../../shared/scheme.ts";
import type { Playground } from "../playground.ts";
import { levelImage, levelTable } from "./palette.ts";

/** The small heat map of a unit: `place` finds its levels among those of a frame, by the number of the unit. */
export function UnitSurface({ playground, unit }: { readonly playground: Playground; readonly unit: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const index = useRef(unit);
  index.current = unit;
  useSignalEffect(() => {
    const surfaces = playground.frame.value?.surfaces;
    const table = levelTable(isDark.value, "full");
    if (!canvas.current) return;
    const { side, units } = surfaces ?? { side: 1, units: new Uint8Array() };
    const start = index.current * side * side;
    drawLevels(canvas.current, units.subarray(start, start + side * side), table, side);
  });
  return <canvas ref={canvas} width={1} height={1} />;
}

/** Draws levels at one pixel a cell; CSS enlarges the canvas. */
export function drawLevels(
  canvas: HTMLCanvasElement,
  levels: Uint8Array,
  table: Uint8ClampedArray,
  side: number,
): void {
  if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
  if (levels.length === side * side) canvas.getContext("2d")?.putImageData(levelImage(levels, table, side), 0, 0);
}

/** The heat map of an input, which does not change. */
export function InputSurface({ value }: { readonly value: (x: number, y: number) => number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const side = 24;
    const table = levelTable(isDark.value, "full");
    const at = (i: number) => (12 * (i + 0.5)) / side - 6;
    const values = Array.from({ length: side * side }, (_, i) => value(at(i % side), -at(Math.floor(i / side))));
    const most = Math.max(...values.map(Math.abs));
    const levels = Uint8Array.from(values, (each) => 127 + Math.round((127 * each) / most));
    if (canvas.current) drawLevels(canvas.current, levels, table, side);
  });
  return <canvas ref={canvas} width={1} height={1} />;
}
