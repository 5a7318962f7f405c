// The library for the notebook of the assignment: bundled into one file, handgrad.js, next to the notebook.

export * from "../../../src/index.ts";
export { loadCifar100 } from "../../../src/node/data/cifar100Files.ts";
export { readRegularFile as readFile, readRegularText as readText } from "../../../src/node/readFile.ts";
export { accuracyFigure, comparisonFigure, lossFigure, showFigure } from "../../../src/report/index.ts";
export { fromLinspace } from "../../assignmentChecks.ts";
export type { AssignmentData } from "../../assignmentData.ts";
export { parseReference, publishedL1 } from "../../reference.ts";
