import { useRef } from "preact/hooks";
import { address, addressOf, keepInAddress } from "../shared/address.ts";
import "./playground.css";
import { layersOf } from "./settings.ts";
import { type PlaygroundState, taskOf } from "./state.ts";
import workerUrl from "./training/worker.ts?worker-url";
import { PlaygroundView } from "./view.tsx";

const valuesOf = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text));

/** The view that steps through backpropagation has an example with two inputs: the layers that fit it. */
function stepsHref(state: PlaygroundState): string | undefined {
  if (state.inputs.length !== 2 || taskOf(state) !== "classes") return undefined;
  const { loss, optimizer, rate, seed } = state;
  const layers = JSON.stringify(layersOf(state));
  return addressOf("steps", { network: "xor", layers, loss, optimizer, rate: String(rate), seed: String(seed) });
}

const textOf = (values: Readonly<Record<string, string>>): string => new URLSearchParams(values).toString();

/** The playground as a view of the app: its state is in the address of the page. */
export function View() {
  const { view, values } = address.value;
  const text = textOf(values);
  const shown = useRef(text);
  shown.current = text;
  const write = (next: string): void => {
    // a link that the user has followed meanwhile is newer
    if (textOf(address.peek().values) !== shown.current) return;
    keepInAddress(valuesOf(next));
    shown.current = textOf(address.peek().values);
  };
  return (
    <PlaygroundView
      address={text}
      onAddress={write}
      startWorker={() => new Worker(workerUrl, { type: "module" })}
      link={(each) => new URL(addressOf(view || "playground", valuesOf(each)), location.href).href}
      keys="page"
      stepsHref={stepsHref}
    />
  );
}
