import type { Exercise } from "handgrad/assignment";
import { Button } from "../shared/ui/button.tsx";
import { hints, showHint } from "./project.ts";

/** The hints one after the other; what was shown is recorded in the project, as `handgrad course hint` does. */
export function HintList({ exercise }: { readonly exercise: Exercise }) {
  const shown = Object.hasOwn(hints.value, exercise.id) ? hints.value[exercise.id].length : 0;
  const all = exercise.hints.length;
  return (
    <section class="course-hints" aria-label="Hints">
      <ol aria-live="polite">
        {exercise.hints.slice(0, shown).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ol>
      {shown < all && (
        <div class="row">
          <Button onClick={() => showHint(exercise)}>
            {shown === 0 ? "Show a hint" : "Show the next hint"} ({shown + 1} of {all})
          </Button>
          <span class="note">Hints are recorded in the project.</span>
        </div>
      )}
    </section>
  );
}
