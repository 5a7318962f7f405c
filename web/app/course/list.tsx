import { useSignal } from "@preact/signals";
import { chapters, type Exercise, exercises } from "handgrad/assignment";
import { addressOf } from "../shared/address.ts";
import { Button } from "../shared/ui/button.tsx";
import { Field } from "../shared/ui/fields.tsx";
import { addFile, ownFiles, type State, type Sum, stateOf, sums } from "./project.ts";

const marks: Readonly<Record<State, readonly [sign: string, words: string]>> = {
  right: ["✓", "right"],
  wrong: ["✗", "wrong"],
  changed: ["●", "changed since its last check"],
  new: ["○", "not started"],
};

/** The exercises by chapter, each with its state and its points, and the student's own files. `current` is the file that is shown. */
export function ExerciseList({ current }: { readonly current: string }) {
  const { course, extra } = sums.value;
  return (
    <nav class="course-list" aria-label="Exercises">
      <Total name="Assignment" sum={course} />
      {Object.entries(chapters).map(([chapter, title]) => (
        <details key={chapter} open={chapter !== "extra" || isExtra(current)}>
          <summary>
            {title}
            {chapter === "extra" && (
              <span class="note">
                {extra.points} of {extra.possible} points, optional
              </span>
            )}
          </summary>
          <ul>
            {exercises
              .filter((one) => one.chapter === chapter)
              .map((one) => (
                <Entry key={one.id} exercise={one} isCurrent={`${one.id}.ts` === current} />
              ))}
          </ul>
        </details>
      ))}
      <OwnFiles current={current} />
    </nav>
  );
}

const isExtra = (file: string): boolean =>
  exercises.some(({ id, chapter }) => chapter === "extra" && `${id}.ts` === file);

function OwnFiles({ current }: { readonly current: string }) {
  const name = useSignal("");
  const problem = useSignal<string | undefined>(undefined);
  const add = () => {
    const wanted = name.value.trim();
    problem.value = addFile(wanted);
    if (problem.value !== undefined) return;
    name.value = "";
    location.hash = addressOf("course", { file: wanted });
  };
  return (
    <details open={ownFiles.value.length > 0}>
      <summary>Your own files</summary>
      <ul>
        {ownFiles.value.map((file) => (
          <li key={file}>
            <a href={addressOf("course", { file })} aria-current={file === current ? "true" : undefined}>
              <span />
              <span class="name">{file}</span>
            </a>
          </li>
        ))}
      </ul>
      <Field
        label="New file"
        help="Exercises can import it, as in: import { mean } from &quot;./helpers.ts&quot;"
        problem={problem.value}
        control={(id) => (
          <>
            <input
              id={id}
              type="text"
              placeholder="helpers.ts"
              autocomplete="off"
              value={name.value}
              onInput={(event) => {
                name.value = event.currentTarget.value;
              }}
              onKeyDown={(event) => event.key === "Enter" && add()}
            />
            <Button onClick={add}>Add</Button>
          </>
        )}
      />
    </details>
  );
}

function Total({ name, sum }: { readonly name: string; readonly sum: Sum }) {
  return (
    <label class="total">
      <span>{name}</span>
      <strong>
        {sum.points} of {sum.possible} points
      </strong>
      <progress max={sum.possible} value={sum.points} />
    </label>
  );
}

function Entry({ exercise, isCurrent }: { readonly exercise: Exercise; readonly isCurrent: boolean }) {
  const state = stateOf(exercise);
  const [sign, words] = marks[state];
  return (
    <li>
      <a href={addressOf("course", { exercise: exercise.id })} aria-current={isCurrent ? "true" : undefined}>
        <span class={`mark ${state}`} aria-hidden="true">
          {sign}
        </span>
        <span class="name">{exercise.title}</span>
        <span class="unseen">, {words},</span>
        <span class="points">
          {exercise.points}
          <span class="unseen"> points</span>
        </span>
      </a>
    </li>
  );
}
