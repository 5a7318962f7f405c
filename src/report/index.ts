// Reports: results -> figures -> HTML, PDF source, notebook. Runs in Node and in browsers.

export type { RunEvaluation } from "../experiments/evaluation/runEvaluation.ts";
export { type ComparableRuns, comparableGroups } from "./comparableRuns.ts";
export { type ComparedRun, groupRuns, outcomeOf, type RunGroup } from "./comparison.ts";
export { comparisonReport } from "./comparisonReport.ts";
export { type ComparisonTable, comparisonTable, seedsTable } from "./comparisonTables.ts";
export {
  type CrossValidationResults,
  crossValidationReport,
  crossValidationResults,
  deviationText,
  showSpread,
} from "./crossValidationReport.ts";
export type {
  Block,
  Cell,
  Paragraph,
  Part as ReportPart,
  Report,
  Section,
  Table as ReportTable,
  TableCell,
} from "./document.ts";
export type { EntryFormula, EntryOf, FormulaLine, LayerEntries } from "./entries/entryFormula.ts";
export {
  type EntryNumber,
  type Expression,
  evaluateExpression,
  type FunctionName,
  type Relation,
  shortenSums,
  sourcesOf,
} from "./entries/expression.ts";
export { type FormulaMode, formulaName, formulaPieces } from "./entries/expressionMathml.ts";
export { layerEntries, layerEntry } from "./entries/layerEntries.ts";
export { type LossEntries, lossEntries, lossEntry } from "./entries/lossEntries.ts";
export { type UpdateEntry, updateEntries, updateEntry } from "./entries/updateEntries.ts";
export { type ExplanationText, explanationReport, matrixOf } from "./explanation.ts";
export type {
  Axis,
  BarRow,
  BarsFigure,
  ConfusionFigure,
  Figure,
  FigureWidth,
  ImagesFigure,
  LinePanel,
  LinesFigure,
  MatricesFigure,
  MatrixTile,
  ParallelFigure,
  Point,
  Series,
  Tile,
} from "./figures/figure.ts";
export { figureSvg } from "./figures/figureSvg.ts";
export { compactNumber } from "./figures/matrices.ts";
export { pageTheme, printTheme, type Role as ThemeRole, standaloneTheme, type Theme } from "./figures/theme.ts";
export { reportHtml } from "./html.ts";
export { type LayerFormula, layerFormulas } from "./layerFormulas.ts";
export { learningRateFigure, learningRateReport } from "./learningRateReport.ts";
export { type Formula, type Inline, type Markup, markup, type RichText, tex } from "./markup.ts";
export { mathToMathml } from "./math/mathml.ts";
export { reportNotebook } from "./notebook.ts";
export { showFigure } from "./notebookDisplay.ts";
export {
  type ParallelOptions,
  type ParallelRow,
  parallelCoordinatesSvg,
  parallelFigure,
} from "./parallelCoordinates.ts";
export { predictorFacts } from "./predictorFacts.ts";
export { type PredictorOptions, predictorHtml } from "./predictorHtml.ts";
export type { ReportedRun } from "./run/reportedRun.ts";
export { runReport } from "./run/runReport.ts";
export { accuracyFigure, comparisonFigure, type FigureText, lossFigure, type RunCurves } from "./runFigures.ts";
export { sweepFigure, sweepReport } from "./sweepReport.ts";
export {
  combinationName,
  rankingTable,
  type SweepResults,
  type SweepSummary,
  summarizeSweep,
} from "./sweepSummary.ts";
export { type LossFormula, lossFormulas, optimizerFormulas } from "./trainingFormulas.ts";
export { reportTypst, type TypstSource } from "./typst.ts";
