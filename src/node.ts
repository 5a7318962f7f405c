// Everything of index.ts, plus what touches files, network and processes.

export * from "./index.ts";
import "./node/kernels/registerDefaultKernels.ts"; // after index.ts, whose own it replaces
export * from "./report/index.ts";

// What the command needs beside that
export {
  describeValues,
  type Progress as SweepProgress,
  planSweep,
  type Ranked,
  rankCombinations,
  type SettingsOf,
  settingName,
  showValue,
  type Sweep,
  type SweepSettings,
  type SweepValue,
  sweepSettings,
  type Trial,
  trialsOfRung,
} from "./experiments/sweep.ts";
export { ensembleWeights, networkInputs } from "./experiments/build.ts";
export { classGroupsOf, flagOf, isCifar100, requestOf, testPart } from "./experiments/dataSource.ts";
export { outputsOf, plainNormalization } from "./experiments/prepareData.ts";
export { type ExplainRowsOptions, xorExample, explainModel } from "./experiments/explainModel.ts";
export type { NamedGradientCheck } from "./experiments/gradientCheckKinds.ts";
export { gradientChecks } from "./experiments/gradientChecks.ts";
export { decodeReplay, encodeReplay, type Replay, type ReplayAbout, replayStep } from "./experiments/replay.ts";

// Files, network, processes
export { writeFileAtomic } from "./node/atomicFile.ts";
export { type LoadCifar100Options, loadCifar100 } from "./node/data/cifar100Files.ts";
export {
  type Cifar100Location,
  type Cifar100Search,
  cifar100CacheFolder,
  cifar100Folders,
  findCifar100,
  holdsCifar100,
} from "./node/data/cifar100Folders.ts";
export { type DownloadOptions, type DownloadProgress, download } from "./node/data/download.ts";
export { listImages, readImages, type ReadImagesOptions } from "./node/data/readImages.ts";
export { type OpenDataOptions, openData, readSource, type SourceOf } from "./node/data/openData.ts";
export { readOwnData, readTable } from "./node/data/ownData.ts";
export { readImage } from "./node/data/imageFile.ts";
export {
  findRawImages,
  type PictureFile,
  type RawImages,
  readImageArrays,
  readPicture,
} from "./node/data/rawImages.ts";
export { fastest, type KernelChoice, type KernelOptions, kernelChoices, openKernels } from "./node/kernels/kernels.ts";
export { cellNumber, cellText, columnNames, columnOf, lineOf } from "./data/table.ts";
export { splitList } from "./data/tableOptions.ts";
export { nameHint } from "./data/nearestName.ts";
export {
  type LabelledRows,
  labelledImages,
  labelledTable,
  type UnusableRows,
} from "./experiments/labelledRows.ts";
export { type PrintableOptions, printable } from "./tensor/printable.ts";
export { packageFile } from "./node/packageFile.ts";
export { predictorScript } from "./node/predictorScript.ts";
export { readRegularFile, readRegularText } from "./node/readFile.ts";
export { shellLine } from "./node/shellWords.ts";
export {
  type Archive as Cifar100Archive,
  type DataChoice,
  type DataDecision,
  type DownloadCifar100Options,
  downloadCifar100,
  type ResolveCifar100Options,
  type ResolvedCifar100,
  resolveCifar100,
} from "./node/data/resolveCifar100.ts";
export { hasCheckpoint, readCheckpoint, writeCheckpoint } from "./node/runs/checkpointFiles.ts";
export { lockFolder, type RunLock } from "./node/runs/runLock.ts";
export { joinRanks } from "./node/mpi/joinRanks.ts";
export { type Launch, launchOf } from "./node/mpi/launcher.ts";
export { type Mpi, openMpi } from "./node/mpi/library.ts";
export { breakEvenBatch, type ExchangeSpeed, measureExchanges, measureSpeed } from "./node/mpi/machines.ts";
export { LostRankError, MpiRanks } from "./node/mpi/mpiRanks.ts";
export { expectSameOnAllRanks } from "./node/mpi/sameOnAllRanks.ts";
export { type SharedTrainingOptions, trainAsRank } from "./node/runs/sharedTraining.ts";
export { RunFolder, readSavedRun, trainedOnOther } from "./node/runs/savedRun.ts";
export { runTraining, type TrainingRunOptions } from "./node/runs/trainingRun.ts";
export {
  createRunFolder,
  type ListedRun,
  listRuns,
  readModel,
  readRecord,
  writeModel,
  writeRecord,
  writeRun,
} from "./node/runs/runFolder.ts";
export { readTeacher } from "./node/runs/readTeacher.ts";
export {
  createSweep,
  divergence,
  openSweep,
  readSweepFile,
  type SavedSweep,
  type SweepData,
  sweepProgress,
  trialFolder,
} from "./node/runs/sweepFolder.ts";
export { type RunSweepOptions, runSweep, type TrialEvent } from "./node/runs/sweep.ts";
export { sweepResults, writeSweepReport } from "./node/runs/sweepResults.ts";
export { type WorkEvents, type WorkOptions, workOnSweep } from "./node/runs/workOnSweep.ts";
export { serveTrials, type TrialParts, trainTrial } from "./node/runs/sweepTrials.ts";
export { fingerprint as sourceFingerprint } from "./node/runs/fingerprint.ts";
export { metricOf } from "./training/evaluate.ts";
export {
  describeMachine,
  readEvaluation,
  type ReportOptions,
  writeEvaluation,
  writeRunReport,
} from "./node/runs/runReport.ts";
export { compareRuns, writeComparison } from "./node/runs/comparison.ts";
export { compilePdf, type PdfOptions, writePdfReport } from "./node/pdf.ts";
export { type LiveEnd, LiveRun, type LiveRunOptions } from "./node/live/liveRun.ts";
export {
  type CrossValidationPlan,
  foldFolder,
  hasCrossValidation,
  readFoldOutputs,
  readPlan,
  writeFoldOutputs,
  writePlan,
} from "./node/runs/crossValidationFolder.ts";
export {
  type FoldOutputs,
  type FoldScores,
  foldOutputsOf,
  poolFolds,
  scoreFold,
} from "./experiments/crossValidation.ts";
export { TensorboardWriter } from "./node/runs/tensorboard.ts";
export { inflateZlib } from "./node/data/inflateZlib.ts";
export type { NativeStatus } from "./node/kernels/nativeAddon.ts";
export {
  bfloat16Problem,
  type NativeKernelsOptions,
  nativeKernels,
  nativeStatus,
} from "./node/kernels/nativeKernels.ts";
export { buildWebApp, findWebApp, webAppFolder } from "./node/web/buildWebApp.ts";
export { copyWebApp } from "./node/web/copyWebApp.ts";
export { serveWebApp, usualPort, type WebServer } from "./node/web/webServer.ts";
