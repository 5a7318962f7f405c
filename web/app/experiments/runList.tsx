import { useSignal } from "@preact/signals";
import { saveFile } from "../shared/saveFile.ts";
import { Button } from "../shared/ui/button.tsx";
import { NumberField } from "../shared/ui/fields.tsx";
import { ProgressBar } from "../shared/ui/progressBar.tsx";
import { training } from "../training/client.ts";
import type { RunSummary } from "../training/protocol.ts";
import { describeSettings, metricName, showBytes, showScore, showSeconds, stateWords } from "./describe.ts";
import { attempt, choose, chosen, curves, live, pause, refresh, rename, resume, runs, storage } from "./experiments.ts";
import { openPage, saveToFolder } from "./save.ts";

/** All runs of this browser, with what can be done with one and with several. */
export function RunList() {
  const all = runs.value;
  if (all === undefined) return <p>Reading the stored runs …</p>;
  if (all.length === 0) return <p class="hint">No run is stored in this browser yet.</p>;
  return (
    <>
      <Selection all={all} />
      <ul class="runs">
        {all.map((run) => (
          <li key={run.name} class={`run ${live.value.has(run.name) ? "running" : run.state}`}>
            <Run run={run} />
          </li>
        ))}
      </ul>
      {storage.value && (
        <p class="hint">
          {showBytes(storage.value.used)} of this browser’s storage are used
          {storage.value.available !== undefined && `, ${showBytes(storage.value.available)} are available`}.{" "}
          {!storage.value.persisted &&
            "The browser may delete them when its disk is nearly full: save what you want to keep."}
        </p>
      )}
    </>
  );
}

function Selection({ all }: { readonly all: readonly RunSummary[] }) {
  const deleting = useSignal(false);
  const names = chosen.value;
  const none = names.length === 0;
  const busy = names.some((name) => live.value.has(name));
  const withResults = names.filter((name) => all.find((run) => run.name === name)?.state !== "damaged");
  return (
    <fieldset class="row selection" aria-label="The chosen runs">
      <span>{none ? "No run is chosen" : `${names.length} chosen`}</span>
      <Button
        disabled={names.length === all.length}
        onClick={() => void Promise.all(all.map(({ name }) => choose(name, true)))}
      >
        Choose all
      </Button>
      <Button disabled={none} onClick={() => (chosen.value = [])}>
        None
      </Button>
      <Button
        disabled={withResults.length < 2 || busy}
        title={busy ? "when they are paused or complete" : "opens a report in a new tab"}
        onClick={() => attempt(async () => openPage(await training.call("compareRuns", { names: withResults })))}
      >
        Compare
      </Button>
      <Button
        disabled={none || busy}
        onClick={() =>
          attempt(async () => {
            const zip = await training.call("exportZip", { names });
            saveFile(names.length === 1 ? `${names[0]}.zip` : "runs.zip", zip, "application/zip");
          })
        }
      >
        Save as ZIP
      </Button>
      {"showDirectoryPicker" in globalThis && (
        <Button
          disabled={none || busy}
          onClick={() => attempt(() => saveToFolder(() => training.call("exportFiles", { names })))}
        >
          Save to a folder
        </Button>
      )}
      {deleting.value ? (
        <>
          <span role="alert">Delete {names.length === 1 ? names[0] : `${names.length} runs`} from this browser?</span>
          <Button
            onClick={() => {
              deleting.value = false;
              attempt(() => training.call("deleteRuns", { names })).then(refresh);
            }}
          >
            Delete
          </Button>
          <Button kind="plain" onClick={() => (deleting.value = false)}>
            Keep
          </Button>
        </>
      ) : (
        <Button disabled={none || busy} onClick={() => (deleting.value = true)}>
          Delete …
        </Button>
      )}
    </fieldset>
  );
}

