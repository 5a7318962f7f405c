import { useSignal } from "@preact/signals";
import { type Exercise, exercises, skeletonOf } from "handgrad/assignment";
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
import { files, isLoaded, load, otherTab, storageProblem, store } from "./project.ts";
import { Result } from "./result.tsx";
import { Task } from "./task.tsx";
import { TrainingPanel } from "./training/trainingPanel.tsx";

/** The course: exercises with an editor and the checks of the command. */
export function View() {
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
  const wanted = address.value.values.exercise;
  const exercise = exercises.find(({ id }) => id === wanted) ?? exercises[0];
  if (!isLoaded.value) return <p class="note">The project is being read …</p>;
  return (
    <div class="course">
      <ExerciseList current={exercise} />
      <div class="course-main">
        {wanted !== undefined && exercise.id !== wanted && (
          <Notice kind="warning">{`There is no exercise "${wanted}"; the list has all of them.`}</Notice>
        )}
        <Storage />
        <Workplace key={exercise.id} exercise={exercise} />
        <TrainingPanel />
        <FilesPanel exercise={exercise} />
      </div>
    </div>
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
      <p>What is stored last is kept.</p>
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
        <EditorBox exercise={exercise} onReady={(handle) => (editor.value = handle)} />
        <Actions exercise={exercise} onReset={reset} isReset={files.value[name] === skeleton} />
        {before.value !== undefined && files.value[name] === skeleton && (
          <Notice kind="info">
            <p>The file is as it was at the start.</p>
            <Button
              onClick={() => {
                editor.value?.replace(before.value ?? skeleton);
                before.value = undefined;
              }}
            >
              Put your code back
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

function Actions({
  exercise,
  onReset,
  isReset,
}: {
  readonly exercise: Exercise;
  readonly onReset: () => void;
  readonly isReset: boolean;
}) {
  const now = running.value;
  return (
    <>
      <div class="row course-actions">
        <Button kind="primary" onClick={() => startCheck([exercise])} disabled={now !== undefined} title="Ctrl + Enter">
          Check
        </Button>
        <Button onClick={() => startCheck(exercises)} disabled={now !== undefined}>
          Check all
        </Button>
        <Button onClick={stopCheck} disabled={now === undefined}>
          Stop
        </Button>
        <span class="space" />
        <Button kind="plain" onClick={onReset} disabled={isReset}>
          Reset to the start
        </Button>
      </div>
      {now && <ProgressBar value={now.all === 1 ? undefined : now.done / now.all} label={`Checking ${now.what}`} />}
    </>
  );
}
