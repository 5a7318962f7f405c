import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, writeFileAtomic } from "../../../src/node/atomicFile.ts";
import { readJsonFile } from "../../../src/node/jsonFile.ts";
import { type PdfOptions, writePdf } from "../../../src/node/pdf.ts";
import { reportHtml } from "../../../src/report/html.ts";
import { reportNotebook } from "../../../src/report/notebook.ts";
import { reportTypst, type TypstSource } from "../../../src/report/typst.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import { type CourseRecord, parseCourseRecord } from "../../course/courseRecord.ts";
import { exercises } from "../../course/exercises/index.ts";
import { codeOf } from "../../course/studentCode.ts";
import { type StudentReportOptions, studentReport } from "../../course/studentReport.ts";
import { answersOf, type Project } from "./project.ts";
import { tinynetReference } from "./trainProject.ts";

/** The files of the results, in the folder of the project. */
export const resultFiles = {
  record: "results/training.json",
  html: "results/report.html",
  pdf: "results/problem_1_solution.pdf",
  notebook: "results/problem_1.ipynb",
} as const;

/** The record of the last training. Throws DataError that names the file where there is none or it is damaged. */
export function readCourseRecord(folder: string): CourseRecord {
  const file = join(folder, resultFiles.record);
  if (!existsSync(file)) throw new DataError(`${file}: missing; "handgrad course train" writes it`);
  return parseCourseRecord(readJsonFile(file, { version: 1 }), { name: file });
}

export async function writeCourseRecord(folder: string, record: CourseRecord): Promise<void> {
  makeFolder(join(folder, "results"));
  await writeFileAtomic(join(folder, resultFiles.record), `${JSON.stringify(record)}\n`);
}

/** The report's content as each of its files has it: from the record, and from the code and answers as they are now. */
export function projectReports(
  project: Project,
  record: CourseRecord,
): { readonly html: string; readonly notebook: string; readonly pdf: TypstSource } {
  const codeIn = (name: string): string => codeOf(project.files.get(name) ?? "");
  const unwritten = new Set(
    exercises.filter(({ id, skeleton }) => codeIn(`${id}.ts`) === codeOf(skeleton)).map(({ id }) => `${id}.ts`),
  );
  const isWritten = (name: string): boolean => project.files.has(name) && !unwritten.has(name);
  const options: StudentReportOptions = {
    record,
    exercises,
    published: tinynetReference().published,
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

/** Writes report, notebook and PDF into the project's folder and returns their paths. */
export async function writeProjectReports(
  folder: string,
  project: Project,
  options: PdfOptions = {},
): Promise<string[]> {
  const { html, notebook, pdf } = projectReports(project, readCourseRecord(folder));
  const files = { [resultFiles.html]: html, [resultFiles.notebook]: notebook };
  for (const [name, content] of Object.entries(files)) await writeFileAtomic(join(folder, name), content);
  // last, because its compiler is not installed everywhere
  const written = await writePdf(join(folder, resultFiles.pdf), pdf, options);
  return [...Object.keys(files).map((name) => join(folder, name)), ...written];
}
