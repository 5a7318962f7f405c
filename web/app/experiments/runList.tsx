import { showBytes } from "../shared/showBytes.ts";
import { Button } from "../shared/ui/button.tsx";
import { training } from "../training/client.ts";
import type { StorageUse } from "../training/protocol.ts";
import { attempt, kept, live, refresh, runs, storage, tell } from "./experiments.ts";
import { RunCard } from "./runCard.tsx";
import { Selection } from "./selection.tsx";

/** All runs of this browser, with the actions for one or several. */
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
      {storage.value && <Storage use={storage.value} />}
      <KeptData />
    </>
  );
}

function Storage({ use }: { readonly use: StorageUse }) {
  const { used, available, persisted } = use;
  return (
    <p class="hint">
      {showBytes(used)} of this browser’s storage are used
      {available !== undefined && `, ${showBytes(available)} are available`}.{" "}
      {persisted
        ? "The browser keeps them until you delete them."
        : "When its disk is nearly full, the browser may delete them: save what you want to keep, or"}{" "}
      {!persisted && (
        <Button kind="plain" onClick={() => attempt(askToKeep)}>
          ask the browser to keep them
        </Button>
      )}
    </p>
  );
}

async function askToKeep(): Promise<void> {
  if (!(await navigator.storage.persist()))
    tell("info", "The browser refused. It agrees for pages that you visit often, or that are bookmarked or installed.");
  await refresh();
}

/** The files of the user's data, which runs need to continue. */
function KeptData() {
  if (kept.value.length === 0) return null;
  return (
    <details>
      <summary>Data kept for these runs</summary>
      <ul class="kept">
        {kept.value.map(({ id, name, size }) => (
          <li key={id} class="row">
            <span>
              {name}, {showBytes(size)}
            </span>
            <Button
              kind="plain"
              label={`Remove ${name}`}
              title="Runs on it ask for the file when you continue them"
              onClick={() => attempt(() => training.call("removeKept", { id })).then(refresh)}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
