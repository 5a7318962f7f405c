import { Command } from "commander";
import {
  createRunFolder,
  type DataRequest,
  type DataSource,
  evaluateFinished,
  expectSameOnAllRanks,
  isCifar100,
  type LiveRun,
  type MpiRanks,
  openData,
  RunFolder,
  readSavedRun,
  recordJson,
  runTraining,
  type SavedRun,
  SettingsError,
  type TestOutputs,
  TrainingFailure,
  type TrainingRun,
  type TrainSettings,
  trainAsRank,
  version,
  writeRecord,
} from "../src/node.ts";
import { crossValidate, isCrossValidation } from "./crossValidate.ts";
import { type DataFlags, dataPath, dataRequestOf, withData } from "./dataOptions.ts";
import { describeOwnData, describeSource } from "./describeData.ts";
import { expectNoRun, findLearningRate } from "./findLearningRate.ts";
import { formatSeconds } from "./format.ts";
import { expectWholeData, oneProcessOption, partsOf } from "./inParts.ts";
import { dataEvents, expectNoStandIn } from "./loadData.ts";
import { number } from "./numberOption.ts";
import { interruption, type KernelFlags, withKernels } from "./options.ts";
import { inform, jsonText, printData } from "./output.ts";
import { trainingProgress } from "./progress.ts";
import { inRanks, launch, withThreadsOf } from "./ranks.ts";
import {
  type CheckpointFlags,
  checkKept,
  describeResumption,
  kernelsOf,
  type RunKernels,
  resumedRequest,
  savedRun,
  withCheckpoints,
} from "./resume.ts";
import { metricName, showScore } from "./showScore.ts";
import { withTeacher } from "./teacher.ts";
import { describeRun, nameOf, printResult } from "./trainLines.ts";
import { checkMinutes, withinMinutes } from "./trainMinutes.ts";
import { type ReportFlags, reportRun, withReport } from "./trainReport.ts";
import { trainRequestOf } from "./trainRequest.ts";
import { dataSettings, isDefaultNetwork, type SettingsFlags, settingsFrom, withSettings } from "./trainSettings.ts";
import { type WatchedEnd, withLivePage } from "./watch.ts";

interface Flags extends KernelFlags, DataFlags, SettingsFlags, CheckpointFlags, ReportFlags {
  readonly baseline?: boolean;
  readonly out?: string;
  readonly json?: string;
  readonly resume?: string;
  readonly tensorboard?: boolean;
  readonly findLearningRate?: boolean;
  readonly watch?: boolean;
  readonly cv?: number;
  readonly minutes?: number;
  readonly finalModel?: boolean;
}

export function trainCommand(): Command {
  const command = new Command("train").description(
    "train a network on your data (a table, a folder of images, arrays, MNIST, CIFAR-10), evaluate it on held-out rows and save it; without DATA on CIFAR-100 (default: TinyNet, 3072-128-20, 5 epochs)",
  );
  withData(command.optionsGroup("Data:"));
  withSettings(command.optionsGroup("Network and training:"));
  command
    .optionsGroup("Run and results:")
    .option(
      "--minutes <m>",
      "choose the epochs so that the whole command takes about m minutes on this machine, and how often scores are measured; both are stored with the run",
      number({ above: 0 }),
    )
    .option("--baseline", "compare with a linear model on the test rows (default: for your own data)")
    .option("--no-baseline", "do not train a linear model for comparison")
    .option("--out <dir>", "folder to write the run to (default: a new one in runs/)")
    .option("--resume <run>", "continue a run that was stopped or killed, with the same result; --epochs may be raised")
    .option("--json <file>", "also write settings, history and test scores as JSON; `-` is standard output")
    .option("--tensorboard", "write an event file for TensorBoard to the run's folder (the default)")
    .option("--no-tensorboard", "write no event file for TensorBoard")
    .option(
      "--cv <folds>",
      "cross-validation: test each fold with a model trained on the others, then train on all rows",
      number({ minimum: 2, maximum: 1000, whole: true }),
    )
    .option("--no-final-model", "with --cv: do not train the final model on all rows")
    .option("--watch", "show live curves on a local page; prints its address")
    .option("--find-learning-rate", "do not train; try growing learning rates for 200 steps and suggest one");
  withCheckpoints(command);
  withReport(command);
  return withKernels(command.optionsGroup("Options:"))
    .addHelpText("after", examples)
    .action((data: string | undefined, flags: Flags) => train(data, flags, command));
}

