import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { Playground, type PlaygroundOptions } from "./playground.ts";
import type { PlaygroundState } from "./state.ts";
import { Controls, Messages } from "./ui/controls.tsx";
import { DataPanel } from "./ui/dataPanel.tsx";
import { FilesPanel, type LinkOf } from "./ui/filesPanel.tsx";
import { Network } from "./ui/network.tsx";
import { OutputPlot } from "./ui/outputPlot.tsx";
import { LossCurves, Results } from "./ui/results.tsx";
import { Settings } from "./ui/settings.tsx";
import { Texts } from "./ui/texts.tsx";

export interface PlaygroundProps extends PlaygroundOptions {
  /** the whole link of an address, for copying */
  readonly link: LinkOf;
  /** keys work on the whole page, or while the focus is inside the playground */
  readonly keys?: "page" | "inside";
  /** where the layers of a state can be stepped through; undefined if nowhere */
  readonly stepsHref?: (state: PlaygroundState) => string | undefined;
  /** shows explanations and things to try below */
  readonly texts?: boolean;
}

/** The playground, with a state and a worker of its own. A new `address` replaces the state. */
export function PlaygroundView({ link, keys = "inside", texts = true, stepsHref, ...options }: PlaygroundProps) {
  const playground = useMemo(() => new Playground(options), []);
  useEffect(() => () => playground.end(), []);
  const { address } = options;
  useLayoutEffect(() => {
    if (!playground.isShown(address)) playground.read(address);
  }, [address]);

  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target: EventTarget | null = keys === "page" ? document : root.current;
    const listen = (event: Event) => pressed(playground, event as KeyboardEvent);
    target?.addEventListener("keydown", listen);
    return () => target?.removeEventListener("keydown", listen);
  }, [keys]);

  return (
    <div ref={root} class="playground">
      <Messages playground={playground} />
      <Controls playground={playground} />
      <Settings playground={playground} />
      <div class="stage">
        <div class="answers">
          <OutputPlot playground={playground} />
          <LossCurves playground={playground} />
        </div>
        <DataPanel playground={playground} />
        <Network playground={playground} stepsHref={stepsHref?.(playground.state.value)} />
      </div>
      <Results playground={playground} />
      <FilesPanel playground={playground} link={link} />
      {texts && <Texts playground={playground} href={link} />}
    </div>
  );
}

const actions: Readonly<Record<string, (playground: Playground) => void>> = {
  " ": (playground) => playground.toggle(),
  s: (playground) => playground.step(),
  e: (playground) => playground.epoch(),
  r: (playground) => playground.reset(),
};

/** Keys act unless they have another meaning at the focus. */
function pressed(playground: Playground, event: KeyboardEvent): void {
  const act = actions[event.key.toLowerCase()];
  if (
    !act ||
    !playground.hasKeys.value ||
    event.defaultPrevented ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.repeat
  )
    return;
  const path = event.composedPath();
  const isIn = (selector: string) => path.some((each) => each instanceof Element && each.matches(selector));
  if (isIn("input, select, textarea, [contenteditable], [role=application]")) return;
  if (event.key === " " && isIn("button, a, summary, label")) return;
  event.preventDefault();
  act(playground);
}
