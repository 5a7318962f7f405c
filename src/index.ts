// The contents page, in the order in which data flows. Everything here runs in Node and in browsers.

// Numbers
export { type DType, type NestedNumbers, type Numbers, type Shape, Tensor, tensor, zeros } from "./tensor/tensor.ts";
export type { Buffer, Parameter } from "./tensor/parameter.ts";
export { DataError, HandgradError, SettingsError, ShapeError } from "./tensor/errors.ts";
export { RandomState } from "./random/randomState.ts";

// The hot loops
export type { ActivationName, Kernels } from "./kernels/kernels.ts";
export { activations } from "./kernels/activations.ts";
export { scalarKernels } from "./kernels/scalar.ts";
export { wasmKernels, wasmSupported } from "./kernels/wasm.ts";
export { Workspace } from "./kernels/workspace.ts";

// Data
export { byFinerLabels, type Dataset, firstRows, groupsOf, type Normalization, type Splits } from "./data/dataset.ts";
export type { Cifar100Labels, Cifar100Part } from "./data/cifar100.ts";
export { readMatFile } from "./data/matFile.ts";
export { syntheticSplits } from "./data/synthetic.ts";
export { measureNormalization, normalizationTable } from "./data/normalize.ts";
export { Augmentation, type AugmentationSettings, type AugmentedBatch } from "./data/augment.ts";
export { parseCsv, type Table, type TableColumn } from "./data/table.ts";
export {
  encodeFeatures,
  type FeatureColumn,
  fitTable,
  inspectTarget,
  type TablePreprocessing,
  type TargetColumn,
} from "./data/tablePreprocessing.ts";
export { type NpyArray, readNpy, readNpz } from "./data/npy.ts";
export { encodeNpy, encodeNpz } from "./data/npyWrite.ts";
export { readIdx } from "./data/idx.ts";
export { readCifar10 } from "./data/cifar10.ts";
export { pickRows, type SplitRows, type SplitShares, stratifiedSplit } from "./data/split.ts";
export { type Batch, Batches, BatchReader } from "./data/batches.ts";

// Networks
export { type InitializerName, initializers } from "./layers/initializers.ts";
export { evaluation, Layer, type Pass } from "./layers/layer.ts";
export { Flatten } from "./layers/flatten.ts";
export { Frequencies, type FrequenciesOptions } from "./layers/frequencies.ts";
export { MeanOfViews, Views, type ViewsOptions } from "./layers/views.ts";
export { Linear, type LinearOptions } from "./layers/linear.ts";
export { Gelu, LeakyRelu, Relu, Sigmoid, Silu, Tanh } from "./layers/activation.ts";
export { BatchNorm, type BatchNormOptions, type NormOptions } from "./layers/batchNorm.ts";
export { Dropout } from "./layers/dropout.ts";
export { GroupClasses } from "./layers/groupClasses.ts";
export { LayerNorm } from "./layers/layerNorm.ts";
export { Residual } from "./layers/residual.ts";
export { Sequential } from "./layers/sequential.ts";
export {
  dropoutNet,
  fcGelu,
  fullyConnectedNetwork,
  multilayerPerceptron,
  type NetworkOptions,
  smallFullyConnected,
  tinyNet,
} from "./layers/presets.ts";

// Losses, penalties, updates
export type { Loss } from "./losses/loss.ts";
export {
  type ClassTargets,
  CrossEntropyLoss,
  type CrossEntropyOptions,
  type Labels,
  softmax,
} from "./losses/crossEntropy.ts";
export { MeanSquaredError } from "./losses/meanSquaredError.ts";
export { l1, l2, type Regularizer } from "./regularizers.ts";
export type { DecayOptions, Optimizer, Trainable } from "./optimizers/optimizer.ts";
export { Sgd, type SgdOptions } from "./optimizers/sgd.ts";
export { Adam, type AdamOptions } from "./optimizers/adam.ts";
export { Rmsprop, type RmspropOptions } from "./optimizers/rmsprop.ts";
export { Adagrad, type AdagradOptions } from "./optimizers/adagrad.ts";
export { Lion, type LionOptions } from "./optimizers/lion.ts";
export { clipByNorm, clipByValue } from "./optimizers/clipping.ts";
export { ParameterAverage } from "./optimizers/averaging.ts";
export {
  makeSchedule,
  type Schedule,
  type ScheduleContext,
  type ScheduleSettings,
  schedules,
  warmUp,
} from "./optimizers/schedules.ts";

