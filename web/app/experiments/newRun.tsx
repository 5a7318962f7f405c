import { computed, signal, useSignal } from "@preact/signals";
import { isSizes, runNameOf } from "handgrad";
import { Button } from "../shared/ui/button.tsx";
import { Choice, Field, NumberField, TextField } from "../shared/ui/fields.tsx";
import { messageOf } from "../shared/ui/notice.tsx";
import { training } from "../training/client.ts";
import type { OpenedData } from "../training/protocol.ts";
import { attempt, data, refresh, start, tell } from "./experiments.ts";
import { defaultOf, givenOf, parseFurther, parseHidden, type SettingField, settingFields } from "./settingsFields.ts";

const standIn = "stand-in";

/** of the data that is open, or "stand-in" */
const dataId = signal(standIn);
const opened = computed(() =>
  data.value.find(({ id, kind }) => id === dataId.value || (dataId.value === standIn && kind === standIn)),
);
/** only what differs from the defaults of the data */
const changed = signal<Readonly<Record<string, number | string>>>({});
const hidden = signal("");
const further = signal("");
const name = signal("");
const trainRows = signal(10_000);
const compareEpochs = signal(5);
const compareRows = signal(4000);

const problemOf = (parse: () => unknown): string | undefined => {
  try {
    parse();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
};

/** Opens the chosen data if it is not open yet. */
async function openChosen(): Promise<OpenedData> {
  const found = opened.value ?? (await training.call("openStandIn", {}));
  if (dataId.value !== standIn) return found;
  await refresh();
  return found;
}

async function startRun(): Promise<void> {
  await attempt(async () => {
    const sizes = parseHidden(hidden.value);
    const given = givenOf(changed.value, parseFurther(further.value));
    const { id, rows } = await openChosen();
    const optimizer = given.optimizer ?? opened.value?.defaults.optimizer ?? "sgd";
    const fallback = runNameOf(`${opened.value?.name ?? "run"} ${optimizer}`.replace(/^the procedural /, ""));
    start({
      ...{ name: name.value.trim() || fallback, data: id, given },
      ...(sizes && { hidden: sizes }),
      ...(trainRows.value < rows.train && { trainRows: trainRows.value }),
    });
  });
}

async function startComparison(): Promise<void> {
  await attempt(async () => {
    const found = await openChosen();
    if (found.kind !== "stand-in" && found.kind !== "cifar100") {
      tell(
        "error",
        "The assignment's comparison: expected CIFAR-100 or its stand-in, found other data; choose it above.",
      );
      return;
    }
    const options = { epochs: compareEpochs.value, trainRows: compareRows.value };
    const { assignmentRuns } = await import("./assignmentComparison.ts");
    for (const run of assignmentRuns(found, options)) start(run);
  });
}

export function NewRun() {
  const busy = useSignal(false);
  const once = async (work: () => Promise<void>) => {
    busy.value = true;
    await work();
    busy.value = false;
  };
  const hiddenProblem = problemOf(() => parseHidden(hidden.value));
  const furtherProblem = problemOf(() => parseFurther(further.value));
  const others = data.value.filter(({ kind }) => kind !== standIn);
  return (
    <section class="panel new-run" aria-labelledby="new-run">
      <h2 id="new-run">New run</h2>
      <div class="fields">
        <Choice
          label="Data"
          help="The stand-in consists of images drawn by this page, not of photographs. Data that you open in “Your data” appears here."
          value={dataId.value}
          options={[
            { value: standIn, name: "Stand-in for CIFAR-100 (drawn)" },
            ...others.map(({ id, name: each }) => ({ value: id, name: each })),
          ]}
          onChange={(value) => {
            dataId.value = value;
            changed.value = {};
            const rows = data.value.find(({ id }) => id === value)?.rows.train;
            if (rows !== undefined) trainRows.value = rows;
          }}
        />
        <NumberField
          label="Training rows"
          help="Trains on the first rows only, up to this number. Fewer rows train faster and score lower."
          value={trainRows.value}
          minimum={1}
          whole
          unit="rows"
          onChange={(value) => (trainRows.value = value)}
        />
        <TextField
          label="Hidden layers"
          help="The sizes of the hidden layers, such as 128, 64. Empty: the default network for this data."
          problem={hiddenProblem}
          inputMode="numeric"
          value={hidden.value}
          placeholder={defaultHidden()}
          onInput={(text) => (hidden.value = text)}
        />
        {settingFields.map((field) => (
          <Setting key={field.name} field={field} />
        ))}
      </div>
      <details>
        <summary>All other settings, and the name</summary>
        <div class="fields">
          <TextField
            label="Name of the run"
            help="Also the name of its folder when you save it. If the name is taken, a number is added."
            value={name.value}
            placeholder="from data and optimizer"
            onInput={(text) => (name.value = text)}
          />
          <Field
            label="Further settings as JSON"
            help="Any setting of the command’s --settings, by its name. They override the fields above."
            problem={furtherProblem}
            control={(id) => (
              <textarea
                id={id}
                rows={3}
                spellcheck={false}
                placeholder='{"clipNorm": 1, "normalizationLayers": "batch"}'
                value={further.value}
                onInput={(event) => (further.value = event.currentTarget.value)}
              />
            )}
          />
        </div>
      </details>
      <div class="row">
        <Button
          kind="primary"
          disabled={busy.value || hiddenProblem !== undefined || furtherProblem !== undefined}
          onClick={() => once(startRun)}
        >
          Start the run
        </Button>
        {Object.keys(changed.value).length > 0 && (
          <Button kind="plain" onClick={() => (changed.value = {})}>
            Back to the defaults ({Object.keys(changed.value).length} changed)
          </Button>
        )}
      </div>
      <div class="comparison">
        <h3>The assignment’s comparison</h3>
        <p>
          Five runs of the same network with six layers: no regularization, L1, L2, weight decay in SGD, and AdamW. They
          train side by side. The assignment has 50 epochs and 20,000 images.
        </p>
        <div class="fields">
          <NumberField
            label="Epochs of each"
            help="5 epochs show which curves separate first; the assignment has 50."
            value={compareEpochs.value}
            minimum={1}
            whole
            onChange={(value) => (compareEpochs.value = value)}
          />
          <NumberField
            label="Training images"
            help="The assignment trains on the first 20,000; the stand-in has 10,000."
            value={compareRows.value}
            minimum={100}
            whole
            unit="images"
            onChange={(value) => (compareRows.value = value)}
          />
        </div>
        <Button disabled={busy.value} onClick={() => once(startComparison)}>
          Run the comparison
        </Button>
      </div>
    </section>
  );
}

function defaultHidden(): string {
  const layers = opened.value?.defaults.layers;
  if (!layers) return "128";
  return isSizes(layers) ? layers.slice(1, -1).join(", ") : "the default network";
}

function Setting({ field }: { readonly field: SettingField }) {
  const value = changed.value[field.name] ?? defaultOf(field, opened.value?.defaults);
  const change = (next: number | string) => {
    const { [field.name]: _, ...rest } = changed.value;
    changed.value = next === defaultOf(field, opened.value?.defaults) ? rest : { ...rest, [field.name]: next };
  };
  if (field.kind === "choice") {
    const { label, help, options } = field;
    return <Choice {...{ label, help, options }} value={String(value)} onChange={change} />;
  }
  return <NumberField {...field} value={Number(value)} onChange={change} />;
}
