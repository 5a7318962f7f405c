import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import { training } from "../../training/client.ts";
import { shownRun } from "../state.ts";
import { phase, resultNumber } from "../train/live.ts";
import type { ModelInfo } from "../worker/protocol.ts";
import { ExportSection } from "./exportSection.tsx";
import { PredictSection } from "./predictSection.tsx";
import { Report } from "./report.tsx";
import { TestResult } from "./testResult.tsx";

/** The results of the run that is shown: verdict, report, predictions, files. */
export function ResultSection() {
  const model = useSignal<ModelInfo | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const run = shownRun.value;
  const number = resultNumber.value;
  const isReady = phase.value === "done" || phase.value === "paused" || phase.value === "failed";
  useEffect(() => {
    problem.value = undefined;
    if (run === undefined || !isReady) {
      model.value = undefined;
      return;
    }
    let stale = false;
    training.call("readModelInfo", { run }).then(
      (found) => {
        if (!stale) model.value = found;
      },
      (error) => {
        if (stale) return;
        model.value = undefined;
        if (phase.peek() === "done") problem.value = messageOf(error);
      },
    );
    return () => {
      stale = true;
    };
  }, [run, number, isReady]);
  const found = model.value;
  if (problem.value) return <Notice kind="error">{problem.value}</Notice>;
  if (run === undefined || !found || !isReady) return null;
  return (
    <>
      <section aria-labelledby="result">
        <h2 id="result">Result</h2>
        <TestResult model={found} />
        <Report key={`${run} ${number}`} run={run} />
      </section>
      <PredictSection key={`predict ${run} ${number}`} run={run} model={found} />
      <ExportSection run={run} model={found} />
    </>
  );
}
