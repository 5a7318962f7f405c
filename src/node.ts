// Everything of index.ts, plus what touches files, network and processes.

export * from "./index.ts";
export { writeFileAtomic } from "./node/atomicFile.ts";
export { type LoadCifar100Options, loadCifar100 } from "./node/data/cifar100Files.ts";
export {
  type Cifar100Location,
  type Cifar100Search,
  cifar100CacheFolder,
  cifar100Folders,
  findCifar100,
} from "./node/data/cifar100Folders.ts";
export { type DownloadOptions, type DownloadProgress, download } from "./node/data/download.ts";
export { type ImageFolderOptions, listImages, readImageFolder } from "./node/data/imageFolder.ts";
export { type OwnData, readOwnData, readTable } from "./node/data/ownData.ts";
export { type ImageSize, readImage } from "./node/data/imageFile.ts";
export { findRawImages, type RawImages, readImageArrays, readPicture } from "./node/data/rawImages.ts";
export { fastest, type KernelChoice, type KernelOptions, kernelChoices, openKernels } from "./node/kernels/kernels.ts";
export { csvCell } from "./formats/csvCell.ts";
export { printable } from "./tensor/printable.ts";
export { packageFile } from "./node/packageFile.ts";
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
export { type FoundCheckpoint, readCheckpoint, writeCheckpoint } from "./node/runs/checkpointFiles.ts";
export { lockFolder, type RunLock } from "./node/runs/runLock.ts";
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
} from "./node/runs/trainingRun.ts";
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
} from "./node/runs/runFolder.ts";
export {
  createSweep,
  openSweep,
  type RunSweepOptions,
  runSweep,
  type SavedSweep,
  sweepProgress,
  trialFolder,
} from "./node/runs/sweep.ts";
export { compareRuns, writeComparison } from "./node/runs/comparison.ts";
export { compilePdf } from "./node/pdf.ts";
export { TensorboardWriter } from "./node/runs/tensorboard.ts";
export { inflateZlib } from "./node/data/inflateZlib.ts";
export type { NativeStatus } from "./node/kernels/nativeAddon.ts";
export { type NativeKernelsOptions, nativeKernels, nativeStatus } from "./node/kernels/nativeKernels.ts";
