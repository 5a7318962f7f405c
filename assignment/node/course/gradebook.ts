import { csvCell } from "../../../src/formats/csvCell.ts";
import { printable } from "../../../src/tensor/printable.ts";
import type { Exercise } from "../../course/exercise.ts";
import { exercises } from "../../course/exercises/index.ts";
import type { CheckedExercise } from "./checkProject.ts";
import type { Grade } from "./grade.ts";

// Grades in the formats of gradebooks. Names of folders and messages are data: no cell is a formula, and control characters are removed.

const cell = (value: string | number): string => csvCell(printable(String(value)));

/** A CSV with a row for each submission: points of each exercise, totals, hints, and whether it could be graded. */
export function gradesCsv(grades: readonly Grade[], seed: number, course: readonly Exercise[] = exercises): string {
  const header = [
    "submission",
    ...course.map(({ id }) => id),
    "total",
    "possible",
    "extra",
    "hints",
    "answers",
    "status",
    "notes",
    "seed",
  ];
  const rows = grades.map(({ submission, results, points, possible, extraPoints, hints, answers, notes, error }) => [
    submission,
    ...course.map(({ id }) => results.find((one) => one.id === id)?.points ?? ""),
    ...(error === undefined ? [points, possible, extraPoints, hints, answers] : ["", possible, "", "", ""]),
    error === undefined ? "graded" : "not graded",
    error ?? notes.join("; "),
    seed,
  ]);
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

/**
 * The content of Gradescope's results.json for one submission: a test for each exercise with what is wrong with it.
 * Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
 */
export function gradescopeResults(
  { results, points, extraPoints, notes, error }: Grade,
  course: readonly Exercise[] = exercises,
): object {
  const exerciseOf = (id: string): Exercise | undefined => course.find((one) => one.id === id);
  // Extra exercises that were not started are left out, because they are not failures
  const isWorth = ({ id, status }: CheckedExercise): boolean =>
    status !== "not started" || exerciseOf(id)?.chapter !== "extra";
  if (error !== undefined)
    return {
      score: 0,
      output: printable(`The submission cannot be graded: ${error}`, { newlines: true }),
      output_format: "text",
      tests: [],
    };
  return {
    score: points + extraPoints,
    execution_time: Number(results.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3)),
    output: printable(notes.join("\n"), { newlines: true }),
    output_format: "text",
    visibility: "visible",
    stdout_visibility: "hidden",
    tests: results.filter(isWorth).map((result) => ({
      name: exerciseOf(result.id)?.title ?? result.id,
      score: result.points,
      max_score: result.possible,
      status: result.status === "right" ? "passed" : "failed",
      output: printable(explanation(result), { newlines: true }),
      output_format: "text",
      visibility: "visible",
    })),
  };
}

function explanation({ status, findings }: CheckedExercise): string {
  if (status === "not started") return "not started";
  return findings.map(({ message, map = [] }) => [message, ...map.map((row) => `  ${row}`)].join("\n")).join("\n");
}
