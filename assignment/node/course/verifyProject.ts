import { existsSync } from "node:fs";
import { join } from "node:path";
import { compilePdf } from "../../../src/node/pdf.ts";
import { readRegularFile, readRegularText } from "../../../src/node/readFile.ts";
import type { CourseRecord } from "../../course/courseRecord.ts";
import { exercises } from "../../course/exercises/index.ts";
import type { Project } from "./project.ts";
import { projectReports, readCourseRecord, resultFiles } from "./projectReport.ts";
import { samePdf } from "./samePdf.ts";
import { checkAll, codeDigests, type TrainProjectOptions, trainProject } from "./trainProject.ts";

/** One verified fact. */
export interface Verification {
  readonly what: string;
  readonly verified: boolean;
  /** the difference, or what was compared */
  readonly message: string;
}

export interface VerifyOptions {
  /** where the PDF and the notebook are, if not in the folder of the project */
  readonly pdf?: string;
  readonly notebook?: string;
  /** trains again and compares all losses and accuracies */
  readonly training?: Omit<TrainProjectOptions, "epochs">;
}

/**
 * Whether the results of a project belong to its code: the record of the training names these files, the points are those of the checks, the content of the PDF and
 * the cells of the notebook are those that Handgrad writes from code, answers and record, and, if requested, the training gives
 * the same numbers again.
 */
export async function verifyProject(
  folder: string,
  project: Project,
  { pdf, notebook, training }: VerifyOptions = {},
): Promise<Verification[]> {
  const record = readCourseRecord(folder);
  const found: Verification[] = [verifyCode(project, record), await verifyPoints(project, record)];
  const reports = projectReports(project, record);
  const pdfFile = pdf ?? join(folder, resultFiles.pdf);
  const wanted = await compilePdf(reports.pdf);
  found.push(
    verifyFile("PDF", pdfFile, (file) => samePdf(readRegularFile(file), wanted)),
    verifyFile("notebook", notebook ?? join(folder, resultFiles.notebook), (file) => {
      return sameCells(readRegularText(file), reports.notebook);
    }),
  );
  if (training) found.push(await verifyTraining(project, record, training));
  return found;
}

function verifyCode(project: Project, { code }: CourseRecord): Verification {
  const now = codeDigests(project);
  const names = [...new Set([...Object.keys(code), ...Object.keys(now)])];
  const changed = names.filter((name) => code[name] !== now[name]);
  return {
    what: "code",
    verified: changed.length === 0,
    message:
      changed.length === 0
        ? `${names.length} files are unchanged since the training`
        : `changed since the training: ${changed.join(", ")}; run "handgrad course train" again`,
  };
}

async function verifyPoints(project: Project, record: CourseRecord): Promise<Verification> {
  const results = await checkAll(project, exercises);
  const now = new Map(results.map(({ id, points }) => [id, points]));
  const differing = record.exercises.filter(({ id, points }) => (now.get(id) ?? 0) !== points);
  const total = record.exercises.reduce((sum, { points }) => sum + points, 0);
  return {
    what: "points",
    verified: differing.length === 0,
    message:
      differing.length === 0
        ? `${total} points, as the checks give now`
        : `the points in the record differ from those of the checks now: ${differing.map(({ id }) => id).join(", ")}`,
  };
}

function verifyFile(what: string, file: string, isEqual: (file: string) => boolean): Verification {
  if (!existsSync(file))
    return { what, verified: false, message: `${file} is missing; "handgrad course report" writes it` };
  const verified = isEqual(file);
  const message = verified
    ? `${file} is what Handgrad writes from this code, these answers and this training`
    : `${file} is not what Handgrad writes from this code, these answers and this training; "handgrad course report" writes it again`;
  return { what, verified, message };
}

/** Whether two notebooks have the same cells; outputs, counts and metadata change when a notebook is run. */
function sameCells(text: string, wanted: string): boolean {
  const cellsOf = (json: string): string => {
    const { cells } = JSON.parse(json) as { cells: { cell_type: string; source: string | string[] }[] };
    return JSON.stringify(cells.map(({ cell_type, source }) => [cell_type, [source].flat().join("")]));
  };
  try {
    return cellsOf(text) === cellsOf(wanted);
  } catch {
    return false; // not a notebook
  }
}

async function verifyTraining(
  project: Project,
  { training, browser }: CourseRecord,
  options: Omit<TrainProjectOptions, "epochs">,
): Promise<Verification> {
  const again = await trainProject(project, { ...options, epochs: training.settings.epochs });
  const keys = ["losses", "trainAccuracy", "validationAccuracy", "bestTestAccuracy", "lastTestAccuracy"] as const;
  const differing = keys.filter((key) => JSON.stringify(again[key]) !== JSON.stringify(training[key]));
  const otherData = again.standIn !== training.standIn;
  return {
    what: "training",
    verified: differing.length === 0,
    message:
      differing.length === 0
        ? `trained again: ${training.losses.length} losses and all accuracies are equal to the last bit`
        : otherData
          ? `trained again on ${again.standIn ? "the stand-in" : "CIFAR-100"}, but the record is of the other data`
          : `trained again: ${differing.join(", ")} are not those of the record${browser === undefined ? "" : `; it was trained in ${browser}, where x ** 3 may differ in the last bit: compare with "handgrad course train"`}`,
  };
}
