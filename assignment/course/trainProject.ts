import type { Dataset, Normalization } from "../../src/data/dataset.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { encodeBase64 } from "../../src/report/figures/png.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { weightImages } from "../problem1Tinynet.ts";
import { trainLabRun } from "../problem1Training.ts";
import type { ReferenceRun } from "../reference.ts";
import type { Project } from "./courseProject.ts";
import type { CourseRecord } from "./courseRecord.ts";
import type { TrainRequest } from "./runner.ts";
import { codeOf } from "./studentCode.ts";
import type { StudentTrainingData, StudentTrainingSettings } from "./trainStudent.ts";
import type { Reply, Returned } from "./wire.ts";

// Training TinyNet with a project's code, for the command and for a page: the input of the process or worker, and the handling of its
// answer.

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
  /** that of the data if it is not CIFAR-100; else the reference's */
  readonly normalization?: Normalization;
}

export type CourseTraining = CourseRecord["training"];

/** The code of every file of a project, without its answers and without array.ts, in the order of the names: the input of checksums. */
export function codesOf({ files }: Pick<Project, "files">): (readonly [name: string, code: string])[] {
  const code = [...files].filter(([name]) => name !== "array.ts").sort(([a], [b]) => (a < b ? -1 : 1));
  return code.map(([name, text]) => [name, codeOf(text)] as const);
}

/** The input of the process or worker with the student's code. Throws DataError if the data is not images of bytes. */
export const trainRequest = (data: ProjectData, reference: ReferenceRun, epochs: number): TrainRequest => ({
  kind: "train",
  data: trainingData(data, reference),
  settings: settingsOf(reference, epochs),
});

/** The result of a training with the student's code, from its answer. Throws DataError with the student's error. */
export function learnedFrom(reply: Reply, imageShape: readonly number[]): Learned {
  if (reply.ok) return parsedTraining(reply.value, imageShape);
  const { at, message } = reply.problem;
  throw new DataError(`the training with your code failed: ${at ? `${at}: ` : ""}${message}`);
}

export interface OwnTrainingOptions {
  readonly epochs: number;
  readonly kernels?: Kernels | undefined;
  readonly signal?: AbortSignal | undefined;
  /** in seconds */
  readonly now?: () => number;
}

/** The same training with Handgrad's own layers. Throws the reason of the signal. */
export async function trainOurs(
  data: ProjectData,
  reference: ReferenceRun,
  { now = () => performance.now() / 1000, ...options }: OwnTrainingOptions,
): Promise<CourseTraining["ours"]> {
  const { train, validation, normalization } = data;
  const began = now();
  const { run } = await trainLabRun(reference, {
    train,
    validation,
    ...options,
    ...(normalization && { normalization }),
  });
  return {
    seconds: now() - began,
    trainAccuracy: [...run.trainAccuracy],
    validationAccuracy: [...run.valAccuracy],
  };
}

/** The record of both trainings. */
export function trainingRecord(
  { settings, data }: Pick<TrainRequest, "settings" | "data">,
  results: Learned & Pick<CourseTraining, "standIn" | "seconds" | "ours">,
): CourseTraining {
  const images = {
    train: data.train.labels.length,
    validation: data.validation.labels.length,
    test: data.test.labels.length,
  };
  return { settings, images, ...results };
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

export type Learned = Omit<CourseTraining, "settings" | "images" | "standIn" | "seconds" | "ours">;

/** Checks the answer of the process, which runs untrusted code. */
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
        : fail(`${name} contains something that is not a finite number`),
    );
  };
  const share = (name: string): number => {
    const one = entries[name];
    return one?.kind === "plain" && typeof one.value === "number" ? one.value : fail(`expected a number ${name}`);
  };
  const fractions = (name: string): number[] => {
    const list = numbers(name);
    return list.every((one) => one >= 0 && one <= 1) ? list : fail(`${name}: expected fractions between 0 and 1`);
  };
  const weights = entries.firstWeights;
  if (weights?.kind !== "array") return fail("expected the weights of the first layer");
  const images = weightImages(new Tensor(weights.shape, weights.data), imageShape, 32);
  return {
    losses: numbers("losses"),
    trainAccuracy: fractions("trainAccuracy"),
    validationAccuracy: fractions("validationAccuracy"),
    bestTestAccuracy: share("bestTestAccuracy"),
    lastTestAccuracy: share("lastTestAccuracy"),
    weightImages: { width: images.width, height: images.height, rgb: images.rgb.map(encodeBase64) },
  };
}
