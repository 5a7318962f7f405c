import { reportHtml } from "../../src/report/html.ts";
import { reportNotebook } from "../../src/report/notebook.ts";
import { reportTypst, type TypstSource } from "../../src/report/typst.ts";
import type { ReferenceRun } from "../reference.ts";
import { answersOf, type Project } from "./courseProject.ts";
import type { CourseRecord } from "./courseRecord.ts";
import { exercises } from "./exercises/index.ts";
import { codeOf } from "./studentCode.ts";
import { type StudentReportOptions, studentReport } from "./studentReport.ts";

/** The files of the results, in the folder of the project. */
export const resultFiles = {
  record: "results/training.json",
  html: "results/report.html",
  pdf: "results/problem_1_solution.pdf",
  notebook: "results/problem_1.ipynb",
} as const;

/** A page, a notebook, and the source of a PDF. */
export interface CourseReports {
  readonly html: string;
  readonly notebook: string;
  readonly pdf: TypstSource;
}

/** The content of the report for each of its files, from the record and the current code and answers. */
export function courseReports(
  project: Pick<Project, "files">,
  record: CourseRecord,
  published: ReferenceRun["published"],
): CourseReports {
  const codeIn = (name: string): string => codeOf(project.files.get(name) ?? "");
  const unwritten = new Set(
    exercises.filter(({ id, skeleton }) => codeIn(`${id}.ts`) === codeOf(skeleton)).map(({ id }) => `${id}.ts`),
  );
  const isWritten = (name: string): boolean => project.files.has(name) && !unwritten.has(name);
  const options: StudentReportOptions = {
    record,
    exercises,
    published,
    answers: exercises
      .filter(({ id }) => isWritten(`${id}.ts`))
      .flatMap((exercise) =>
        answersOf(project, exercise).map((answer, at) => ({
          exercise: exercise.id,
          question: exercise.questions?.[at].text ?? "",
          answer,
        })),
      ),
    listings: Object.keys(record.code)
      .filter(isWritten)
      .map((name) => ({ name, code: codeIn(name) })),
  };
  const report = studentReport(options);
  return {
    html: reportHtml(report),
    notebook: reportNotebook(studentReport({ ...options, cells: true })),
    pdf: reportTypst(report),
  };
}
