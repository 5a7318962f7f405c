import { chapters, type Exercise, exercises } from "handgrad/assignment";
import { addressOf } from "../shared/address.ts";
import { type State, type Sum, stateOf, sums } from "./project.ts";

const marks: Readonly<Record<State, readonly [sign: string, words: string]>> = {
  right: ["✓", "right"],
  wrong: ["✗", "wrong"],
  changed: ["●", "changed since its last check"],
  new: ["○", "not started"],
};

/** The exercises by chapter, each with its state and its points. */
export function ExerciseList({ current }: { readonly current: Exercise }) {
  const { course, extra } = sums.value;
  return (
    <nav class="course-list" aria-label="Exercises">
      <Total name="Assignment" sum={course} />
      {Object.entries(chapters).map(([chapter, title]) => (
        <details key={chapter} open={chapter !== "extra" || current.chapter === "extra"}>
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
                <Entry key={one.id} exercise={one} isCurrent={one.id === current.id} />
              ))}
          </ul>
        </details>
      ))}
    </nav>
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
