import { checkExercise, type ExerciseResult } from "./checkExercise.ts";
import type { Exercise } from "./exercise.ts";
import type { RunnerOptions, StartRunner, StudentRunner } from "./runner.ts";
import type { Send } from "./student.ts";
import type { Problem } from "./wire.ts";

export interface CheckedExercise extends ExerciseResult {
  readonly seconds: number;
  /** what the student's code printed; unchecked text of a bounded length */
  readonly printed: string;
}

export interface CheckProjectOptions extends Pick<RunnerOptions, "callSeconds"> {
  /** which inputs the checks draw */
  readonly seed: number;
  /** how long all calls of an exercise may take together (default 20) */
  readonly exerciseSeconds?: number;
}

const mostPrinted = 20_000;

/**
 * Checks exercises one after the other, with the code where `start` runs it: in a process or in a worker. A runner that the code of one exercise
 * has ended is replaced by a new one for the next exercise.
 */
export async function* checkProjectWith(
  start: StartRunner,
  files: ReadonlyMap<string, string>,
  exercises: readonly Exercise[],
  { seed, exerciseSeconds = 20, ...limits }: CheckProjectOptions,
): AsyncGenerator<CheckedExercise> {
  let printed = "";
  const startAgain = (): StudentRunner =>
    start(files, {
      ...limits,
      onOutput: (text) => {
        if (printed.length < mostPrinted) printed = `${printed}${text}\n`.slice(0, mostPrinted);
      },
    });
  let student = startAgain();
  try {
    for (const exercise of exercises) {
      if (student.problem) student = startAgain();
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
