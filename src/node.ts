// Everything of index.ts, plus what touches files, network and processes.

export * from "./index.ts";
export { writeFileAtomic } from "./node/atomicFile.ts";
export { readImage } from "./node/imageFile.ts";
export { type KernelChoice, type KernelOptions, kernelChoices, openKernels } from "./node/kernels.ts";
export { createRunFolder, type RunRecord, readModel, writeRecord, writeRun } from "./node/runFolder.ts";
export { packageFile } from "./node/packageFile.ts";