const examples = `
Examples:
  A table with the column to predict; images with one folder per class:
  $ handgrad train plants.csv --target healthy
  $ handgrad train pictures/ --size 64

  A network of your own, and other settings:
  $ handgrad train plants.csv --target healthy --hidden 128,64 --seed 2
  $ handgrad train plants.csv --target healthy --settings '{"clipNorm": 1}'

  After Ctrl-C, a crash or a power cut; scores for a script:
  $ handgrad train --resume runs/plants-csv-…
  $ handgrad train plants.csv --target healthy --quiet --json - | jq .score

\`handgrad data info plants.csv\` shows what is in a file.`;

async function train(path: string | undefined, flags: Flags, command: Command): Promise<void> {
  const started = launch();
  if (!started) return trainAlone(path, flags, command);
  const other = oneProcessOption(flags);
  if (other) throw new SettingsError(`${other}: expected one process, found ${started.size}; start it without mpiexec`);
  await inRanks(started, (ranks) => trainAlone(path, withThreadsOf(flags, started), command, ranks));
}

/** In one process, or as one of several ranks. */
async function trainAlone(path: string | undefined, flags: Flags, command: Command, ranks?: MpiRanks): Promise<void> {
  const signal = interruption();
  checkMinutes(flags, ranks !== undefined);
  expectWholeData(flags);
  if (isCrossValidation(flags)) return crossValidate(path, flags, command, signal);
  const data = dataPath(path, flags);
  if (flags.findLearningRate) expectNoRun(flags);
  // Rank 0 alone holds the folder of the run
  const writes = !ranks || ranks.rank === 0;
  let folder = writes && flags.resume !== undefined ? RunFolder.resume(flags.resume) : undefined;
  if (writes && !folder && flags.out !== undefined) folder = RunFolder.create(flags.out);
  try {
    const saved = flags.resume === undefined ? undefined : savedIn(flags.resume, folder, flags, ranks);
    const known = saved?.settings ?? dataSettings(flags);
    const { kernels, evaluationKernels, kernelRecord, close } = kernelsOf(flags, saved, known);
    const request = saved ? resumedRequest(saved, data) : requestOf(data, flags);
    if (ranks) expectSameOnAllRanks(ranks, { version, shards: known.shards, inParts: known.inParts });
    let shown: readonly string[] = [];
    const opened = await openData(request, {
      ...dataEvents(),
      signal,
      allocateBytes: kernels.allocateBytes.bind(kernels),
      normalization: known.normalization,
      parts: partsOf(known, ranks),
      onRead: (read) => {
        shown = read.notes ?? [];
        for (const line of describeOwnData(read)) inform(line);
      },
    });
    if (saved && !saved.standIn) expectNoStandIn(opened, "run");
    if (flags.size !== undefined && opened.kind === "table")
      throw new SettingsError(`--size: ${flags.size} is of images; this is a table`);
    if (saved) checkKept(saved, flags, opened, command);
    const asked = withTeacher(saved?.settings ?? settingsFrom(flags, opened), opened);
    const { source } = asked;
    const settings = saved
      ? asked.settings
      : await withinMinutes(flags.minutes, asked.settings, source, { kernels, signal });
    if (flags.findLearningRate) {
      const besideEnsemble = source.kind === "table" && isDefaultNetwork(flags);
      const name = nameOf(source, settings);
      await findLearningRate({ source, settings, kernels, signal, flags, name, besideEnsemble });
      close();
      return;
    }
    if (writes) {
      folder ??= RunFolder.create(createRunFolder("runs", nameOf(source, settings), new Date()), { made: true });
      await trainIn(folder, {
        source,
        shown,
        settings,
        saved,
        kernels,
        evaluationKernels,
        kernelRecord,
        signal,
        flags,
        ranks,
      });
    } else await trainAsRank({ source, settings, saved, kernels, evaluationKernels, kernelRecord, signal, ranks });
    close();
  } finally {
    folder?.close();
  }
}

/** The state of the run: rank 0 restores the files of the folder, then the others read it. */
function savedIn(path: string, folder: RunFolder | undefined, flags: Flags, ranks: MpiRanks | undefined): SavedRun {
  const own = folder && savedRun(folder, flags);
  ranks?.barrier();
  return own ?? savedRun({ path, saved: () => readSavedRun(path) }, flags);
}

