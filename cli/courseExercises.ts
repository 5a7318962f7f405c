import type { Exercise } from "../assignment/node/course.ts";
import { assignmentExercises, loadExercises } from "../assignment/node/course.ts";

/** Which exercises a command is about. */
export const exercisesOption = [
  "--exercises <file>",
  "a file with exercises of your own, in place of the assignment's",
] as const;

/** The exercises of a file, or those of the assignment. */
export async function courseOf(file: string | undefined): Promise<readonly Exercise[]> {
  return file === undefined ? assignmentExercises : loadExercises(file);
}

/** The options that lead to the same project and exercises again. */
export function placeWords(dir: string, exercises: string | undefined): string[] {
  return [...(dir === "." ? [] : ["--dir", dir]), ...(exercises === undefined ? [] : ["--exercises", exercises])];
}
