import { useEffect, useRef } from "preact/hooks";
import type { StepData } from "./protocol.ts";
import type { Stop } from "./stops.ts";

interface StripProps {
  readonly stops: readonly Stop[];
  readonly data: StepData;
  readonly at: string;
  readonly onGo: (id: string) => void;
}

/** The course of a step as a loop: forward to the right, the loss at the end, backward to the left, the update below. */
export function Strip({ stops, data, at, onGo }: StripProps) {
  const count = data.layers.length;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const current = place.current?.querySelector<HTMLElement>('[aria-current="step"]');
    const box = place.current;
    if (!current || !box) return;
    // only sideways: the page itself does not scroll
    box.scrollLeft = current.offsetLeft - box.clientWidth / 2 + current.offsetWidth / 2;
  }, [at]);
  const now = stops.findIndex(({ id }) => id === at);
  const chip = (stop: Stop, column: number, row: number, label: string, detail: string, isInner = false) => {
    const index = stops.indexOf(stop);
    const classes = ["chip", stop.direction, isInner && "inner", index < now && "done"].filter(Boolean).join(" ");
    return (
      <button
        key={stop.id}
        type="button"
        class={classes}
        style={{ gridColumn: column, gridRow: row }}
        aria-current={stop.id === at ? "step" : undefined}
        title={stop.title}
        onClick={() => onGo(stop.id)}
      >
        {stop.direction !== "update" && <span class="unseen">{stop.direction} </span>}
        <span class="chip-name">{label}</span>
        <span class="chip-detail">{detail}</span>
      </button>
    );
  };
  const find = (id: string) => stops.find((stop) => stop.id === id) as Stop;
  return (
    // biome-ignore lint/a11y/useSemanticElements: not a set of form fields, and not a landmark, because an article may have several
    <div class="strip" role="group" aria-label="Steps" ref={place}>
      <div class="loop" style={{ gridTemplateColumns: `auto repeat(${count}, minmax(4.6rem, auto)) auto` }}>
        <span class="way" style={{ gridColumn: 1, gridRow: 1 }}>
          forward →
        </span>
        {chip(find("update"), 1, 2, "update", data.update.kind)}
        {data.layers.map(({ name, kind, path }, i) => {
          const isInner = path.length > 1;
          return [
            chip(find(`f${i}`), i + 2, 1, name, name === kind ? "" : kind, isInner),
            chip(find(`b${i}`), i + 2, 2, `∂ ${name}`, "", isInner),
          ];
        })}
        {chip(find("loss"), count + 2, 1, "loss", data.loss.toPrecision(3))}
        {chip(find("gradient"), count + 2, 2, "∂ loss", "")}
      </div>
    </div>
  );
}
