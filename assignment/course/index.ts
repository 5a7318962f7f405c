// What exercises are made of, for teachers who write their own (docs/teaching.md), and what checks a project in a page.

export type { ExerciseResult } from "./checkExercise.ts";
export { type CheckedExercise, type CheckProjectOptions, checkProjectWith } from "./checkProject.ts";
export { answersOf, hintsAfter, type Project, projectOf, projectZip, skeletonOf } from "./courseProject.ts";
export { type CourseRecord, parseCourseRecord } from "./courseRecord.ts";
export { type CourseReports, courseReports, resultFiles } from "./courseReports.ts";
export { type ElementwiseExercise, elementwiseExperiments, type WrongFunction } from "./elementwiseExperiments.ts";
export {
  type Case,
  type Chapter,
  chapters,
  type Exercise,
  type Experiment,
  experiment,
  type Found,
  type Mistake,
  type Quantities,
  type Question,
} from "./exercise.ts";
export { exerciseFormulas } from "./exerciseFormulas.ts";
export { exercises } from "./exercises/index.ts";
export type { Finding } from "./finding.ts";
export {
  type LayerCase,
  type LayerExercise,
  layerExperiments,
  type PassExercise,
  passExperiments,
} from "./layerExperiments.ts";
export type { BrokenModule, PlainModule, ToPlainModule } from "./linkProject.ts";
export type { Hints } from "./progress.ts";
export { isWanted, limitTexts, zipTexts } from "./projectTextFiles.ts";
export {
  close,
  columnSums,
  mapped,
  plusRow,
  product,
  quantity,
  randomQuantity,
  rowSums,
  scalar,
  transposed,
  zipped,
} from "./quantities.ts";
export type { RunnerOptions, StartRunner, StudentRunner, TrainRequest } from "./runner.ts";
export { sandboxScriptHash } from "./sandboxFrame.ts";
export { type SandboxOptions, SandboxRunner } from "./sandboxRunner.ts";
export { Seed, type Send, type Sendable, Student, StudentObject, StudentProblem } from "./student.ts";
export {
  type CourseTraining,
  codesOf,
  type Learned,
  learnedFrom,
  type OwnTrainingOptions,
  type ProjectData,
  trainingExercises,
  trainingRecord,
  trainOurs,
  trainRequest,
} from "./trainProject.ts";
export type { StudentImages, StudentStep, StudentTrainingData, StudentTrainingSettings } from "./trainStudent.ts";
export type { Argument, Problem, ProblemKind, Quantity, Reply, Request, Returned } from "./wire.ts";
