import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../shared/ui/notice.tsx";
import type { WorkerClient } from "../shared/worker/client.ts";
import type { EntryData, EntryRequest, StepData, StepsApi } from "./protocol.ts";

/** What the worker says about an entry of a step, or what is wrong with it; the entry before until the answer is there. */
export function useEntry(client: WorkerClient<StepsApi>, data: StepData, request: EntryRequest | undefined) {
  const [entry, setEntry] = useState<EntryData | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (!request) return;
    let wanted = true;
    client.call("entry", request).then(
      (found) => {
        if (!wanted) return;
        setProblem(undefined);
        setEntry(found);
      },
      (error) => wanted && setProblem(messageOf(error)),
    );
    return () => {
      wanted = false;
    };
  }, [data, request?.layer, request?.array, request?.place]);
  return { entry, problem };
}
