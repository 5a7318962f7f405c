import { useSignal } from "@preact/signals";
import { type Exercise, exercises, skeletonOf } from "handgrad/assignment";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { address } from "../shared/address.ts";
import { Button } from "../shared/ui/button.tsx";
import { Notice } from "../shared/ui/notice.tsx";
import { ProgressBar } from "../shared/ui/progressBar.tsx";
import { ArrayHelp } from "./arrayHelp.tsx";
import { running, startCheck, stopCheck } from "./checking.ts";
import "./course.css";
import { EditorBox, type EditorHandle } from "./editorBox.tsx";
import { FilesPanel } from "./filesPanel.tsx";
import { HintList } from "./hintList.tsx";
import { ExerciseList } from "./list.tsx";
import {
  type Before,
  files,
  isLoaded,
  load,
  otherTab,
  ownFiles,
  removeFile,
  results,
  storageProblem,
  store,
} from "./project.ts";
import { Result } from "./result.tsx";
import { Task } from "./task.tsx";
import { TrainingPanel } from "./training/trainingPanel.tsx";

/** The course: exercises with an editor and the checks of the command. */
export function View() {
  const removed = useSignal<{ readonly name: string; readonly undo: Before } | undefined>(undefined);
  useEffect(() => {
    if (!isLoaded.value) load();
    const leave = () => {
      store();
    };
    document.addEventListener("visibilitychange", leave);
    addEventListener("pagehide", leave);
    return () => {
      leave();
      stopCheck();
      document.removeEventListener("visibilitychange", leave);
      removeEventListener("pagehide", leave);
    };
  }, []);
  const { exercise: wanted, file } = address.value.values;
  const exercise = exercises.find(({ id }) => id === wanted) ?? exercises[0];
  if (!isLoaded.value) return <p class="note">The project is being read …</p>;
  const own = file !== undefined && ownFiles.value.includes(file) ? file : undefined;
  const name = own ?? `${exercise.id}.ts`;
  return (
    <div class="course">
      <ExerciseList current={name} />
      <div class="course-main">
        {wanted !== undefined && exercise.id !== wanted && (
          <Notice kind="warning">{`There is no exercise "${wanted}"; the list has all of them.`}</Notice>
        )}
        <Storage />
        {own === undefined ? (
          <Workplace key={exercise.id} exercise={exercise} />
        ) : (
          <OwnFile key={own} name={own} onRemove={(undo) => (removed.value = { name: own, undo })} />
        )}
        {removed.value && file === removed.value.name && own === undefined && (
          <Notice kind="info">
            <p>{removed.value.name} is removed.</p>
            <Button onClick={() => removed.value?.undo()}>Put it back</Button>
          </Notice>
        )}
        <TrainingPanel />
        <FilesPanel name={name} />
      </div>
    </div>
  );
}

/** A file that does not belong to an exercise, such as functions that several exercises import. */
function OwnFile({ name, onRemove }: { readonly name: string; readonly onRemove: (undo: Before) => void }) {
  return (
    <article class="course-exercise" aria-labelledby="course-title">
      <header>
        <h2 id="course-title">{name}</h2>
        <span class="note">your own file</span>
      </header>
      <div class="course-work">
        <EditorBox name={name} onCheck={() => startCheck(exercises)} onReady={() => {}} />
        <CheckRow first={exercises}>
          <Button kind="plain" onClick={() => onRemove(removeFile(name))}>
            Remove this file
          </Button>
        </CheckRow>
      </div>
      <div class="course-found">
        <ArrayHelp />
      </div>
    </article>
  );
}

function Storage() {
  if (storageProblem.value !== undefined)
    return (
      <Notice kind="warning" title="Your code is not stored.">
        {`The browser refuses: ${storageProblem.value}. Download the project before you close this page.`}
      </Notice>
    );
  if (!otherTab.value) return null;
  return (
    <Notice kind="warning" title="Another tab has changed the project.">
      <p>The version that is stored last is kept.</p>
      <Button onClick={() => load()}>Show what the other tab has stored</Button>
    </Notice>
  );
}

function Workplace({ exercise }: { readonly exercise: Exercise }) {
  const editor = useSignal<EditorHandle | undefined>(undefined);
  const before = useSignal<string | undefined>(undefined);
  const { title, points } = exercise;
  const name = `${exercise.id}.ts`;
  const skeleton = skeletonOf(exercise);
  const reset = () => {
    before.value = files.value[name];
    editor.value?.replace(skeleton);
  };
  return (
    <article class="course-exercise" aria-labelledby="course-title">
      <header>
        <h2 id="course-title">{title}</h2>
        <span class="note">{points} points</span>
      </header>
      <Task exercise={exercise} />
      <div class="course-work">
        <EditorBox
          name={name}
          findings={results.value[exercise.id]?.result.findings}
          onCheck={() => startCheck([exercise])}
          onReady={(handle) => (editor.value = handle)}
        />
        <CheckRow first={[exercise]}>
          <Button kind="plain" onClick={reset} disabled={files.value[name] === skeleton}>
            Reset to the start
          </Button>
        </CheckRow>
        {before.value !== undefined && files.value[name] === skeleton && (
          <Notice kind="info">
            <p>The file is reset to its start.</p>
            <Button
              onClick={() => {
                editor.value?.replace(before.value ?? skeleton);
                before.value = undefined;
              }}
            >
              Restore your code
            </Button>
          </Notice>
        )}
      </div>
      <div class="course-found">
        <Result exercise={exercise} goTo={(line) => editor.value?.goTo(line)} />
        <HintList exercise={exercise} />
        <ArrayHelp />
      </div>
    </article>
  );
}

/** Buttons for checks and other actions with the file. */
function CheckRow({ first, children }: { readonly first: readonly Exercise[]; readonly children: ComponentChildren }) {
  const now = running.value;
  return (
    <>
      <div class="row course-actions">
        {first.length === 1 && (
          <Button kind="primary" onClick={() => startCheck(first)} disabled={now !== undefined} title="Ctrl + Enter">
            Check
          </Button>
        )}
        <Button onClick={() => startCheck(exercises)} disabled={now !== undefined}>
          Check all
        </Button>
        <Button onClick={stopCheck} disabled={now === undefined}>
          Stop
        </Button>
        <span class="space" />
        {children}
      </div>
      {now && <ProgressBar value={now.all === 1 ? undefined : now.done / now.all} label={`Checking ${now.what}`} />}
    </>
  );
}
