import { showBytes } from "./describe.ts";
import { live, runs, storage } from "./experiments.ts";
import { RunCard } from "./runCard.tsx";
import { Selection } from "./selection.tsx";

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
            <RunCard run={run} />
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
