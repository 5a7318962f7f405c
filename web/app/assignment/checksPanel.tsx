import checksUrl from "reference:checks";
import { useSignal } from "@preact/signals";
import type { AssignmentCheck } from "handgrad/assignment";
import { useEffect } from "preact/hooks";
import { textOf } from "../shared/textOf.ts";
import { Button } from "../shared/ui/button.tsx";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import { ProgressBar } from "../shared/ui/progressBar.tsx";
import { assignment } from "./client.ts";
import { exponential, Sign } from "./state.tsx";

/** the number of parts of the checks, for the bar */
const parts = 8;

/** The checks of the assignment's notebook, with the numbers that it printed. They need no data. */
export function ChecksPanel() {
  const checks = useSignal<readonly AssignmentCheck[]>([]);
  const done = useSignal(0);
  const seconds = useSignal<number | undefined>(undefined);
  const running = useSignal<AbortController | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);

  const run = async () => {
    const controller = new AbortController();
    running.value = controller;
    checks.value = [];
    done.value = 0;
    seconds.value = undefined;
    problem.value = undefined;
    const began = performance.now();
    try {
      const text = await textOf(checksUrl);
      await assignment.call(
        "checks",
        { text },
        {
          signal: controller.signal,
          onEvent(part) {
            checks.value = [...checks.value, ...part];
            done.value++;
          },
        },
      );
      if (!controller.signal.aborted) seconds.value = (performance.now() - began) / 1000;
    } catch (error) {
      problem.value = messageOf(error);
    } finally {
      running.value = undefined;
    }
  };
  useEffect(() => {
    run();
    return () => running.value?.abort();
  }, []);

  const failed = checks.value.filter(({ passed }) => !passed).length;
  return (
    <section aria-labelledby="checks-title">
      <div class="assignment-head">
        <h2 id="checks-title">Checks of the notebook</h2>
        <Button onClick={run} disabled={running.value !== undefined}>
          Run again
        </Button>
      </div>
      <p>
        Forward passes, steps of the optimizers and gradients on the assignment's own inputs. Differences on fixed
        inputs agree with the printed ones to three digits; errors of gradients are at most the printed ones.
      </p>
      {problem.value && (
        <Notice kind="error" title="The checks could not run.">
          {problem.value}
        </Notice>
      )}
      {running.value && <ProgressBar value={done.value / parts} label="Computing the checks" />}
      {seconds.value !== undefined && (
        <Notice kind={failed === 0 ? "good" : "error"}>
          {`${checks.value.length - failed} of ${checks.value.length} checks agree with the assignment (${seconds.value.toFixed(1)} s)`}
        </Notice>
      )}
      <CheckTable checks={checks.value} />
    </section>
  );
}

function CheckTable({ checks }: { readonly checks: readonly AssignmentCheck[] }) {
  if (checks.length === 0) return null;
  const sections = Map.groupBy(checks, ({ section }) => section);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on phones, so the keyboard must reach it
    <section class="scroll tall" tabIndex={0} aria-label="Table of the checks">
      <table class="assignment-checks">
        <thead>
          <tr>
            <th>
              <span class="unseen">state</span>
            </th>
            <th>check</th>
            <th class="number">printed by the assignment</th>
            <th class="number">computed here</th>
            <th class="number">difference</th>
          </tr>
        </thead>
        {[...sections].map(([section, rows]) => (
          <tbody key={section}>
            <tr class="section">
              <th colSpan={5} scope="rowgroup">
                {section}
              </th>
            </tr>
            {rows.map(({ quantity, ours, published, passed }) => (
              <tr key={quantity}>
                <td>
                  <Sign state={passed ? "passed" : "failed"} />
                </td>
                <td>{quantity}</td>
                <td class="number">{published === undefined ? "–" : exponential(published)}</td>
                <td class="number">{exponential(ours)}</td>
                <td class="number">{published === undefined ? "–" : exponential(Math.abs(ours - published))}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}