function Run({ run }: { readonly run: RunSummary }) {
  const { name, settings, metric, validation, test, epochs, steps, seconds, size, data, problem } = run;
  const now = live.value.get(name);
  // While it trains, the curves know more than the list
  const scores = now ? curves.value.get(name)?.valScore : undefined;
  const best = scores && scores.length > 0 ? Math.max(...scores) : validation;
  const place = chosen.value.indexOf(name);
  const renaming = useSignal<string | undefined>(undefined);
  const state = now
    ? { training: "training", evaluating: "evaluating", pausing: "pausing" }[now.phase]
    : stateWords[run.state];
  return (
    <>
      <div class="head">
        <input
          type="checkbox"
          aria-label={`Choose ${name}`}
          checked={place >= 0}
          onChange={(event) => choose(name, event.currentTarget.checked)}
        />
        <span class="swatch" aria-hidden="true" style={place < 0 ? {} : { background: `var(--series${place % 6})` }} />
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
        <Fact name={`best validation ${metricName(metric)}`}>{showScore(metric, best)}</Fact>
        <Fact name={`test ${metricName(metric)}`}>{showScore(metric, test)}</Fact>
        <Fact name="epochs">
          {scores?.length ?? epochs} of {settings?.epochs ?? "?"}
        </Fact>
        <Fact name="steps">{(now?.step || steps).toLocaleString("en")}</Fact>
        <Fact name="time">{showSeconds(seconds)}</Fact>
        <Fact name="size">{showBytes(size)}</Fact>
      </dl>
      {settings && <p class="settings">{describeSettings(settings)}</p>}
      {problem && !now && <p class="problem">{problem}</p>}
      {now && (
        <ProgressBar
          value={now.steps > 0 ? now.step / now.steps : undefined}
          label={
            now.phase === "evaluating"
              ? "evaluating on the test rows"
              : `step ${now.step.toLocaleString("en")} of ${now.steps.toLocaleString("en")}, ${Math.round(now.stepsPerSecond).toLocaleString("en")} steps a second`
          }
        />
      )}
      <Actions run={run} onRename={() => (renaming.value = name)} />
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Actions({ run, onRename }: { readonly run: RunSummary; readonly onRename: () => void }) {
  const { name, state, settings, epochs } = run;
  const now = live.value.get(name);
  const extending = useSignal<number | undefined>(undefined);
  if (now)
    return (
      <div class="row">
        <Button disabled={now.phase !== "training"} onClick={() => pause(name)} label={`Pause ${name}`}>
          Pause
        </Button>
      </div>
    );
  if (state === "running") return <p class="hint">Another tab of this page trains it.</p>;
  const isDone = state === "complete";
  return (
    <div class="row">
      {(state === "paused" || state === "failed") && (
        <Button onClick={() => void resume({ name })} label={`Continue ${name}`}>
          Continue
        </Button>
      )}
      {isDone && extending.value === undefined && (
        <Button onClick={() => (extending.value = 2 * (settings?.epochs ?? epochs))} label={`More epochs for ${name}`}>
          More epochs
        </Button>
      )}
      {isDone && extending.value !== undefined && (
        <form
          class="row extend"
          onSubmit={(event) => {
            event.preventDefault();
            const to = extending.value;
            extending.value = undefined;
            void resume({ name, epochs: to });
          }}
        >
          <NumberField
            label="Epochs in all"
            help="Training continues from its last step. A schedule that ends with the last epoch is stretched."
            value={extending.value}
            minimum={(settings?.epochs ?? epochs) + 1}
            whole
            onChange={(value) => (extending.value = value)}
          />
          <button type="submit" class="button">
            Continue
          </button>
          <Button kind="plain" onClick={() => (extending.value = undefined)}>
            Cancel
          </Button>
        </form>
      )}
      {state !== "damaged" && (
        <Button
          title="opens in a new tab"
          label={`Report of ${name}`}
          onClick={() => attempt(async () => openPage(await training.call("reportOf", { name })))}
        >
          Report
        </Button>
      )}
      <Button kind="plain" onClick={onRename} label={`Rename ${name}`}>
        Rename
      </Button>
    </div>
  );
}
