import {
  type CheckedExercise,
  type CheckProjectOptions as CommonOptions,
  checkProjectWith,
} from "../../course/checkProject.ts";
import type { Exercise } from "../../course/exercise.ts";
import type { Project } from "./project.ts";
import { StudentProcess, type StudentProcessOptions } from "./studentProcess.ts";

export type { CheckedExercise };

export interface CheckProjectOptions extends CommonOptions, Pick<StudentProcessOptions, "memoryBytes"> {}

/** Checks exercises one after the other in a process of their own; one that its code ended is replaced by a new one for the next exercise. */
export function checkProject(
  { files }: Pick<Project, "files">,
  exercises: readonly Exercise[],
  { memoryBytes, ...options }: CheckProjectOptions,
): AsyncGenerator<CheckedExercise> {
  const limits = memoryBytes === undefined ? {} : { memoryBytes };
  return checkProjectWith(
    (texts, events) => new StudentProcess(texts, { ...events, ...limits }),
    files,
    exercises,
    options,
  );
}
