import { resolve } from "node:path";
import {
  type CourseRecord,
  checkAll,
  codeDigests,
  exercises,
  type Project,
  type ProjectData,
  readCourseRecord,
  readProject,
  trainingExercises,
  trainProject,
  verifyProject,
  writeCourseRecord,
  writeProjectReports,
} from "../assignment/node.ts";
import { DataError, openKernels, SettingsError, shellLine } from "../src/node.ts";
import { formatSeconds, percent } from "./format.ts";
import { loadData, standInNotice } from "./loadData.ts";
import { interruption, withoutPdf } from "./options.ts";
import { trainingProgress } from "./progress.ts";

export interface ReportFlags {
  readonly dir: string;
  readonly author?: string;
  readonly authorId?: string;
}

export interface TrainFlags extends ReportFlags {
  readonly data?: string;
  readonly epochs: number;
}

export interface VerifyFlags {
  readonly dir: string;
  readonly pdf?: string;
  readonly notebook?: string;
  readonly train?: boolean;
  readonly data?: string;
}

export async function trainCourse({ dir, data, epochs, ...flags }: TrainFlags): Promise<void> {
  const signal = interruption();
  const before = authorOf(dir, flags);
  const project = await readProject(dir);
  const results = await checkAll(project, exercises);
  expectUnlocked(project, dir, results);
  const kernels = openKernels({});
  let live: ReturnType<typeof trainingProgress> | undefined;
  let training: CourseRecord["training"];
  try {
    const loaded = await projectData(data, signal);
    console.log(`training TinyNet with your code: ${epochs} ${epochs === 1 ? "epoch" : "epochs"}`);
    training = await trainProject(project, {
      data: loaded,
      epochs,
      kernels,
      signal,
      onStep({ step, steps, loss }) {
        live ??= trainingProgress(steps, epochs);
        live.update(step, { loss, epoch: Math.floor(((step - 1) * epochs) / steps) });
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error("stopped; nothing was written");
    return;
  } finally {
    live?.stop();
    kernels.close();
  }
  await writeCourseRecord(dir, {
    format: "handgrad course results",
    version: 1,
    course: "problem1",
    ...(before && { author: before }),
    code: codeDigests(project),
    exercises: results.map(({ id, status, points, possible }) => ({ id, status, points, possible })),
    training,
  });
  showTraining(training);
  await report(dir, project);
}

export async function reportCourse({ dir, ...flags }: ReportFlags): Promise<void> {
  const project = await readProject(dir);
  const record = readCourseRecord(dir);
  const author = authorOf(dir, flags);
  if (author) await writeCourseRecord(dir, { ...record, author });
  await report(dir, project);
}

export async function verifyCourse({ dir, pdf, notebook, train, data }: VerifyFlags): Promise<void> {
  const signal = interruption();
  if (data !== undefined && !train) throw new SettingsError("--data: expected --train beside it, found none");
  const project = await readProject(dir);
  const kernels = train ? openKernels({}) : undefined;
  try {
    const training = kernels && { data: await projectData(data, signal), kernels, signal };
    const found = await verifyProject(dir, project, {
      ...(pdf !== undefined && { pdf }),
      ...(notebook !== undefined && { notebook }),
      ...(training && { training }),
    });
    for (const { what, verified, message } of found) console.log(`${verified ? "✓" : "✗"} ${what}: ${message}`);
    if (found.some(({ verified }) => !verified)) process.exitCode = 1;
  } finally {
    kernels?.close();
  }
}

async function report(dir: string, project: Project): Promise<void> {
  const files = await writeProjectReports(dir, project, withoutPdf);
  console.log("");
  for (const file of files) console.log(resolve(file));
}

/** The author as given, else as before. */
function authorOf(dir: string, { author, authorId }: Omit<ReportFlags, "dir">): CourseRecord["author"] {
  if (author !== undefined) return { name: author, ...(authorId !== undefined && { id: authorId }) };
  if (authorId !== undefined) throw new SettingsError("--author-id: expected --author beside it, found none");
  try {
    return readCourseRecord(dir).author;
  } catch (error) {
    if (error instanceof DataError) return undefined; // the first training, or a record that this one replaces
    throw error;
  }
}

function expectUnlocked(
  project: Project,
  dir: string,
  results: readonly { readonly id: string; readonly status: string }[],
): void {
  const open = results.filter(({ id, status }) => trainingExercises.includes(id) && status !== "right");
  if (open.length === 0) return;
  const names = open.map(({ id, status }) => `${id} (${project.files.has(`${id}.ts`) ? status : "missing"})`);
  const where = dir === "." ? [] : ["--dir", dir];
  const check = shellLine("handgrad", "course", "check", ...open.map(({ id }) => id), ...where);
  throw new DataError(`training is locked until the code that it needs is right: ${names.join(", ")}; see ${check}`);
}

async function projectData(data: string | undefined, signal: AbortSignal): Promise<ProjectData> {
  const loaded = await loadData({ data, labels: "coarse", signal });
  const { train, validation, standIn } = loaded;
  if (standIn) console.error(standInNotice);
  const normalization = standIn ? { normalization: loaded.normalization } : {};
  return { train, validation, test: await loaded.test(), standIn, ...normalization };
}

function showTraining({
  trainAccuracy,
  validationAccuracy,
  bestTestAccuracy,
  seconds,
  ours,
}: CourseRecord["training"]) {
  trainAccuracy.forEach((accuracy, epoch) => {
    console.log(
      `epoch ${epoch + 1}: training ${percent(accuracy)}, validation ${percent(validationAccuracy[epoch])} (Handgrad: ${percent(ours.trainAccuracy[epoch])}, ${percent(ours.validationAccuracy[epoch])})`,
    );
  });
  console.log(
    `test accuracy of the best epoch: ${percent(bestTestAccuracy)}; your code took ${formatSeconds(seconds)}, Handgrad ${formatSeconds(ours.seconds)}`,
  );
}
