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

/** The playground as a view of the app: its state is in the address of the page. */
export function View() {
  const { view, values } = address.value;
  return (
    <PlaygroundView
      address={new URLSearchParams(values).toString()}
      onAddress={(text) => keepInAddress(valuesOf(text))}
      startWorker={() => new Worker(workerUrl, { type: "module" })}
      link={(text) => new URL(addressOf(view || "playground", valuesOf(text)), location.href).href}
      keys="page"
      stepsHref={stepsHref}
    />
  );
}
