import { useEffect } from "preact/hooks";
import "./assignment.css";
import { ChecksPanel } from "./checksPanel.tsx";
import { assignment } from "./client.ts";
import { RunsPanel } from "./runsPanel.tsx";
import { VectorsPanel } from "./vectorsPanel.tsx";

/** The assignment's checks, computed in a worker of this page. */
export function View() {
  useEffect(() => () => assignment.end("another view was opened"), []);
  return (
    <div class="assignment">
      <ChecksPanel />
      <VectorsPanel />
      <RunsPanel />
      <section class="panel" aria-labelledby="comparison-title">
        <h2 id="comparison-title">The comparison of L1, L2, weight decay and AdamW</h2>
        <p>
          It trains networks, so it is in <a href="#/experiments">Experiments</a>: one button starts all its runs, side
          by side. In the <a href="#/course">Course</a> you write the layers and optimizers of the assignment yourself.
        </p>
      </section>
    </div>
  );
}
