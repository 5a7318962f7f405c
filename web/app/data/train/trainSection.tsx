import { useEffect } from "preact/hooks";
import { addressOf } from "../../shared/address.ts";
import { Button } from "../../shared/ui/button.tsx";
import { Notice } from "../../shared/ui/notice.tsx";
import { ProgressBar } from "../../shared/ui/progressBar.tsx";
import { info, plan, planProblem, reading, shownRun } from "../state.ts";
import { duration, inPage, plural } from "../words.ts";
import {
  continued,
  curves,
  follow,
  missingRun,
  pause,
  phase,
  progress,
  resume,
  runProblem,
  train,
  warnings,
} from "./live.ts";
import { LiveCurves } from "./liveCurves.tsx";
import { PlanDescription } from "./planDescription.tsx";
import { StopButton } from "./stopButton.tsx";
import { TrainingFields } from "./trainingFields.tsx";

/** The plan of the training, its common options, and the training itself. */
export function TrainSection() {
  useEffect(follow, []);
  if (!info.value && phase.value === "idle") return <MissingRun />;
  const busy = phase.value === "preparing" || phase.value === "training" || phase.value === "evaluating";
  return (
    <section aria-labelledby="train">
      <h2 id="train">Train</h2>
      {info.value && (
        <>
          <TrainingFields disabled={busy} />
          <PlanDescription />
          {planProblem.value && (
            <Notice kind="error" title="Training is not possible with this data and these options.">
              {inPage(planProblem.value)}
            </Notice>
          )}
          {info.value.table && !info.value.table.target && (
            <Notice kind="info">Choose the column to predict above; then training can begin.</Notice>
          )}
        </>
      )}
      <div class="row">
        {busy ? (
          <StopButton key={phase.value} onStop={pause}>
            {phase.value === "training" ? "Pause" : "Cancel"}
          </StopButton>
        ) : (
          info.value && (
            <Button kind="primary" onClick={train} disabled={!plan.value || reading.value !== undefined}>
              {phase.value === "idle" ? "Train" : "Train again"}
            </Button>
          )
        )}
        {phase.value === "paused" && (
          <Button kind={info.value ? "usual" : "primary"} onClick={resume}>
            Continue
          </Button>
        )}
      </div>
      <RunStatus />
      {continued.value && (
        <p class="hint">
          The run trained when this page was loaded again; it continues from its last checkpoint to the same result.
        </p>
      )}
      {warnings.value.map((warning, i) => (
        <Notice key={i} kind="warning">
          {inPage(warning)}
        </Notice>
      ))}
      {runProblem.value && (
        <Notice kind="error" title="Training stopped with an error.">
          <p>{inPage(runProblem.value)}</p>
          {shownRun.value !== undefined && (
            <p>
              What was trained before is stored. <Button onClick={resume}>Continue from the last checkpoint</Button>
            </p>
          )}
        </Notice>
      )}
      {curves.value && <LiveCurves curves={curves.value} />}
    </section>
  );
}

function MissingRun() {
  if (missingRun.value === undefined) return null;
  return (
    <Notice kind="warning" title={`This browser has no run ${missingRun.value}.`}>
      It was deleted or renamed, or the link comes from another browser: runs stay in the browser that trained them. The
      view <a href="#/experiments">Experiments</a> has all runs of this one.
    </Notice>
  );
}

function RunLink() {
  const run = shownRun.value ?? "";
  return <a href={addressOf("experiments", { run })}>{run}</a>;
}

function RunStatus() {
  const { step, steps, stepsPerSecond } = progress.value;
  switch (phase.value) {
    case "idle":
    case "failed":
      return null;
    case "preparing":
      return <ProgressBar value={undefined} label="Preparing the data …" />;
    case "evaluating":
      return <ProgressBar value={undefined} label="Evaluating on the test rows …" />;
    case "training": {
      if (step === 0) return <ProgressBar value={undefined} label="Preparing the first step …" />;
      const left = stepsPerSecond > 0 ? `, at most ${duration((steps - step) / stepsPerSecond)} left` : "";
      const label = `Step ${step.toLocaleString("en")} of at most ${steps.toLocaleString("en")}, ${Math.round(stepsPerSecond).toLocaleString("en")} steps a second${left}`;
      return <ProgressBar value={steps > 0 ? step / steps : undefined} label={label} />;
    }
    case "elsewhere":
      return (
        <p class="hint" role="status">
          The run <RunLink /> trains in another view or tab of this page, and has made {plural(step, "step")}. Pause it
          there to continue it here.
        </p>
      );
    case "paused":
      return (
        <p class="hint" role="status">
          Paused after {plural(step, "step")}. The run <RunLink /> is stored in this browser; it continues to the same
          result.
        </p>
      );
    case "done":
      return (
        <p class="hint" role="status">
          Training has ended. The run <RunLink /> is stored in this browser.
        </p>
      );
  }
}