// Training
export { type ReadBatch, type Training, trainStep } from "./training/trainStep.ts";
export {
  type EpochEvent,
  type FitOptions,
  type FitResult,
  fit,
  type StepEvent,
  TrainingError,
  type TrainingEvent,
  training,
} from "./training/fit.ts";
export { Trainer } from "./training/trainer.ts";
export type { Best, TrainerState } from "./training/trainerState.ts";
export type { CheckpointOptions } from "./training/checkpointing.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./training/checkpoint.ts";
export { decodeReplay, encodeReplay, type Replay, replayStep } from "./training/replay.ts";
export { type Fault, NonFiniteError } from "./training/guard.ts";
export {
  balancedClassWeights,
  buildAugmentation,
  buildAverage,
  buildClipping,
  buildLoss,
  buildNetwork,
  buildOptimizer,
  buildSchedule,
  prepareFit,
} from "./training/build.ts";
export {
  type CalibrationBin,
  type ClassificationMetrics,
  type ClassificationOptions,
  type ClassMetrics,
  classificationMetrics,
  type RegressionMetrics,
  regressionMetrics,
} from "./training/metrics.ts";
export { argmax, type Evaluation, evaluate, predictOutputs } from "./training/evaluate.ts";
export {
  chooseSettings,
  imageTask,
  linearSettings,
  type OwnTask,
  type OwnTaskOptions,
  tableTask,
} from "./training/ownTask.ts";
export { type FitOwnOptions, fitOwn, type OwnMetrics, type OwnResult, type Rival } from "./training/fitOwn.ts";
export {
  describeValues,
  planSweep,
  type Ranked,
  rankCombinations,
  type Sweep,
  type SweepSettings,
  type SweepValue,
  type Trial,
  trialsOfRung,
} from "./training/sweep.ts";
export { predictTable, type TablePredictions } from "./training/predictTable.ts";
export { type Comparison, compareByRow } from "./training/verdict.ts";
export type { History } from "./training/history.ts";
export {
  checkGradients,
  type DifferenceOptions,
  type GradientCheckOptions,
  type GradientErrors,
  numericalGradient,
  relativeError,
} from "./training/gradientCheck.ts";
export { parseSettings, type TrainSettings, trainSettings } from "./training/settings.ts";
export { decodeModel, encodeModel, type Model, restoreNetwork } from "./training/model.ts";
export { decodeOnnx, encodeOnnx } from "./training/onnx/onnx.ts";
export { exportModel, importModel, type ModelFormat, modelFormats } from "./training/exportModel.ts";
export { type RecipeName, recipes } from "./training/recipes.ts";
export { version } from "./training/version.ts";
export { type Prediction, predictImages } from "./training/predict.ts";
export { decodeSafetensors, encodeSafetensors } from "./training/safetensors.ts";

// The assignment
export { type AssignmentCheck, assignmentChecks, fromLinspace } from "./lab/assignmentChecks.ts";
export type { AssignmentData } from "./lab/assignmentData.ts";
export { gradientChecks, type NamedGradientCheck } from "./lab/gradientChecks.ts";
export { checkVector, parseVectors, type VectorResult } from "./lab/vectors.ts";
export { type LabData, type LabStep, problem1Steps } from "./lab/problem1.ts";
export { fullPlan, type Problem1Plan, quickPlan } from "./lab/problem1Plan.ts";
export { parseReference, type ReferenceRun, type Row, reproduce, sameAccuracies } from "./lab/reference.ts";

// Reports: results -> figures -> HTML, PDF source, notebook
export { type Figure, type FigureWidth, figureSvg, type LinesFigure } from "./report/figures/figure.ts";
export { pageTheme, printTheme, standaloneTheme, type Theme } from "./report/figures/theme.ts";
export { accuracyFigure, comparisonFigure, lossFigure, type RunCurves } from "./report/runFigures.ts";
export {
  type ComparedRun,
  comparisonReport,
  comparisonTable,
  groupRuns,
  outcomeOf,
  seedsTable,
} from "./report/comparison.ts";
export type { Block, Report, Section } from "./report/document.ts";
export { type ParallelOptions, type ParallelRow, parallelCoordinatesSvg } from "./report/parallelCoordinates.ts";
export { reportHtml } from "./report/html.ts";
export { reportTypst, type TypstSource } from "./report/typst.ts";
export { reportNotebook } from "./report/notebook.ts";
export { showFigure } from "./report/notebookDisplay.ts";
export { problem1Figures } from "./report/problem1/figures.ts";
export { problem1Report, problem1Solution } from "./report/problem1/report.ts";
export { type Problem1Results, parseProblem1Results } from "./report/problem1/results.ts";
