// The assignment with what touches files: its folder of steps and the files of its report.

export * from "./index.ts";
export { LabFolder, type LabRecord, type StoredStep, unfinishedLab } from "./node/labFolder.ts";
export {
  finishProblem1,
  type LabEvents,
  type RunLabOptions,
  runProblem1,
  writeProblem1Reports,
} from "./node/problem1Lab.ts";
