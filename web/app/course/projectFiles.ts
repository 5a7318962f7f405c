import {
  type CourseRecord,
  exercises,
  isWanted,
  limitTexts,
  type Project,
  parseCourseRecord,
  projectOf,
  resultFiles,
  zipTexts,
} from "handgrad/assignment";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { arrayModule } from "./project.ts";

/** The project in files that were chosen or dropped, one .zip, a folder or single files, with the record of its training. Throws DataError. */
export async function openProject(
  chosen: readonly ChosenFile[],
): Promise<{ readonly project: Project; readonly training: CourseRecord | undefined }> {
  const [first] = chosen;
  const isZip = chosen.length === 1 && /\.zip$/i.test(first.path);
  const name = isZip || chosen.length === 1 ? first.path : (first.path.split("/")[0] ?? "the files");
  const texts = isZip
    ? await zipTexts(new Uint8Array(await first.file.arrayBuffer()), name, resultFiles.record)
    : new Map<string, string>();
  if (!isZip) {
    for (const { path, file } of chosen) {
      if ((isWanted(path) && file.size <= 1_000_000) || path.endsWith(resultFiles.record))
        texts.set(path, await file.text());
      limitTexts(name, texts);
    }
  }
  const project = projectOf(name, texts, exercises, arrayModule);
  const files = new Map(project.files);
  const record = files.get(resultFiles.record);
  for (const path of files.keys()) if (path.endsWith(resultFiles.record)) files.delete(path);
  return { project: { ...project, files }, training: record === undefined ? undefined : parsed(record) };
}

/** Throws DataError with advice. */
function parsed(text: string): CourseRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined; // which is not a valid record
  }
  return parseCourseRecord(json, { name: `${resultFiles.record} (without it, the project can be opened)` });
}
