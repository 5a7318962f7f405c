import { createHash } from "node:crypto";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { packageFile } from "../../../src/node/packageFile.ts";
import { readRegularText } from "../../../src/node/readFile.ts";
import type { Exercise } from "../../course/exercise.ts";
import {
  type CourseTraining,
  codesOf,
  learnedFrom,
  type ProjectData,
  trainingRecord,
  trainOurs,
  trainRequest,
} from "../../course/trainProject.ts";
import type { StudentStep } from "../../course/trainStudent.ts";
import { parseReference, type ReferenceRun } from "../../reference.ts";
import { type CheckedExercise, checkProject } from "./checkProject.ts";
import type { Project } from "./project.ts";
import { StudentProcess } from "./studentProcess.ts";

export { type ProjectData, trainingExercises } from "../../course/trainProject.ts";

export interface TrainProjectOptions {
  readonly data: ProjectData;
  readonly epochs: number;
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  readonly onStep?: (step: StudentStep) => void;
  /** in seconds */
  readonly now?: () => number;
}

/** The published run of TinyNet with its settings. */
export function tinynetReference(): ReferenceRun {
  const file = packageFile("reference/runs.json");
  return parseReference(readRegularText(file), { name: file }).tinynet;
}

/** The SHA-256 of the code in every file of a project, without its answers. */
export function codeDigests(project: Pick<Project, "files">): Record<string, string> {
  return Object.fromEntries(
    codesOf(project).map(([name, code]) => [name, createHash("sha256").update(code).digest("hex")]),
  );
}

/** Checks all exercises; the inputs of the checks are the same each time. */
export async function checkAll(project: Project, exercises: readonly Exercise[]): Promise<CheckedExercise[]> {
  const results: CheckedExercise[] = [];
  for await (const result of checkProject(project, exercises, { seed: 1 })) results.push(result);
  return results;
}

/**
 * Trains TinyNet with a project's code in a separate process, and with Handgrad's. Deterministic: the same code and data
 * give the same numbers. Throws DataError with the student's error, or the reason of the signal.
 */
export async function trainProject({ files }: Project, options: TrainProjectOptions): Promise<CourseTraining> {
  const { data, epochs, kernels, signal, now = () => performance.now() / 1000 } = options;
  const reference = tinynetReference();
  const request = trainRequest(data, reference, epochs);
  const student = new StudentProcess(files, {
    training: true,
    callSeconds: Number.POSITIVE_INFINITY,
    memoryBytes: 6e9,
    ...(options.onStep && { onStep: options.onStep }),
  });
  const stop = () => student.close();
  signal.addEventListener("abort", stop, { once: true });
  const started = now();
  try {
    signal.throwIfAborted();
    const reply = await student.send(request);
    signal.throwIfAborted();
    const seconds = now() - started;
    const learned = learnedFrom(reply, data.train.inputShape);
    const ours = await trainOurs(data, reference, { epochs, kernels, signal, now });
    return trainingRecord(request, { ...learned, standIn: data.standIn, seconds, ours });
  } finally {
    signal.removeEventListener("abort", stop);
    student.close();
  }
}
