import tinynetUrl from "reference:runs/tinynet/epochs";
import { type CourseRecord, courseReports, parseReference, type ReferenceRun, resultFiles } from "handgrad/assignment";
import { textOf } from "../../shared/textOf.ts";
import { files } from "../project.ts";

/** The published run of TinyNet, without the losses of single steps. */
export const publishedRun = async (): Promise<ReferenceRun> =>
  parseReference(await textOf(tinynetUrl), { name: "runs.json" }).tinynet;

/** The results of a training as the files of the command, by their paths in the project; the PDF is made by `handgrad course report`. */
export async function resultTexts(record: CourseRecord): Promise<Record<string, string>> {
  const { published } = await publishedRun();
  const project = { files: new Map(Object.entries(files.value)) };
  const { html, notebook } = courseReports(project, record, published);
  return {
    [resultFiles.record]: `${JSON.stringify(record)}\n`,
    [resultFiles.html]: html,
    [resultFiles.notebook]: notebook,
  };
}

/** One of those files and its name without the folder. */
export async function resultFile(
  record: CourseRecord,
  file: "html" | "notebook",
): Promise<[name: string, text: string]> {
  const path = resultFiles[file];
  return [path.replace("results/", ""), (await resultTexts(record))[path]];
}
