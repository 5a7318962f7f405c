import vectorsUrl from "reference:vectors";
import { useSignal } from "@preact/signals";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { textOf } from "../shared/textOf.ts";
import { Button } from "../shared/ui/button.tsx";
import { FileDrop } from "../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import { ProgressBar } from "../shared/ui/progressBar.tsx";
import { assignment } from "./client.ts";
import { Sign } from "./state.tsx";
import type { VectorRow } from "./worker.ts";

interface Source {
  readonly name: string;
  readonly text: () => Promise<string>;
}

const shipped: readonly Source[] = [{ name: "vectors.json", text: () => textOf(vectorsUrl) }];

/** Stored results of PyTorch and NumPy: those of the package, or files in the same format. */
export function VectorsPanel() {
  const rows = useSignal<readonly VectorRow[]>([]);
  const progress = useSignal<{ readonly done: number; readonly all: number; readonly name: string } | undefined>(
    undefined,
  );
  const summary = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const controller = useSignal<AbortController | undefined>(undefined);

  const run = async (sources: readonly Source[]) => {
    const current = new AbortController();
    controller.value = current;
    rows.value = [];
    summary.value = undefined;
    problem.value = undefined;
    const began = performance.now();
    try {
      for (const { name, text } of sources) {
        progress.value = { done: 0, all: 1, name };
        const content = { text: await text(), name };
        await assignment.call("vectors", content, {
          signal: current.signal,
          onEvent({ done, all, rows: more }) {
            rows.value = [...rows.value, ...more];
            progress.value = { done, all, name };
          },
        });
        if (current.signal.aborted) return;
      }
      const count = (state: VectorRow["state"]) => rows.value.filter((one) => one.state === state).length;
      const [passed, failed, skipped] = [count("passed"), count("failed"), count("skipped")];
      const rest = skipped > 0 ? `, ${skipped} are of parts that this library does not have` : "";
      summary.value = `${passed} agree, ${failed} differ${rest} (${((performance.now() - began) / 1000).toFixed(1)} s)`;
    } catch (error) {
      problem.value = messageOf(error);
    } finally {
      progress.value = undefined;
      controller.value = undefined;
    }
  };
  const runFiles = (chosen: readonly ChosenFile[]) =>
    run(chosen.map(({ path, file }) => ({ name: path, text: () => file.text() })));

  const isRunning = progress.value !== undefined;
  const failed = rows.value.filter(({ state }) => state === "failed");
  return (
    <section aria-labelledby="vectors-title">
      <h2 id="vectors-title">Stored results of PyTorch and NumPy</h2>
      <p>
        Layers, losses, optimizers and random streams, computed by PyTorch and NumPy in float64 and stored with the
        library. The error of each is at most 10⁻¹² in float64 and 10⁻⁵ in float32.
      </p>
      <div class="row">
        <Button kind="primary" onClick={() => run(shipped)} disabled={isRunning}>
          Compare with the stored results
        </Button>
        <Button onClick={() => controller.value?.abort()} disabled={!isRunning}>
          Stop
        </Button>
      </div>
      <FileDrop
        label="Compare with a file of your own"
        accept=".json,application/json"
        disabled={isRunning}
        onFiles={runFiles}
        onError={(error) => {
          problem.value = messageOf(error);
        }}
      >
        or drop it here: JSON in the format of vectors.json, as for <code>handgrad vectors</code>
      </FileDrop>
      {progress.value && (
        <ProgressBar value={progress.value.done / progress.value.all} label={`Comparing with ${progress.value.name}`} />
      )}
      {problem.value && (
        <Notice kind="error" title="This file could not be compared.">
          {problem.value}
        </Notice>
      )}
      {summary.value && <Notice kind={failed.length > 0 ? "error" : "good"}>{summary.value}</Notice>}
      <VectorTable name="Results that differ" rows={failed} />
      {rows.value.length > 0 && !isRunning && (
        <details>
          <summary>All {rows.value.length} results</summary>
          <VectorTable name="All results" rows={rows.value} />
        </details>
      )}
    </section>
  );
}

function VectorTable({ name, rows }: { readonly name: string; readonly rows: readonly VectorRow[] }) {
  if (rows.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on phones, so the keyboard must reach it
    <section class="scroll tall" tabIndex={0} aria-label={name}>
      <table>
        <thead>
          <tr>
            <th>
              <span class="unseen">state</span>
            </th>
            <th>case</th>
            <th>type</th>
            <th class="number">at most</th>
            <th>largest relative errors</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ title, type, bound, errors, state }, at) => (
            <tr key={`${at} ${title}`}>
              <td>
                <Sign state={state} />
              </td>
              <td>{title}</td>
              <td>{type}</td>
              <td class="number">{bound.toExponential(0)}</td>
              <td>{errors || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
