// Everything of index.ts, plus what touches files, network and processes.

export * from "./index.ts";
export { writeFileAtomic } from "./node/atomicFile.ts";
export { type LoadCifar100Options, loadCifar100 } from "./node/cifar100Files.ts";
export {
  type Cifar100Location,
  type Cifar100Search,
  cifar100CacheFolder,
  cifar100Folders,
  findCifar100,
} from "./node/cifar100Folders.ts";
export { type DownloadOptions, type DownloadProgress, download } from "./node/download.ts";
export { type ImageFolderOptions, listImages, readImageFolder } from "./node/imageFolder.ts";
export { type OwnData, readOwnData, readTable } from "./node/ownData.ts";
export { type ImageSize, readImage } from "./node/imageFile.ts";
export { findRawImages, type RawImages, readImageArrays, readPicture } from "./node/rawImages.ts";
export { fastest, type KernelChoice, type KernelOptions, kernelChoices, openKernels } from "./node/kernels.ts";
export { packageFile } from "./node/packageFile.ts";
export {
  type Archive as Cifar100Archive,
  type DataChoice,
  type DataDecision,
  type DownloadCifar100Options,
  downloadCifar100,
  type ResolveCifar100Options,
  type ResolvedCifar100,
  resolveCifar100,
} from "./node/resolveCifar100.ts";
export { type FoundCheckpoint, readCheckpoint, writeCheckpoint } from "./node/checkpointFiles.ts";
export { lockFolder, type RunLock } from "./node/runLock.ts";
export {
  type KernelRecord,
  type OwnRequest,
  RunFolder,
  runTraining,
  type SavedOwnRun,
  type SavedRun,
  TrainingFailure,
  type TrainingRun,
  type TrainingRunOptions,
} from "./node/trainingRun.ts";
export {
  createRunFolder,
  type ListedRun,
  listRuns,
  type RunRecord,
  readModel,
  readRecord,
  writeModel,
  writeRecord,
  writeRun,
} from "./node/runFolder.ts";
export { LabFolder, type LabRecord, type StoredStep, unfinishedLab } from "./node/labFolder.ts";
export {
  finishProblem1,
  type LabEvents,
  type RunLabOptions,
  runProblem1,
  writeProblem1Reports,
} from "./node/problem1Lab.ts";
export {
  createSweep,
  openSweep,
  type RunSweepOptions,
  runSweep,
  type SavedSweep,
  sweepProgress,
  trialFolder,
} from "./node/sweep.ts";
export { compareRuns, writeComparison } from "./node/comparison.ts";
export { compilePdf } from "./node/pdf.ts";
export { TensorboardWriter } from "./node/tensorboard.ts";
export { inflateZlib } from "./node/inflateZlib.ts";
export type { NativeStatus } from "./node/nativeAddon.ts";
export { type NativeKernelsOptions, nativeKernels, nativeStatus } from "./node/nativeKernels.ts";
