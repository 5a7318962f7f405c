import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isDark } from "../../shared/scheme.ts";
import type { Playground } from "../playground.ts";
import { inputNames } from "../state.ts";
import { type NetworkLayout, weightPlaces } from "./layout.ts";
import { drawLinks, type Link, linkAt } from "./links.ts";

interface WeightLinesProps {
  readonly playground: Playground;
  readonly layout: NetworkLayout;
}

/** The weights, on one canvas behind the units. Pointing at one shows its value, a click leads to its field. */
export function WeightLines({ playground, layout }: WeightLinesProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointed = useSignal<(Link & { readonly x: number; readonly y: number }) | undefined>(undefined);
  const drawn = useRef({ layout, places: weightPlaces(playground.state.value), inputs: [] as number[] });
  const shape = useSignal(0);
  const { inputs } = playground.state.value;
  drawn.current = {
    layout,
    places: weightPlaces(playground.state.value),
    inputs: inputs.map((name) => inputNames.indexOf(name)),
  };
  useEffect(() => {
    shape.value++;
  }, [layout.width, layout.height, playground.state.value]);
  useSignalEffect(() => {
    shape.value;
    const dark = isDark.value;
    const values = playground.results.value?.values;
    const unit = playground.hovered.value ?? playground.selected.value;
    const link = pointed.value;
    const marked = (each: Link) =>
      each.index === link?.index || (unit !== undefined && each.layer === unit.layer && each.to === unit.unit);
    // in a task of its own: without a graphics card, hundreds of curves take a while
    const task = setTimeout(() => {
      const { places } = drawn.current;
      const last = places[places.length - 1];
      if (!canvas.current || !values || values.length < last.bias + last.outputs) return;
      drawLinks(canvas.current, drawn.current, values, { dark, marked });
    });
    return () => clearTimeout(task);
  });
  const find = (event: MouseEvent): Link | undefined => linkAt(drawn.current, event.offsetX, event.offsetY);
  const link = pointed.value;
  return (
    <>
      <canvas
        ref={canvas}
        class="links"
        style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
        onPointerMove={(event) => {
          const found = find(event);
          pointed.value = found && { ...found, x: event.offsetX, y: event.offsetY };
        }}
        onPointerLeave={() => (pointed.value = undefined)}
        onClick={(event) => {
          const found = find(event);
          if (!found) return;
          playground.selected.value = { layer: found.layer, unit: found.to };
          requestAnimationFrame(() => focusWeight(canvas.current, found.index));
        }}
      />
      {link && (
        <span class="tip" style={{ left: `${link.x + 12}px`, top: `${link.y - 30}px` }}>
          weight {playground.frame.value?.values[link.index]?.toFixed(3)}
        </span>
      )}
    </>
  );
}

/** To the field of a weight, which is shown with its unit. */
function focusWeight(canvas: HTMLElement | null, index: number): void {
  const field = canvas?.closest(".network")?.querySelector<HTMLInputElement>(`[data-weight="${index}"]`);
  field?.focus({ preventScroll: true });
  field?.select();
  field?.scrollIntoView({ block: "nearest" });
}
