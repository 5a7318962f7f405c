import { useSignal } from "@preact/signals";
import { saveFile } from "../shared/saveFile.ts";
import { Button } from "../shared/ui/button.tsx";
import { training } from "../training/client.ts";
import type { RunSummary } from "../training/protocol.ts";
import { attempt, choose, chosen, live, refresh } from "./experiments.ts";
import { openPage, saveToFolder } from "./save.ts";

/** Actions for the chosen runs together. */
export function Selection({ all }: { readonly all: readonly RunSummary[] }) {
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
