import { HandgradError } from "../../../src/tensor/errors.ts";
import type { Exercise } from "../../course/exercise.ts";
import { exercises } from "../../course/exercises/index.ts";
import { type CheckedExercise, type CheckProjectOptions, checkProject } from "./checkProject.ts";
import { answersOf, type Project, readProject } from "./project.ts";

/** The grade of a submission. */
export interface Grade {
  /** the path as it was given */
  readonly submission: string;
  /** one for each exercise, in the order of the course; none if the submission cannot be graded */
  readonly results: readonly CheckedExercise[];
  /** points of the course, and those of the extra chapter */
  readonly points: number;
  readonly possible: number;
  readonly extraPoints: number;
  readonly hints: number;
  /** the number of answered questions; a person grades the answers */
  readonly answers: number;
  /** notes for the teacher, such as a changed array.ts */
  readonly notes: readonly string[];
  /** why it cannot be graded */
  readonly error?: string;
}

export interface GradeOptions extends CheckProjectOptions {
  /** the exercises (default: those of the assignment) */
  readonly course?: readonly Exercise[];
  /** how many submissions are graded at the same time */
  readonly jobs: number;
  readonly onGrade?: (grade: Grade, place: number) => void;
}

/**
 * Grades submissions, folders or .zip files, each in processes of its own. The same seed draws the same inputs, so the points of a submission
 * do not depend on the others. A submission that cannot be read has an error and no points.
 */
export async function gradeSubmissions(
  paths: readonly string[],
  { jobs, onGrade = () => {}, ...options }: GradeOptions,
): Promise<Grade[]> {
  const grades: Grade[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let place = next++; place < paths.length; place = next++) {
      grades[place] = await gradeSubmission(paths[place], options);
      onGrade(grades[place], place);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, paths.length) }, work));
  return grades;
}

async function gradeSubmission(
  submission: string,
  { course = exercises, ...options }: Omit<GradeOptions, "jobs" | "onGrade">,
): Promise<Grade> {
  const isExtra = (id: string): boolean => course.find((one) => one.id === id)?.chapter === "extra";
  const sumOf = (results: readonly CheckedExercise[], extra: boolean): number =>
    results.filter(({ id }) => isExtra(id) === extra).reduce((sum, { points }) => sum + points, 0);
  const possible = possiblePoints(course);
  try {
    const project = await readProject(submission, course);
    const results: CheckedExercise[] = [];
    for await (const result of checkProject(project, course, options)) results.push(result);
    return {
      submission,
      results,
      points: sumOf(results, false),
      possible,
      extraPoints: sumOf(results, true),
      hints: Object.values(project.hints).reduce((sum, shown) => sum + shown.length, 0),
      answers: course.flatMap((one) => answersOf(project, one)).filter((answer) => answer !== "").length,
      notes: notesOf(project),
    };
  } catch (error) {
    const message = error instanceof HandgradError ? error.message : String((error as Error).stack);
    return {
      submission,
      results: [],
      points: 0,
      possible,
      extraPoints: 0,
      hints: 0,
      answers: 0,
      notes: [],
      error: message,
    };
  }
}

/** Unusual facts about a project, in sentences. */
export function notesOf({ arrayChanged, hintsProblem }: Project): string[] {
  return [
    ...(arrayChanged ? ["array.ts is not the one of the course; the checks use their own copy"] : []),
    ...(hintsProblem === undefined ? [] : [hintsProblem]),
  ];
}

/** All points of a course, without the extra chapter. */
export const possiblePoints = (course: readonly Exercise[] = exercises): number =>
  course.filter(({ chapter }) => chapter !== "extra").reduce((sum, { points }) => sum + points, 0);
