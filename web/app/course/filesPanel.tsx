import { useSignal } from "@preact/signals";
import { exercises, projectZip } from "handgrad/assignment";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { saveFile } from "../shared/saveFile.ts";
import { Button } from "../shared/ui/button.tsx";
import { FileDrop } from "../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import { arrayModule, type Before, files, hints, takeOver, training } from "./project.ts";

/** Saves the project, and opens a saved one. */
export function FilesPanel({ name }: { readonly name: string }) {
  const problem = useSignal<string | undefined>(undefined);
  const opened = useSignal<{ readonly text: string; readonly undo: Before } | undefined>(undefined);
  const attempt = (action: () => Promise<void>) => {
    problem.value = undefined;
    action().catch((error) => {
      problem.value = messageOf(error);
    });
  };
  const open = (chosen: readonly ChosenFile[]) =>
    attempt(async () => {
      const { openProject } = await import("./projectFiles.ts");
      const { project, training: trained } = await openProject(chosen);
      const { added, undo } = takeOver(project, trained);
      const parts = [
        project.files.size === 1 ? "1 file is open." : `${project.files.size} files are open.`,
        ...(added > 0
          ? [
              added === 1
                ? "The missing exercise starts with its skeleton."
                : `The ${added} missing exercises start with their skeletons.`,
            ]
          : []),
        ...(project.arrayChanged ? ["array.ts was changed; the checks use their own copy."] : []),
        ...(project.hintsProblem ? [project.hintsProblem] : []),
      ];
      opened.value = { text: parts.join(" "), undo };
    });
  const download = () =>
    attempt(async () => {
      const project = { files: new Map(Object.entries(files.value)), hints: hints.value };
      const results = training.value && (await import("./training/reports.ts")).resultTexts(training.value);
      saveFile("problem1.zip", projectZip(project, exercises, arrayModule, await results), "application/zip");
    });
  return (
    <section class="course-files panel" aria-labelledby="course-files">
      <h2 id="course-files">Your project</h2>
      <p>
        It is stored in this browser, after every change. The zip is the folder of <code>handgrad course</code>: unpack
        it, and <code>handgrad course check</code> gives the same points.
      </p>
      <div class="row">
        <Button onClick={download}>Download the project (.zip)</Button>
        <Button onClick={() => saveFile(name, files.value[name], "text/plain")}>Download {name}</Button>
      </div>
      <FileDrop label="Open a project" folders onFiles={open} onError={(error) => (problem.value = messageOf(error))}>
        or drop a folder, a .zip or single files here; it replaces the project in this page
      </FileDrop>
      {problem.value && (
        <Notice kind="error" title="This project cannot be opened.">
          {problem.value}
        </Notice>
      )}
      {opened.value && (
        <Notice kind="good" title="The project is open.">
          <p>{opened.value.text}</p>
          <Button
            onClick={() => {
              opened.value?.undo();
              opened.value = undefined;
            }}
          >
            Restore the previous project
          </Button>
        </Notice>
      )}
    </section>
  );
}
