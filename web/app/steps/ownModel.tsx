import { useState } from "preact/hooks";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { Choice } from "../shared/ui/fields.tsx";
import { FileDrop } from "../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import type { ModelFile } from "./protocol.ts";
import type { StoredModel, StoredRuns } from "./storedRuns.ts";

interface OwnModelProps {
  readonly runs: StoredRuns | undefined;
  /** the stored run that is shown */
  readonly run: string | undefined;
  readonly onFile: (model: ModelFile) => void;
  readonly onRun: (model: StoredModel) => void;
}

/** The user's own model: of a run in this browser, or from a file. */
export function OwnModel({ runs, run, onFile, onRun }: OwnModelProps) {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [stored, setStored] = useState<readonly StoredModel[] | undefined>(undefined);
  const fail = (error: unknown) => setProblem(messageOf(error));
  const open = async (files: readonly ChosenFile[]) => {
    const models = files.filter(({ path }) => path.endsWith(".safetensors") && !/checkpoint/.test(path));
    const found = models.find(({ path }) => /(^|\/)model\.safetensors$/.test(path)) ?? models[0];
    if (!found) {
      setProblem(`expected a model such as model.safetensors, or a run folder with one, found ${files[0].path}`);
      return;
    }
    setProblem(undefined);
    onFile({ name: found.path, bytes: new Uint8Array(await found.file.arrayBuffer()) });
  };
  const list = () => runs?.list().then(setStored, fail);
  return (
    <details onToggle={(event) => event.currentTarget.open && list()}>
      <summary>Open your own model</summary>
      {runs && stored && stored.length > 0 && (
        <Choice
          label="Run in this browser"
          help="The runs of Experiments and Your data that have finished at least one epoch."
          value={run ?? ""}
          options={[
            { value: "", name: "choose a run" },
            ...stored.map((each) => ({ value: each.run, name: each.run })),
          ]}
          onChange={(name) => {
            const chosen = stored.find((each) => each.run === name);
            setProblem(undefined);
            if (chosen) onRun(chosen);
          }}
        />
      )}
      {runs && stored?.length === 0 && (
        <p class="muted">This browser has no trained run yet. Train one in Your data or Experiments.</p>
      )}
      <FileDrop label="Choose model.safetensors" folders onFiles={(files) => open(files).catch(fail)} onError={fail}>
        or drop it here, or the folder of a run. Its inputs are random, because a model contains no data.
      </FileDrop>
      {problem && <Notice kind="error">{problem}</Notice>}
    </details>
  );
}
