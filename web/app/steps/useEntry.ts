import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../shared/ui/notice.tsx";
import type { WorkerClient } from "../shared/worker/client.ts";
import type { EntryData, EntryRequest, OpenStep, StepsApi } from "./protocol.ts";

/** The details of an entry of a step, or a problem; until they arrive, the previous entry of the same step. */
export function useEntry(client: WorkerClient<StepsApi>, data: OpenStep, request: EntryRequest | undefined) {
  const [answer, setAnswer] = useState<{ readonly entry: EntryData; readonly step: number } | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (!request) return;
    let wanted = true;
    client.call("entry", { ...request, step: data.id }).then(
      (found) => {
        if (!wanted || !found) return;
        setProblem(undefined);
        setAnswer({ entry: found, step: data.id });
      },
      (error) => wanted && setProblem(messageOf(error)),
    );
    return () => {
      wanted = false;
    };
  }, [data, request?.layer, request?.array, request?.place]);
  return { entry: answer?.step === data.id ? answer.entry : undefined, problem };
}