/** The range test uses a plain network, because the learning rate of an ensemble is fixed. */
function requestOf(data: string | undefined, flags: Flags): DataRequest {
  return flags.findLearningRate ? dataRequestOf(data, flags, dataSettings(flags)) : trainRequestOf(data, flags);
}

interface Job extends Omit<RunKernels, "close"> {
  readonly source: DataSource;
  /** notes that were printed when the data was read */
  readonly shown: readonly string[];
  readonly settings: TrainSettings;
  readonly saved: SavedRun | undefined;
  readonly signal: AbortSignal;
  readonly flags: Flags;
  readonly ranks?: MpiRanks | undefined;
}

async function trainIn(folder: RunFolder, job: Job): Promise<void> {
  const { source, shown, settings, saved, kernels, kernelRecord, flags, ranks } = job;
  const rows = source.train.labels.length;
  for (const line of [...describeSource(source, shown), ...describeRun(settings, rows, kernels)]) inform(line);
  if (ranks) inform(`ranks     ${ranks.size} processes, ${ranks.version}`);
  if (saved) {
    const complete = `all ${settings.epochs} epochs are done; --epochs adds more`;
    describeResumption(saved, kernelRecord, { complete });
  }
  await withLivePage(flags.watch, { folder, source, settings, saved }, (live) => trainAndTest(folder, job, live));
}

async function trainAndTest(folder: RunFolder, job: Job, live: LiveRun | undefined): Promise<WatchedEnd> {
  const { source, settings, saved, kernels, evaluationKernels, kernelRecord, signal, flags, ranks } = job;
  const stepsPerEpoch = Math.floor(source.train.labels.length / settings.batchSize);
  const progress = trainingProgress(settings.epochs * stepsPerEpoch, settings.epochs);
  // About ten lines, however many epochs
  const { evaluateEvery = 1 } = settings;
  const evaluations = settings.epochs / evaluateEvery;
  const every = evaluateEvery * (evaluations <= 20 ? 1 : Math.round(evaluations / 10));
  let started = performance.now();
  const common = { source, kernels: evaluationKernels, signal, resumed: saved !== undefined };
  let run: TrainingRun;
  try {
    run = await runTraining({
      ...{ folder, settings, source, kernels, kernelRecord, saved, signal, ranks },
      checkpointEvery: flags.checkpointEvery,
      tensorboard: flags.tensorboard ?? true,
      onWarning: (message) => progress.above(() => console.error(`warning: ${message}`)),
      onStep(event) {
        progress.update(event.step + 1, event);
        live?.onStep(event);
      },
      onEpoch(event) {
        live?.onEpoch(event);
        const { epoch, metric, trainScore, valScore, improved } = event;
        if ((epoch + 1) % every > 0 && epoch + 1 < settings.epochs) return;
        const seconds = formatSeconds((performance.now() - started) / 1000);
        started = performance.now();
        const [onTraining, onValidation] = [trainScore, valScore].map((score) => showScore(metric, score));
        const scores = `${metricName(metric)} training ${onTraining}, validation ${onValidation}${improved ? " (best)" : ""}`;
        progress.above(() => console.error(`epoch ${epoch + 1}/${settings.epochs}: ${scores}, ${seconds}`));
      },
    });
  } catch (error) {
    // The history until the failure is written
    if (error instanceof TrainingFailure) await reportRun(folder.path, flags, { ...common, model: undefined });
    throw error;
  } finally {
    progress.stop();
  }
  live?.evaluating();
  let tested: TestOutputs | undefined;
  const onOutputs = (outputs: TestOutputs): void => {
    tested = outputs;
  };
  const baseline = flags.baseline ?? !(isCifar100(source) || settings.inParts);
  const testResult = await evaluateFinished(source, settings, run, {
    kernels: evaluationKernels,
    signal,
    baseline,
    onOutputs,
  });
  if (flags.json === "-") printData(jsonText(recordJson({ ...run.record, ...testResult })));
  else if (flags.json) await writeRecord(flags.json, { ...run.record, ...testResult });
  const lines = printResult(source, run, testResult, folder.path);
  await reportRun(folder.path, flags, { ...common, model: run.model, testResult, tested });
  return { stopped: testResult === undefined, lines };
}
