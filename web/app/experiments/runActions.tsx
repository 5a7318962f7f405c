import { useSignal } from "@preact/signals";
import { addressOf } from "../shared/address.ts";
import { Button } from "../shared/ui/button.tsx";
import { NumberField } from "../shared/ui/fields.tsx";
import { training } from "../training/client.ts";
import { lossOf } from "../training/lossOf.ts";
import type { RunSummary } from "../training/protocol.ts";
import { attempt, live, pause, resume } from "./experiments.ts";
import { openPage } from "./save.ts";

/** The actions that the state of a run allows: pause, continue, extend, report, rename. */
export function RunActions({ run, onRename }: { readonly run: RunSummary; readonly onRename: () => void }) {
  const { name, state, settings, epochs, test } = run;
  const now = live.value.get(name);
  const extending = useSignal<number | undefined>(undefined);
  if (now)
    return (
      <div class="row">
        <Button disabled={now.phase.value !== "training"} onClick={() => pause(name)} label={`Pause ${name}`}>
          Pause
        </Button>
      </div>
    );
  if (state === "running") return <p class="hint">It trains in another view or tab of this page.</p>;
  const isDone = state === "complete";
  return (
    <div class="row">
      {(state === "paused" || state === "failed") && (
        <Button onClick={() => void resume({ name })} label={`Continue ${name}`}>
          Continue
        </Button>
      )}
      {isDone && test === undefined && (
        <Button
          onClick={() => void resume({ name })}
          title="It was interrupted between training and evaluation"
          label={`Evaluate ${name}`}
        >
          Evaluate
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
      {state !== "damaged" && epochs > 0 && (
        <a class="button plain" href={addressOf("data", { run: name })} aria-label={`Predict, export with ${name}`}>
          Predict, export
        </a>
      )}
      {state !== "damaged" && epochs > 0 && (
        <a
          class="button plain"
          href={addressOf("steps", { network: "model", run: name, loss: lossOf(run) })}
          aria-label={`Step through the model of ${name}`}
        >
          Step through
        </a>
      )}
      <Button kind="plain" onClick={onRename} label={`Rename ${name}`}>
        Rename
      </Button>
    </div>
  );
}
