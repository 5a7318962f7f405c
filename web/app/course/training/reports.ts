import runsUrl from "reference:runs";
import { type CourseRecord, courseReports, parseReference, resultFiles } from "handgrad/assignment";
import { textOf } from "../../shared/textOf.ts";
import { files } from "../project.ts";

/** The published runs of the assignment. */
export const publishedRuns = async () => parseReference(await textOf(runsUrl), { name: "runs.json" });

/** The results of a training as the files of the command, by their paths in the project; the PDF is made by `handgrad course report`. */
export async function resultTexts(record: CourseRecord): Promise<Record<string, string>> {
  const { tinynet } = await publishedRuns();
  const project = { files: new Map(Object.entries(files.value)) };
  const { html, notebook } = courseReports(project, record, tinynet.published);
  return {
    [resultFiles.record]: `${JSON.stringify(record)}\n`,
    [resultFiles.html]: html,
    [resultFiles.notebook]: notebook,
  };
}
