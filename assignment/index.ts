// The assignment: its networks, checks, published runs and report. Runs in Node and in browsers.

import "../src/kernels/registerFallbackKernels.ts";

export { type AssignmentCheck, assignmentCheckParts, assignmentChecks, fromLinspace } from "./assignmentChecks.ts";
export type { AssignmentData, Linspace, Matrix as AssignmentMatrix } from "./assignmentData.ts";
export * from "./course/index.ts";
export { type LabContext, type LabData, type LabStep, problem1Steps } from "./problem1.ts";
export { comparisonSettings, fullPlan, type Problem1Plan, problem1Plan, quickPlan, runTitles } from "./problem1Plan.ts";
export {
  type Accuracies,
  parseReference,
  type ReferenceRun,
  type ReproduceOptions,
  type Reproduction,
  type Row,
  referenceRun,
  reproduce,
  sameAccuracies,
} from "./reference.ts";
export { problem1Figures } from "./report/figures.ts";
export { problem1Report, problem1Solution } from "./report/report.ts";
export { type Problem1Results, parseProblem1Results, problem1Results } from "./report/results.ts";
export { checkVector, parseVectors, type VectorResult } from "./vectors.ts";
