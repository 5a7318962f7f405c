import { useSignal } from "@preact/signals";
import type { Metric } from "handgrad";
import type { ComponentChildren } from "preact";
import { showBytes } from "../shared/showBytes.ts";
import { Button } from "../shared/ui/button.tsx";
import { ProgressBar } from "../shared/ui/progressBar.tsx";
import { dashedBackground, seriesStyle } from "../shared/ui/seriesStyle.ts";
import type { RunSummary } from "../training/protocol.ts";
import { describeSettings, metricName, showScore, showSeconds, stateWords } from "./describe.ts";
import { choose, type LiveRun, live, rename, styles } from "./experiments.ts";
import { RunActions } from "./runActions.tsx";

/** One run: its data and settings, its scores, and its actions. */
export function RunCard({ run }: { readonly run: RunSummary }) {
  const { name, settings, metric, validation, test, epochs, steps, seconds, size, data, problem } = run;
  const now = live.value.get(name);
  const style = styles.value.get(name);
  const renaming = useSignal<string | undefined>(undefined);
  const state = now ? now.phase.value : stateWords[run.state];
  return (
    <>
      <div class="head">
        <input
          type="checkbox"
          aria-label={`Choose ${name}`}
          checked={style !== undefined}
          onChange={(event) => choose(name, event.currentTarget.checked)}
        />
        <span class="swatch" aria-hidden="true" style={{ background: swatchOf(style) }} />
        {renaming.value === undefined ? (
          <h3>{name}</h3>
        ) : (
          <form
            class="row"
            onSubmit={(event) => {
              event.preventDefault();
              const to = renaming.value?.trim();
              renaming.value = undefined;
              if (to && to !== name) void rename(name, to);
            }}
          >
            <input
              type="text"
              aria-label={`New name of ${name}`}
              value={renaming.value}
              onInput={(event) => (renaming.value = event.currentTarget.value)}
            />
            <button type="submit" class="button">
              Rename
            </button>
            <Button kind="plain" onClick={() => (renaming.value = undefined)}>
              Keep the name
            </Button>
          </form>
        )}
        <span class={`state ${now ? "running" : run.state}`}>{state}</span>
      </div>
      <dl>
        <Fact name="data">{data}</Fact>
        {now ? (
          <LiveFacts run={now} summary={run} />
        ) : (
          <Scores metric={metric} best={validation} test={test} done={epochs} epochs={settings?.epochs} steps={steps} />
        )}
        <Fact name="time">{showSeconds(seconds)}</Fact>
        <Fact name="size">{showBytes(size)}</Fact>
      </dl>
      {settings && <p class="settings">{describeSettings(settings)}</p>}
      {problem && !now && <p class="problem">{problem}</p>}
      {now && <LiveProgress run={now} />}
      <RunActions run={run} onRename={() => (renaming.value = name)} />
    </>
  );
}

/** The line style of its curves; none if they are not shown. */
function swatchOf(style: number | undefined): string | undefined {
  if (style === undefined) return undefined;
  const { variable, dash } = seriesStyle(style);
  return dashedBackground(`var(${variable})`, dash);
}

interface ScoresProps {
  readonly metric: Metric | undefined;
  readonly best: number | undefined;
  readonly test: number | undefined;
  readonly done: number;
  readonly epochs: number | undefined;
  readonly steps: number;
}

function Scores({ metric, best, test, done, epochs = done, steps }: ScoresProps) {
  return (
    <>
      <Fact name={`best validation ${metricName(metric)}`}>{showScore(metric, best)}</Fact>
      <Fact name={`test ${metricName(metric)}`}>{showScore(metric, test)}</Fact>
      <Fact name="epochs">
        {done} of {epochs}
      </Fact>
      <Fact name="steps">{steps.toLocaleString("en")}</Fact>
    </>
  );
}

function LiveFacts({ run, summary }: { readonly run: LiveRun; readonly summary: RunSummary }) {
  const { step, epochs, best } = run.progress.value;
  const { metric, test, settings, steps } = summary;
  return <Scores {...{ metric, best, test }} done={epochs} epochs={settings?.epochs} steps={step || steps} />;
}

function LiveProgress({ run }: { readonly run: LiveRun }) {
  const { step, steps, stepsPerSecond } = run.progress.value;
  const [done, all, rate] = [step, steps, Math.round(stepsPerSecond)].map((each) => each.toLocaleString("en"));
  const label =
    run.phase.value === "evaluating" ? "evaluating on the test rows" : `step ${done} of ${all}, ${rate} steps a second`;
  return <ProgressBar value={steps > 0 ? step / steps : undefined} label={label} />;
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
