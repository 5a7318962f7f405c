// The assignment with what touches files: its folder of steps and the files of its report.

export * from "./index.ts";
export { checkProject } from "./node/course/checkProject.ts";
export { readProject } from "./node/course/project.ts";
export { readCourseRecord, writeCourseRecord, writeProjectReports } from "./node/course/projectReport.ts";
export {
  checkAll,
  codeDigests,
  type TrainProjectOptions,
  trainProject,
} from "./node/course/trainProject.ts";
export { type Verification, type VerifyOptions, verifyProject } from "./node/course/verifyProject.ts";
export { LabFolder, type LabRecord, type StoredStep, unfinishedLab } from "./node/labFolder.ts";
export {
  finishProblem1,
  type LabEvents,
  type RunLabOptions,
  runProblem1,
  writeProblem1Reports,
} from "./node/problem1Lab.ts";
