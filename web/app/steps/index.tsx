import { useMemo } from "preact/hooks";
import { address, keepInAddress } from "../shared/address.ts";
import { parseState, type StepsState, stateProblems, stateValues } from "./state.ts";
import { Steps } from "./steps.tsx";
import { storedRuns } from "./storedRuns.ts";
import "./steps.css";
import workerUrl from "./worker.ts?worker-url";

/** The step-through whose state is in the address. */
export function View() {
  const values = address.value.values;
  const state = useMemo(() => parseState(values), [JSON.stringify(values)]);
  const keep = (next: StepsState) => keepInAddress(stateValues(next));
  return (
    <Steps
      state={state}
      problems={stateProblems(values)}
      onState={keep}
      runs={storedRuns}
      startWorker={() => new Worker(workerUrl, { type: "module" })}
    />
  );
}
