import { address, addressOf, keepInAddress } from "../shared/address.ts";
import "./playground.css";
import workerUrl from "./training/worker.ts?worker-url";
import { PlaygroundView } from "./view.tsx";

const valuesOf = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text));

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
    />
  );
}
