import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../shared/ui/button.tsx";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import { WorkerClient } from "../shared/worker/client.ts";
import { LayerStop } from "./layerStop.tsx";
import type { ModelFile, OpenStep, StepsApi } from "./protocol.ts";
import { Setup } from "./setup.tsx";
import { requestOf, type StepsState } from "./state.ts";
import { type Stop, stopsOf } from "./stops.ts";
import type { StoredRuns } from "./storedRuns.ts";
import { Strip } from "./strip.tsx";
import { UpdateStop } from "./updateStop.tsx";
import { useDark } from "./useDark.ts";

interface StepsProps {
  readonly state: StepsState;
  /** the parts of a link or of attributes that could not be read */
  readonly problems?: readonly string[];
  readonly onState: (state: StepsState) => void;
  readonly startWorker: () => Worker;
  readonly runs?: StoredRuns;
  /** without the controls that change the network */
  readonly compact?: boolean;
  /** the arrow keys step only while the focus is inside, because an article may contain several elements */
  readonly inside?: boolean;
}

/** One batch through a network, forward and backward, one layer at a time. */
export function Steps({
  state,
  problems = [],
  onState,
  startWorker,
  runs,
  compact = false,
  inside = false,
}: StepsProps) {
  const client = useMemo(() => new WorkerClient<StepsApi>(startWorker), []);
  useEffect(() => () => client.end(), []);
  const [model, setModel] = useState<ModelFile | undefined>(undefined);
  const [data, setData] = useState<OpenStep | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const place = useRef<HTMLDivElement>(null);
  const dark = useDark(place);
  const request = JSON.stringify(requestOf(state));

  // the address names a stored run: its model is read first
  const awaited = state.network === "model" && runs && state.run !== model?.run ? state.run : undefined;
  useEffect(() => {
    if (awaited === undefined || !runs) return;
    let wanted = true;
    runs.read(awaited).then(
      (file) => wanted && setModel(file),
      (error) => wanted && setProblem(messageOf(error)),
    );
    return () => {
      wanted = false;
    };
  }, [awaited]);

  useEffect(() => {
    if (awaited !== undefined) return;
    let wanted = true;
    client.call("open", { step: requestOf(state), model }).then(
      (opened) => {
        if (!wanted) return;
        setProblem(undefined);
        setData(opened);
      },
      (error) => wanted && setProblem(messageOf(error)),
    );
    return () => {
      wanted = false;
    };
  }, [request, model, awaited]);

  const stops = data ? stopsOf(data) : [];
  const now = Math.max(
    0,
    stops.findIndex(({ id }) => id === state.at),
  );
  const stop = stops[now];
  const unread =
    stop && stop.id !== state.at ? [...problems, missingStop(inside ? "position" : "at", state.at, stops)] : problems;
  const go = (id: string | undefined) => id !== undefined && onState({ ...state, at: id, entry: undefined });
  const latest = useRef({ stops, now, go });
  latest.current = { stops, now, go };

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const direction = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (direction === 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      // in a shadow root, the event's own target is the element that holds it
      const target = event.composedPath()[0];
      if (target instanceof Element && target.closest("input, select, textarea, [contenteditable]")) return;
      if (inside && !event.composedPath().includes(place.current as EventTarget)) return;
      event.preventDefault();
      const { stops: all, now: at, go: to } = latest.current;
      to(all[at + direction]?.id);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return (
    // biome-ignore lint/a11y/useSemanticElements: not a set of form fields, and not a landmark, because an article may have several
    <div
      role="group"
      class={compact ? "steps compact" : "steps"}
      ref={place}
      aria-label="Step through a network"
      tabIndex={inside ? 0 : undefined}
      onPointerDown={inside ? focusInside : undefined}
    >
      {!compact && <Setup {...{ state, onState, model, onModel: setModel, data, client, runs }} />}
      {unread.length > 0 && (
        <Notice kind="warning" title="Some values cannot be used, so defaults are shown in their place.">
          <ul>
            {unread.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </Notice>
      )}
      {problem && (
        <Notice kind="error" title="This network cannot be stepped through.">
          <p>{problem}</p>
          {data && <p>The steps below are those of the network before.</p>}
        </Notice>
      )}
      {data?.note && <Notice kind="info">{data.note}</Notice>}
      {data && stop && (
        <>
          <Strip stops={stops} data={data} at={stop.id} onGo={go} />
          <div class="stepper">
            <Button onClick={() => go(stops[now - 1]?.id)} disabled={now === 0} title="arrow key left">
              ← Back
            </Button>
            <p class="where" aria-live="polite">
              <span class="count">
                {now + 1} of {stops.length}
              </span>{" "}
              <span>{directionWords[stop.direction]}</span>
              <span class="unseen">: {stop.title}</span>
            </p>
            <Button
              kind="primary"
              onClick={() => go(stops[now + 1]?.id)}
              disabled={now === stops.length - 1}
              title="arrow key right"
            >
              Next →
            </Button>
          </div>
          {stop.direction === "update" ? (
            <UpdateStop {...{ data, state, onState, client, dark }} />
          ) : (
            <LayerStop key={stop.id} {...{ stop, data, state, onState, client, dark }} />
          )}
        </>
      )}
      {!data && !problem && <p class="waiting">Computing…</p>}
    </div>
  );
}

const missingStop = (name: string, at: string, stops: readonly Stop[]): string =>
  `${name}: expected a step of this network (${stops.map(({ id }) => id).join(", ")}), found ${at}`;

/** A click anywhere inside directs the arrow keys to this element. */
function focusInside(event: PointerEvent): void {
  const element = event.currentTarget as HTMLElement;
  const root = element.getRootNode() as Document | ShadowRoot;
  if (!element.contains(root.activeElement)) element.focus({ preventScroll: true });
}

const directionWords = {
  forward: "Forward: from the input to the loss",
  backward: "Backward: from the loss to the input",
  update: "Update: the optimizer changes the parameters",
} as const;
