import { checkExercise, type ExerciseResult } from "../../course/checkExercise.ts";
import type { Exercise } from "../../course/exercise.ts";
import type { Send } from "../../course/student.ts";
import type { Problem } from "../../course/wire.ts";
import type { Project } from "./project.ts";
import { StudentProcess, type StudentProcessOptions } from "./studentProcess.ts";

export interface CheckedExercise extends ExerciseResult {
  readonly seconds: number;
  /** what the student's code printed; unchecked text of a bounded length */
  readonly printed: string;
}

export interface CheckProjectOptions extends Omit<StudentProcessOptions, "onOutput"> {
  /** which inputs the checks draw */
  readonly seed: number;
  /** how long all calls of an exercise may take together (default 20) */
  readonly exerciseSeconds?: number;
}

const mostPrinted = 20_000;

/** Checks exercises one after the other in a process of their own; one that its code ended is replaced by a new one for the next exercise. */
export async function* checkProject(
  { files }: Project,
  exercises: readonly Exercise[],
  { seed, exerciseSeconds = 20, ...limits }: CheckProjectOptions,
): AsyncGenerator<CheckedExercise> {
  let printed = "";
  const start = (): StudentProcess =>
    new StudentProcess(files, {
      ...limits,
      onOutput: (text) => {
        if (printed.length < mostPrinted) printed = `${printed}${text}\n`.slice(0, mostPrinted);
      },
    });
  let student = start();
  try {
    for (const exercise of exercises) {
      if (student.problem) student = start();
      printed = "";
      const began = performance.now();
      const current = student;
      const send: Send = async (request) =>
        performance.now() - began > 1000 * exerciseSeconds
          ? { ok: false, problem: tooSlow(exerciseSeconds) }
          : current.send(request);
      const result = files.has(`${exercise.id}.ts`) ? await checkExercise(exercise, send, seed) : missing(exercise);
      yield { ...result, seconds: (performance.now() - began) / 1000, printed };
    }
  } finally {
    student.close();
  }
}

/** A project that was made before the exercise existed, or a file that was deleted. */
const missing = ({ id, points }: Exercise): ExerciseResult => ({
  ...{ id, status: "not started", points: 0, possible: points },
  findings: [{ cause: "missing", message: `${id}.ts is missing` }],
});

const tooSlow = (seconds: number): Problem => ({
  kind: "timeout",
  message: `the calls of this exercise take more than ${seconds} s together`,
});
