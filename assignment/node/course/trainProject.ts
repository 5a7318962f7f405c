import { createHash } from "node:crypto";
import type { Dataset, Normalization } from "../../../src/data/dataset.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { packageFile } from "../../../src/node/packageFile.ts";
import { readRegularText } from "../../../src/node/readFile.ts";
import { encodeBase64 } from "../../../src/report/figures/png.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import { Tensor } from "../../../src/tensor/tensor.ts";
import type { CourseRecord } from "../../course/courseRecord.ts";
import type { Exercise } from "../../course/exercise.ts";
import { codeOf } from "../../course/studentCode.ts";
import type { StudentStep, StudentTrainingData, StudentTrainingSettings } from "../../course/trainStudent.ts";
import type { Returned } from "../../course/wire.ts";
import { weightImages } from "../../problem1Tinynet.ts";
import { trainLabRun } from "../../problem1Training.ts";
import { parseReference, type ReferenceRun } from "../../reference.ts";
import { type CheckedExercise, checkProject } from "./checkProject.ts";
import type { Project } from "./project.ts";
import { StudentProcess } from "./studentProcess.ts";

/** The exercises whose code trains TinyNet. */
export const trainingExercises: readonly string[] = [
  ...["flatten", "linear", "gelu", "crossEntropy", "sequential", "sgd", "training"],
];

/** The data of a training: images as bytes. */
export interface ProjectData {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
  readonly standIn: boolean;
  /** that of the data where it is not CIFAR-100; the reference's otherwise */
  readonly normalization?: Normalization;
}

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
export function codeDigests({ files }: Pick<Project, "files">): Record<string, string> {
  const code = [...files].filter(([name]) => name !== "array.ts").sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    code.map(([name, text]) => [name, createHash("sha256").update(codeOf(text)).digest("hex")]),
  );
}

/** Checks all exercises; the inputs of the checks are the same each time. */
export async function checkAll(project: Project, exercises: readonly Exercise[]): Promise<CheckedExercise[]> {
  const results: CheckedExercise[] = [];
  for await (const result of checkProject(project, exercises, { seed: 1 })) results.push(result);
  return results;
}

type Training = CourseRecord["training"];

/**
 * Trains TinyNet with a project's code in a process of its own, and with Handgrad's beside it. Deterministic: the same code and data
 * give the same numbers. Throws DataError with the student's error, or the reason of the signal.
 */
export async function trainProject({ files }: Project, options: TrainProjectOptions): Promise<Training> {
  const { data, epochs, kernels, signal, now = () => performance.now() / 1000 } = options;
  const reference = tinynetReference();
  const settings = settingsOf(reference, epochs);
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
    const reply = await student.send({ kind: "train", data: trainingData(data, reference), settings });
    signal.throwIfAborted();
    const seconds = now() - started;
    if (!reply.ok) {
      const { at, message } = reply.problem;
      throw new DataError(`the training with your code failed: ${at ? `${at}: ` : ""}${message}`);
    }
    const result = parsedTraining(reply.value, data.train.inputShape);
    const before = now();
    const { run } = await trainLabRun(reference, {
      ...{ train: data.train, validation: data.validation, epochs, kernels, signal },
      ...(data.normalization && { normalization: data.normalization }),
    });
    const ours = {
      seconds: now() - before,
      trainAccuracy: [...run.trainAccuracy],
      validationAccuracy: [...run.valAccuracy],
    };
    const images = {
      train: data.train.labels.length,
      validation: data.validation.labels.length,
      test: data.test.labels.length,
    };
    return { settings, images, standIn: data.standIn, seconds, ...result, ours };
  } finally {
    signal.removeEventListener("abort", stop);
    student.close();
  }
}

function settingsOf({ config }: ReferenceRun, epochs: number): StudentTrainingSettings {
  return {
    hidden: config.layers[1],
    initScale: config.init_scale,
    seed: config.seed,
    epochs,
    batchSize: config.batch_size,
    learningRate: config.learning_rate,
  };
}

function trainingData(
  { train, validation, test, normalization }: ProjectData,
  { config }: ReferenceRun,
): StudentTrainingData {
  const part = ({ name, inputs, labels }: Dataset) => {
    if (!(inputs instanceof Uint8Array)) throw new DataError(`${name}: expected images of bytes, found numbers`);
    return { images: Uint8Array.from(inputs), labels: Int32Array.from(labels) }; // without the shared memory of kernels
  };
  const { mean, std } = config.normalization;
  return {
    ...{ train: part(train), validation: part(validation), test: part(test) },
    imageShape: train.inputShape,
    classes: train.labelNames.length,
    normalization: normalization ?? { mean, deviation: std },
  };
}

type Learned = Omit<Training, "settings" | "images" | "standIn" | "seconds" | "ours">;

/** What the process sent, checked: it comes from code that is not ours. */
function parsedTraining(value: Returned, imageShape: readonly number[]): Learned {
  const fail = (what: string): never => {
    throw new DataError(`training.ts: the result of train: ${what}`);
  };
  const entries = value.kind === "record" ? value.entries : fail("expected an object");
  const numbers = (name: string): number[] => {
    const list = entries[name];
    if (list?.kind !== "list") return fail(`expected a list of numbers ${name}`);
    return list.items.map((item) =>
      item.kind === "plain" && typeof item.value === "number" && Number.isFinite(item.value)
        ? item.value
        : fail(`${name} contains something that is no finite number`),
    );
  };
  const share = (name: string): number => {
    const one = entries[name];
    return one?.kind === "plain" && typeof one.value === "number" ? one.value : fail(`expected a number ${name}`);
  };
  const shares = (name: string): number[] => {
    const list = numbers(name);
    return list.every((one) => one >= 0 && one <= 1) ? list : fail(`${name}: expected shares between 0 and 1`);
  };
  const weights = entries.firstWeights;
  if (weights?.kind !== "array") return fail("expected the weights of the first layer");
  const images = weightImages(new Tensor(weights.shape, weights.data), imageShape, 32);
  return {
    losses: numbers("losses"),
    trainAccuracy: shares("trainAccuracy"),
    validationAccuracy: shares("validationAccuracy"),
    bestTestAccuracy: share("bestTestAccuracy"),
    lastTestAccuracy: share("lastTestAccuracy"),
    weightImages: { width: images.width, height: images.height, rgb: images.rgb.map(encodeBase64) },
  };
}
