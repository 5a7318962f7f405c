import runtime from "code-text:training";
import { type CourseRecord, learnedFrom, SandboxRunner, type StudentStep, trainingRecord } from "handgrad/assignment";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { WorkerClient } from "../../shared/worker/client.ts";
import { plainModule } from "../plainModule.ts";
import { digests } from "./digests.ts";
import { publishedRun } from "./reports.ts";
import type { CourseTrainingMethods } from "./worker.ts";
import workerUrl from "./worker.ts?worker-url";

export interface TrainOptions {
  readonly files: ReadonlyMap<string, string>;
  /** the results of the checks of these files */
  readonly checks: CourseRecord["exercises"];
  /** CIFAR-100; the stand-in without files */
  readonly data: readonly ChosenFile[];
  readonly epochs: number;
  readonly author?: CourseRecord["author"];
  readonly signal: AbortSignal;
  readonly onPhase: (phase: "data" | "student" | "ours") => void;
  readonly onStep: (step: StudentStep) => void;
}

/** Trains TinyNet with a project's code in a sandbox, then with Handgrad's: what `handgrad course train` records. Throws the signal's reason. */
export async function train({
  files,
  checks,
  epochs,
  author,
  signal,
  ...options
}: TrainOptions): Promise<CourseRecord> {
  const code = await digests(files);
  const client = new WorkerClient<CourseTrainingMethods>(
    () => new Worker(workerUrl, { type: "module", name: "course training" }),
  );
  let student: SandboxRunner | undefined;
  const stop = () => {
    student?.close();
    client.end("it was stopped");
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    options.onPhase("data");
    const reference = await publishedRun();
    const opened = await client.call("open", { files: options.data, epochs, reference }, { signal });
    const { request, standIn, inputShape } = opened;
    const sizes = { settings: request.settings, data: withoutImages(request.data) };
    options.onPhase("student");
    const toPlainModule = plainModule;
    const callSeconds = Number.POSITIVE_INFINITY;
    student = new SandboxRunner(files, {
      ...{ document, runtime, toPlainModule, callSeconds, training: true },
      onStep: options.onStep,
    });
    const began = performance.now();
    const reply = await student.send(request);
    signal.throwIfAborted();
    const seconds = (performance.now() - began) / 1000;
    const learned = learnedFrom(reply, inputShape);
    student.close();
    options.onPhase("ours");
    const ours = await client.call("ours", { epochs, reference }, { signal });
    return {
      format: "handgrad course results",
      version: 1,
      course: "problem1",
      ...(author && { author }),
      browser: browserName(),
      code,
      exercises: checks,
      training: trainingRecord(sizes, { ...learned, standIn, seconds, ours }),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** "Chromium 156" */
function browserName(): string {
  const [, name = "a browser", version = ""] = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(navigator.userAgent) ?? [];
  const names: Readonly<Record<string, string>> = { Edg: "Edge", Chrome: "Chromium", Version: "Safari" };
  return `${names[name] ?? name} ${version}`.trim();
}

type Data = Parameters<typeof trainingRecord>[0]["data"];

/** The images are moved to the sandbox; the record needs their number. */
const withoutImages = ({ train, validation, test, ...data }: Data): Data => {
  const part = ({ labels }: Data["train"]) => ({ images: new Uint8Array(), labels: labels.slice() });
  return { ...data, train: part(train), validation: part(validation), test: part(test) };
};
