import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Notice } from "../shared/ui/notice.tsx";
import type { WorkerClient } from "../shared/worker/client.ts";
import { EntryPanel } from "./entryPanel.tsx";
import { GeneralFormula } from "./generalFormula.tsx";
import { HeatMap } from "./heatMap.tsx";
import type { OpenStep, StepsApi } from "./protocol.ts";
import { SourceCode } from "./source.tsx";
import { parseEntry, type StepsState, shown } from "./state.ts";
import { arraysOf, type ShownArray, type Stop, usualEntry } from "./stops.ts";
import { useEntry } from "./useEntry.ts";
import { kindWords } from "./words.ts";

interface LayerStopProps {
  readonly stop: Stop;
  readonly data: OpenStep;
  readonly state: StepsState;
  readonly onState: (state: StepsState) => void;
  readonly client: WorkerClient<StepsApi>;
  readonly dark: boolean;
}

/** A layer, or the loss, in one direction: its arrays, the formula of the selected entry, its gradient check and its code. */
export function LayerStop({ stop, data, state, onState, client, dark }: LayerStopProps) {
  const arrays = arraysOf(stop, data);
  const [array, place] = selectionOf(arrays, state.entry) ?? ["", 0];
  const isFound = state.entry === undefined || state.entry === `${array}:${place}`;
  const [pointed, setPointed] = useState<string | undefined>(undefined);
  const room = useRoom();
  const { entry, problem } = useEntry(client, data, { layer: stop.layer, array, place });
  useEffect(() => setPointed(undefined), [data, stop.id, array, place]);
  const selected = arrays.find(({ name }) => name === array);
  const kind = stop.layer >= 0 ? data.layers[stop.layer].kind : data.lossKind;
  const result = stop.direction === "forward" ? "forward" : "backward";
  const { [result]: formula } = stop.layer >= 0 ? data.layers[stop.layer].formulas : data.lossFormulas;
  const groups = (["given", "parameter", "result"] as const).map((role) => arrays.filter((each) => each.role === role));
  return (
    <section class="stop" ref={room.element}>
      <header class="stop-head">
        <h2>{stop.layer >= 0 && stop.direction === "backward" ? `Back through ${stop.title}` : stop.title}</h2>
        <p>
          {stop.layer >= 0
            ? kindWords[kind as keyof typeof kindWords]
            : lossWords[stop.direction as "forward" | "backward"]}
        </p>
        <GeneralFormula parts={formula} />
      </header>
      <div class="arrays">
        {groups.map(
          (group, i) =>
            group.length > 0 && (
              <div key={i} class={i === 2 ? "group result" : "group"}>
                {group.map(({ name, words, array: { shape, data: numbers }, isWeight }) => (
                  <HeatMap
                    key={name}
                    {...{ name, words, shape, data: numbers, isWeight, dark }}
                    room={room.width}
                    selected={name === array ? place : undefined}
                    sources={entry?.sources.find((source) => source.array === name)?.places}
                    pointed={pointedPlace(pointed, name, shape)}
                    onSelect={(chosen) => onState({ ...state, at: stop.id, entry: `${name}:${chosen}` })}
                  />
                ))}
              </div>
            ),
        )}
      </div>
      {!isFound && (
        <Notice kind="warning">
          {`entry: expected an entry of ${arrays.map(({ name, array: { data: all } }) => `${name} (${name}:0 to ${name}:${all.length - 1})`).join(", ")}, found ${shown(state.entry ?? "")}; the largest result is shown`}
        </Notice>
      )}
      {problem && <Notice kind="error">{problem}</Notice>}
      {entry && selected && (
        <EntryPanel {...{ entry, stop, array: selected, place, data, state, onState }} onPoint={setPointed} />
      )}
      <SourceCode kind={kind} part={stop.layer >= 0 ? "layer" : "loss"} direction={result} />
    </section>
  );
}

const lossWords = {
  forward: "Compares the outputs with the targets: one number says how wrong the network is on this batch.",
  backward: "How the loss changes with each output: the backward pass begins here.",
};

/** The entry that the address names, if this stop has it; else the usual one. */
function selectionOf(arrays: readonly ShownArray[], entry: string | undefined): readonly [string, number] | undefined {
  const named = parseEntry(entry);
  const found = arrays.find(({ name }) => name === named?.[0]);
  if (named && found && named[1] < found.array.data.length) return named;
  return usualEntry(arrays);
}

/** The place of an entry that a formula names, such as "x:2,1". */
export function pointedPlace(pointed: string | undefined, name: string, shape: readonly number[]): number | undefined {
  if (!pointed?.startsWith(`${name}:`)) return undefined;
  const index = pointed
    .slice(name.length + 1)
    .split(",")
    .map(Number);
  return shape.reduce((place, length, axis) => place * length + (index[axis] ?? 0), 0);
}

/** The largest width of an array, which depends on the width of the page. */
export function useRoom() {
  const element = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(320);
  // before the first drawing, so that nothing is drawn twice
  useLayoutEffect(() => {
    if (!element.current) return;
    const look = (total: number) => setWidth(Math.round(Math.min(640, Math.max(240, total - 44))));
    look(element.current.clientWidth);
    const observer = new ResizeObserver(([{ contentRect }]) => look(contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}
