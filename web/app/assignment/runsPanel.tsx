import othersUrl from "reference:runs/but/tinynet";
import tinynetUrl from "reference:runs/tinynet";
import { useSignal } from "@preact/signals";
import { parseReference, type ReferenceRun, type Reproduction, type Row, sameAccuracies } from "handgrad/assignment";
import { useEffect } from "preact/hooks";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { textOf } from "../shared/textOf.ts";
import { Button } from "../shared/ui/button.tsx";
import { Choice, NumberField } from "../shared/ui/fields.tsx";
import { FileDrop } from "../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import { ProgressBar } from "../shared/ui/progressBar.tsx";
import { assignment } from "./client.ts";

/** The published runs of the assignment, trained again on the user's CIFAR-100: `handgrad reproduce` in the page. */
export function RunsPanel() {
  const runs = useSignal<Readonly<Record<string, ReferenceRun>>>({});
  const name = useSignal("tinynet");
  const epochs = useSignal(1);
  const files = useSignal<readonly ChosenFile[]>([]);
  const rows = useSignal<readonly Row[]>([]);
  const step = useSignal<{ readonly share: number; readonly loss: number } | undefined>(undefined);
  const isRunning = useSignal(false);
  const result = useSignal<Reproduction | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    const load = async () => {
      const texts = await Promise.all([tinynetUrl, othersUrl].map(textOf));
      const [tinynet, others] = texts.map((text) => parseReference(text, { name: "runs.json" }));
      runs.value = { ...tinynet, ...others };
    };
    load().catch((error) => {
      problem.value = messageOf(error);
    });
  }, []);
  const reference = runs.value[name.value];
  const most = reference?.config.epochs ?? 1;

  const run = async () => {
    if (!reference) return;
    isRunning.value = true;
    rows.value = [];
    step.value = undefined;
    result.value = undefined;
    problem.value = undefined;
    const request = { files: files.value, reference, epochs: Math.min(epochs.value, most) };
    try {
      result.value = await assignment.call("reproduce", request, {
        onEvent(event) {
          if (event.kind === "epoch") rows.value = [...rows.value, event.row];
          else step.value = { share: event.step / event.steps, loss: event.loss };
        },
      });
    } catch (error) {
      if (isRunning.value) problem.value = messageOf(error);
    } finally {
      isRunning.value = false;
    }
  };
  const stop = () => {
    isRunning.value = false;
    assignment.end("it was stopped");
  };

  return (
    <section aria-labelledby="runs-title">
      <h2 id="runs-title">Published runs</h2>
      <p>
        The assignment's runs, trained again in float64 on your CIFAR-100. Every accuracy is compared with NumPy's and,
        where the assignment published it, with the published one, digit for digit.
      </p>
      <div class="fields">
        <Choice
          label="Run"
          help="The runs of reference/runs.json, which were computed with NumPy."
          value={name.value}
          options={Object.keys(runs.value)}
          disabled={isRunning.value}
          onChange={(value) => {
            name.value = value;
          }}
        />
        <NumberField
          label="Epochs"
          help={`How many epochs to train; the run has ${most}. An epoch of 40,000 images takes some seconds.`}
          value={Math.min(epochs.value, most)}
          minimum={1}
          maximum={most}
          whole
          disabled={isRunning.value}
          onChange={(value) => {
            epochs.value = value;
          }}
        />
      </div>
      <FileDrop
        label="Choose CIFAR-100"
        folders
        disabled={isRunning.value}
        onFiles={(chosen) => {
          files.value = chosen;
        }}
        onError={(error) => {
          problem.value = messageOf(error);
        }}
      >
        {files.value.length === 0
          ? "or drop its files, its folder or its archive here"
          : `${files.value.length} ${files.value.length === 1 ? "file is" : "files are"} chosen: ${files.value[0].path}${files.value.length > 1 ? " …" : ""}`}
      </FileDrop>
      <div class="row">
        <Button onClick={run} disabled={isRunning.value || files.value.length === 0 || !reference}>
          Train and compare
        </Button>
        <Button onClick={stop} disabled={!isRunning.value}>
          Stop the run
        </Button>
      </div>
      {isRunning.value && (
        <ProgressBar
          value={step.value?.share}
          label={step.value ? `Training, loss ${step.value.loss.toFixed(4)}` : "Reading the images"}
        />
      )}
      {problem.value && (
        <Notice kind="error" title="The run could not be computed.">
          {problem.value}
        </Notice>
      )}
      {result.value && <Summary result={result.value} />}
      <Rows rows={rows.value} />
    </section>
  );
}

function Summary({ result }: { readonly result: Reproduction }) {
  const { rows, firstLossDifference, lossDifference, lossesCompared } = result;
  const published = rows.filter((row) => row.published);
  const equal = rows.filter((row) => sameAccuracies(row.ours, row.reference)).length;
  const same = published.filter((row) => row.published && sameAccuracies(row.ours, row.published)).length;
  const parts = [
    `${equal} of ${rows.length} rows are equal to NumPy's`,
    ...(published.length > 0 ? [`${same} of ${published.length} to the published ones`] : []),
    `the first loss differs by ${firstLossDifference.toExponential(1)}, the first ${lossesCompared} by at most ${lossDifference.toExponential(1)}`,
  ];
  return (
    <Notice kind={equal === rows.length && same === published.length ? "good" : "error"}>{parts.join("; ")}</Notice>
  );
}

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.length === 0) return null;
  const cells = ({ ours, reference, published }: Row, part: "train" | "val") =>
    [ours[part], reference[part], published?.[part]].map((value) => (value === undefined ? "–" : String(value)));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on phones, so the keyboard must reach it
    <section class="scroll tall" tabIndex={0} aria-label="Accuracy after each epoch">
      <table>
        <thead>
          <tr>
            <th class="number">epoch</th>
            {["training", "validation"].map((part) =>
              ["here", "NumPy", "published"].map((which) => (
                <th key={`${part} ${which}`} class="number">
                  {part}, {which}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.epoch}>
              <td class="number">{row.epoch + 1}</td>
              {[...cells(row, "train"), ...cells(row, "val")].map((text, at) => (
                <td key={`${at} ${text}`} class="number">
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
