import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, writeFileAtomic } from "../../../src/node/atomicFile.ts";
import { readJsonFile } from "../../../src/node/jsonFile.ts";
import { type PdfOptions, writePdf } from "../../../src/node/pdf.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import { type CourseRecord, parseCourseRecord } from "../../course/courseRecord.ts";
import { type CourseReports, courseReports, resultFiles } from "../../course/courseReports.ts";
import type { Project } from "./project.ts";
import { tinynetReference } from "./trainProject.ts";

export { resultFiles };

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

/** The content of the report for each of its files, from the record and the current code and answers. */
export const projectReports = (project: Project, record: CourseRecord): CourseReports =>
  courseReports(project, record, tinynetReference().published);

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
