import {
  type DataSource,
  type EpochEvent,
  encodeEvaluation,
  evaluateFinished,
  evaluateRun,
  evaluationFile,
  parseEvaluation,
  type RunFiles,
  type SavedRun,
  type StepEvent,
  settingsFor,
  type TestOutputs,
  type TestResult,
  type TrainingRun,
  type TrainSettings,
  trainRun,
} from "handgrad";
import { describeBrowser, kernelsFor, recordOf } from "./kernels.ts";
import { LossPoints, stepsPerPoint } from "./lossCurve.ts";
import type { EpochScores, RunEnd, RunEvent } from "./protocol.ts";
import { writeReport } from "./report.ts";
import { onSpare } from "./spareFiles.ts";

export interface TrainStored {
  readonly files: RunFiles;
  readonly source: DataSource;
  readonly settings: TrainSettings;
  readonly strict: boolean;
  readonly saved?: SavedRun | undefined;
  readonly baseline?: boolean | undefined;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** seconds between checkpoints: the most that is computed again after a crash */
const checkpointSeconds = 5;
/** milliseconds between messages to the page, for all runs together */
const interval = 80;
let running = 0;

/** Trains in a run folder, evaluates the model on the test rows and writes the data of the report, as the command `train` does. */
export async function trainStored(options: TrainStored): Promise<RunEnd> {
  const { files, source, settings, strict, saved, signal, emit } = options;
  const name = files.folder;
  const kernels = kernelsFor(strict);
  const progress = new Progress(options);
  const warn = (message: string) => emit({ kind: "warning", name, message });
  if (saved && (saved.kernels.name !== kernels.name || saved.kernels.strict !== strict))
    warn(
      `this run was started with ${saved.kernels.name} kernels, not ${kernels.name}: from here on its last bits will differ`,
    );
  for (const warning of saved?.warnings ?? []) warn(`${warning}; the checkpoint before it is used`);
  onSpare(name, warn);
  running++;
  try {
    const run = await trainRun({
      ...{ files, settings, source, kernels, saved, signal },
      kernelRecord: recordOf(kernels, strict),
      checkpointEvery: { seconds: checkpointSeconds },
      onWarning: warn,
      replayCommand: (file) => `${file}; save the run, and \`handgrad replay\` shows the step again`,
      onStep: (event) => progress.step(event),
      onEpoch: (event) => progress.epoch(event),
    });
    progress.send();
    if (!run.result.stopped) emit({ kind: "evaluating", name });
    let tested: TestOutputs | undefined;
    const testResult = await evaluateFinished(source, settings, run, {
      ...{ kernels: kernelsFor(strict), signal },
      baseline: options.baseline ?? (source.kind !== "cifar100" && source.kind !== "stand-in"),
      onOutputs(outputs) {
        tested = outputs;
      },
    });
    await evaluateStored(run, options, { testResult, tested });
    return { name, stopped: run.result.stopped || signal.aborted, ...(testResult && { testResult }) };
  } finally {
    onSpare(name, undefined);
    running--;
  }
}

/** The run is already saved, so a report that cannot be written is only a warning. */
async function evaluateStored(
  { model }: TrainingRun,
  { files, source, strict, signal, emit }: TrainStored,
  results: { readonly testResult: TestResult | undefined; readonly tested: TestOutputs | undefined },
): Promise<void> {
  const kernels = kernelsFor(strict);
  try {
    const evaluation = await evaluateRun(
      { source, model, ...results },
      {
        ...{ kernels, signal, defaults: settingsFor(source) },
        machine: describeBrowser(kernels),
        command: await earlierCommand(files),
      },
    );
    await files.write(evaluationFile, encodeEvaluation(evaluation));
    await writeReport(files);
  } catch (error) {
    emit({ kind: "warning", name: files.folder, message: `no report: ${(error as Error).message}` });
  }
}

/** The command that started the run, if a command did. */
async function earlierCommand(files: RunFiles): Promise<string | undefined> {
  const bytes = await files.read(evaluationFile);
  if (!bytes) return undefined;
  try {
    return parseEvaluation(new TextDecoder().decode(bytes), { name: evaluationFile }).command;
  } catch {
    return undefined; // damaged: it is written again
  }
}

/** Gathers steps into messages: a page that gets thousands a second has no time to draw. */
class Progress {
  private readonly emit: (event: RunEvent) => void;
  private readonly name: string;
  private readonly steps: number;
  private readonly points: LossPoints;
  private epochs: EpochScores[] = [];
  private sentAt = performance.now();
  private stepsDone = 0;
  private count = 0;
  private sum = 0;

  constructor({ files, source, settings, saved, emit }: TrainStored) {
    const stepsPerEpoch = Math.floor(source.train.labels.length / settings.batchSize);
    this.emit = emit;
    this.name = files.folder;
    this.steps = settings.epochs * stepsPerEpoch;
    const { loss, ...history } = saved?.state.history ?? {
      loss: [],
      metric: metricOf(source),
      trainScore: [],
      valScore: [],
    };
    this.stepsDone = loss.length;
    this.points = new LossPoints(stepsPerPoint(this.steps), loss);
    const curves = { ...history, loss: this.points.take(), stepsPerEpoch };
    emit({ kind: "begin", name: this.name, settings, curves });
  }

  step({ step, loss }: StepEvent): void {
    this.stepsDone = step + 1;
    this.count++;
    this.sum += loss;
    this.points.add(loss);
    if (performance.now() - this.sentAt >= interval * Math.max(1, running)) this.send();
  }

  epoch({ trainScore, valScore, trainLoss, valLoss }: EpochEvent): void {
    this.epochs.push({ trainScore, valScore, trainLoss, valLoss });
    this.send();
  }

  send(): void {
    const { name, steps, count, sum, epochs, sentAt } = this;
    if (count === 0 && epochs.length === 0) return;
    const now = performance.now();
    this.sentAt = now;
    this.count = 0;
    this.sum = 0;
    this.epochs = [];
    const stepsPerSecond = (1000 * count) / Math.max(1, now - sentAt);
    const loss = count > 0 ? sum / count : Number.NaN;
    this.emit({
      kind: "progress",
      name,
      step: this.stepsDone,
      steps,
      stepsPerSecond,
      loss,
      points: this.points.take(),
      epochs,
    });
  }
}

const metricOf = ({ train }: DataSource) => (train.targets?.kind === "numbers" ? "rSquared" : "accuracy");
