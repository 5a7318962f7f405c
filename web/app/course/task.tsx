import { type Exercise, exerciseFormulas } from "handgrad/assignment";
import { mathToMathml } from "handgrad/report";
import { taskText } from "./taskText.ts";

/** The task of an exercise: its formulas, and the comments of its file as text. */
export function Task({ exercise }: { readonly exercise: Exercise }) {
  const formulas = exerciseFormulas[exercise.id] ?? [];
  return (
    <section class="course-task" aria-label="Task">
      {formulas.map((latex) => (
        <Formula key={latex} latex={latex} />
      ))}
      {taskText(exercise.skeleton).map(({ kind, text }) =>
        kind === "lines" ? <pre key={text}>{text}</pre> : <p key={text}>{text}</p>,
      )}
      {(exercise.questions ?? []).map(({ text }) => (
        <p key={text} class="question">
          <strong>Question:</strong> {text}
        </p>
      ))}
      {(exercise.questions ?? []).length > 0 && (
        <p class="note">Write the answer into the box at the end of the file; a person reads it.</p>
      )}
    </section>
  );
}

/** A formula of the course as MathML, split where it may be broken into lines. */
function Formula({ latex }: { readonly latex: string }) {
  const parts = latex.split(String.raw`\quad`).map((part) => mathToMathml(part.trim(), true));
  return (
    <p class="formula">
      {parts.map((html) => (
        <span key={html} dangerouslySetInnerHTML={{ __html: html }} />
      ))}
    </p>
  );
}
