// The contents page, in the order in which data flows. Everything here runs in Node and in browsers.
import "./data/registerDates.ts";
import "./data/registerWords.ts";
import "./kernels/registerDefaultKernels.ts";

// Numbers
export { indexOfPlace, placeOfIndex } from "./tensor/places.ts";
export { type DType, type NestedNumbers, type Numbers, type Shape, Tensor, tensor, zeros } from "./tensor/tensor.ts";
export type { Buffer, Parameter } from "./tensor/parameter.ts";
export type { TargetKind } from "./tensor/targetKind.ts";
export { DataError, HandgradError, SettingsError, ShapeError } from "./tensor/errors.ts";
export { portableMath } from "./mathematics/portableMath.ts";
export { type MutableList, RandomState, type RandomStateData } from "./random/randomState.ts";

// The hot loops
export type {
  ActivationName,
  AdagradStep,
  AdamStep,
  NadamStep,
  Kernels,
  LionStep,
  MomentumStep,
  NormKernels,
  Precision,
  RmspropStep,
  UpdateKernels,
} from "./kernels/kernels.ts";
export { precisions } from "./kernels/kernels.ts";
export type { Convolution2d, ImageKernels, Sides, Window2d } from "./kernels/imageKernels.ts";
export { activations } from "./kernels/activations.ts";
export { defaultKernels, setDefaultKernels } from "./kernels/defaultKernels.ts";
export { oneRank, type Ranks, type Transfer } from "./kernels/ranks.ts";
export { type ShardedKernelsOptions, shardedKernels } from "./kernels/shardedKernels.ts";
export { scalarKernels } from "./kernels/scalar.ts";
export { wasmKernels, wasmSupported } from "./kernels/wasm.ts";
export type { WasmOptions } from "./kernels/wasmMachine.ts";
export { Workspace } from "./kernels/workspace.ts";

// Data
export { type Dataset, firstRows, type Normalization, type RowTargets, type Splits } from "./data/dataset.ts";
export { type DatasetParts, datasetOf } from "./data/datasetOf.ts";
export type { Cifar100LabelKind, Cifar100Labels, Cifar100Part } from "./data/cifar100.ts";
export type { ByteChunks } from "./formats/byteReader.ts";
export type { Inflate } from "./formats/inflate.ts";
export type { InflateRaw } from "./formats/zip.ts";
export {
  type MatCells,
  type MatClass,
  type MatNumeric,
  type MatText,
  type MatVariable,
  type NumericArray,
  type NumericClass,
  numericClasses,
} from "./formats/matFormat.ts";
export { type MatFileOptions, type MatSink, type MatVariableInfo, readMatFile } from "./formats/matFile.ts";
export { type StandInOptions, standInSplits } from "./data/standIn.ts";
export { type SyntheticOptions, syntheticSplits } from "./data/synthetic.ts";
export { measureNormalization } from "./data/normalize.ts";
export { Augmentation, type AugmentationSettings, type AugmentedBatch } from "./data/augment.ts";
export { parseCsv } from "./data/csv.ts";
export {
  cellNumber,
  cellText,
  columnOf,
  type DistinctTexts,
  type Table,
  type TableColumn,
  type TextCells,
  tableOf,
  textCells,
} from "./data/table.ts";
export {
  countCodes,
  countDistinct,
  distinctNumbers,
  distinctTexts,
  knownRows,
  pickTableRows,
} from "./data/tableColumns.ts";
export type {
  FeatureColumn,
  TablePreprocessing,
  TargetColumn,
  TargetOptions,
} from "./data/tablePreprocessing.ts";
export { type NpyArray, readNpy, readNpz } from "./formats/npy.ts";
export { encodeNpy, encodeNpz } from "./formats/npyWrite.ts";
export { bytesOf, listZip, type RandomBytes, readZipEntry, type ZipEntry, type ZipOptions } from "./formats/zip.ts";
export { encodeZip } from "./formats/zipWrite.ts";
export { readIdx } from "./data/idx.ts";
export { readCifar10 } from "./data/cifar10.ts";
export { pickRows, type SplitRows, type SplitFractions, stratifiedSplit } from "./data/split.ts";
export {
  type ColumnType,
  columnTypes,
  currentRules,
  parseTypes,
  readOptionsOf,
  splitList,
  type TableOptions,
  type TableReadOptions,
} from "./data/tableOptions.ts";
export { readOptionsOfModel } from "./data/readOptionsOfModel.ts";
export type { TableReading } from "./data/tableReading.ts";
export { countFolds } from "./data/folds.ts";
export type { ColumnSummary } from "./data/summarizeTable.ts";
export { type FoldOptions, type FoldRows, foldRows } from "./data/foldRows.ts";
export type { ImageOptions } from "./data/imageOptions.ts";
export { type Batch, Batches, type BatchesState, BatchReader } from "./data/batches.ts";

// Networks
export { type InitializerContext, type InitializerName, initializers } from "./layers/initializers.ts";
export { evaluation, Layer, type Pass, type TrainPass } from "./layers/layer.ts";
export { EvaluationLayer } from "./layers/evaluationLayer.ts";
export { Flatten } from "./layers/flatten.ts";
export { Dct, type DctOptions } from "./layers/dct.ts";
export {
  TestTimeAverage,
  TestTimeAugmentation,
  type TestTimeAugmentationOptions,
} from "./layers/testTimeAugmentation.ts";
export { Linear, type LinearOptions } from "./layers/linear.ts";
export {
  Elu,
  Gelu,
  HardSwish,
  LeakyRelu,
  Relu,
  Selu,
  Sigmoid,
  Silu,
  Softplus,
  type SoftplusOptions,
  Tanh,
} from "./layers/activation.ts";
export { BatchNorm, type BatchNormOptions, type NormOptions } from "./layers/batchNorm.ts";
export { Conv2d, type Conv2dOptions } from "./layers/conv2d.ts";
export type { Padding, Size, WindowOptions } from "./layers/window.ts";
export { Dropout } from "./layers/dropout.ts";
export { Embedding, type EmbeddingOptions } from "./layers/embedding.ts";
export { Ensemble } from "./layers/ensemble.ts";
export { GlobalAveragePool1d, GlobalAveragePool2d } from "./layers/globalAveragePool.ts";
export { GroupClasses } from "./layers/groupClasses.ts";
export { LayerNorm } from "./layers/layerNorm.ts";
export { type AttentionOptions, MultiHeadAttention } from "./layers/multiHeadAttention.ts";
export { Patches } from "./layers/patches.ts";
export { PiecewiseLinear } from "./layers/piecewiseLinear.ts";
export { PRelu, type PReluOptions } from "./layers/pRelu.ts";
export {
  AveragePool2d,
  type AveragePool2dOptions,
  MaxPool2d,
  type Pool2dOptions,
} from "./layers/pool2d.ts";
export { PositionEmbedding, type PositionEmbeddingOptions } from "./layers/positionEmbedding.ts";
export { type ReceptiveFieldOptions, setReceptiveFields } from "./layers/receptiveFields.ts";
export { Residual } from "./layers/residual.ts";
export { whitenFirstLayer } from "./training/whitenFirstLayer.ts";
export { Scale } from "./layers/scale.ts";
export { Sequential } from "./layers/sequential.ts";
export { Transpose } from "./layers/transpose.ts";
export { type LayerDescription, type LayerKindName, layerKinds } from "./layers/registry.ts";
export type { LayerContext, LayerKind } from "./layers/layerKind.ts";
export {
  describeNetwork,
  makeNetwork,
  type NetworkDescription,
  type NetworkStart,
  parseLayers,
} from "./layers/description.ts";
export { type NetworkSummary, type SummaryRow, summarize } from "./layers/summary.ts";
export {
  type MultilayerOptions,
  type MultilayerShape,
  multilayerLayers,
  multilayerPerceptron,
} from "./layers/multilayerPerceptron.ts";
export { type ConvolutionOptions, convolutionLayers } from "./layers/convolutionNetworks.ts";
export { type MixerOptions, mixerLayers, type TransformerOptions, transformerLayers } from "./layers/tokenNetworks.ts";
export {
  dropoutNet,
  fcGelu,
  fullyConnectedNetwork,
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
export { MeanAbsoluteError } from "./losses/meanAbsoluteError.ts";
export { HuberLoss, type HuberOptions } from "./losses/huber.ts";
export { BinaryCrossEntropyLoss } from "./losses/binaryCrossEntropy.ts";
export { type LossName, losses } from "./losses/losses.ts";
export { l1, l2, type Regularizer } from "./regularizers.ts";
export type { DecayOptions, Optimizer, Trainable } from "./optimizers/optimizer.ts";
export { Sgd, type SgdOptions } from "./optimizers/sgd.ts";
export { Adam, type AdamOptions } from "./optimizers/adam.ts";
export { Rmsprop, type RmspropOptions } from "./optimizers/rmsprop.ts";
export { Adagrad, type AdagradOptions } from "./optimizers/adagrad.ts";
export { Lion, type LionOptions } from "./optimizers/lion.ts";
export { Muon, type MuonOptions } from "./optimizers/muon.ts";
export { Nadam, type NadamOptions } from "./optimizers/nadam.ts";
export {
  makeOptimizer,
  type OptimizerKind,
  type OptimizerName,
  type OptimizerSettings,
  optimizers,
} from "./optimizers/optimizers.ts";
export { clipByNorm, clipByValue } from "./optimizers/clipping.ts";
export { type GroupOptions, GroupedOptimizer, type WithParameters } from "./optimizers/groups.ts";
export { type Averageable, ExponentialMovingAverage } from "./optimizers/averaging.ts";
export {
  makeSchedule,
  type Schedule,
  type ScheduleContext,
  type ScheduleKind,
  type ScheduleName,
  type ScheduleSettings,
  schedules,
  warmUp,
} from "./optimizers/schedules.ts";

// Training
export { Sharding, type ShardingOptions, StoppedTogether } from "./training/sharding.ts";
export type { AnyLoss } from "./losses/loss.ts";
export { Teacher, type TeacherOptions } from "./training/teacher.ts";
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
export type { Average, CheckpointOptions, LearningRates, OptimizerChoice } from "./training/fitOptions.ts";
export { Trainer } from "./training/trainer.ts";
export type { Best, BufferState, TrainerState } from "./training/trainerState.ts";
export type { History, Metric } from "./training/history.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./training/checkpoint.ts";
export { type Fault, type NonFiniteDetails, NonFiniteError } from "./training/guard.ts";
export {
  type LearningRateTest,
  type LearningRateTestOptions,
  testLearningRates,
} from "./training/learningRateTest.ts";
export { argmax, type EvaluateOptions, type Evaluation, evaluate, predictOutputs } from "./training/evaluate.ts";
export {
  type CalibrationBin,
  type ClassificationMetrics,
  type ClassificationOptions,
  type ClassMetrics,
  classificationMetrics,
} from "./training/metrics.ts";
export { type RegressionMetrics, regressionMetrics } from "./training/regressionMetrics.ts";
export {
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from "./training/rankingCurves.ts";
export {
  type CollectOptions,
  collectEvaluation,
  type TestOutputs,
} from "./experiments/evaluation/collectEvaluation.ts";
export { dataSummary } from "./experiments/evaluation/dataSummary.ts";
export { type ImportanceOptions, permutationImportance } from "./experiments/evaluation/permutationImportance.ts";
export {
  type DataSummary,
  type Importance,
  parseRunEvaluation,
  type RunEvaluation,
  type TestEvaluation,
} from "./experiments/evaluation/runEvaluation.ts";
export { bootstrapInterval, type Interval, wilsonInterval } from "./training/intervals.ts";
export {
  checkGradients,
  type DifferenceOptions,
  type GradientCheckOptions,
  type GradientErrors,
  numericalGradient,
  relativeError,
} from "./training/gradientCheck.ts";
export {
  allLayers,
  type CheckedEntry,
  type TracedStep,
  type TracedLayer,
  type TracedParameter,
  traceStep,
} from "./training/traceStep.ts";
export { traceUpdate, type UpdateMoment, type UpdateTrace } from "./training/traceUpdate.ts";
export {
  type ExplainedArray,
  type ExplainedLayer,
  type ExplainOptions,
  type Explanation,
  explainStep,
  kinkNote,
  worstError,
} from "./training/explainStep.ts";

// Experiments: from settings and data to a model and its test scores
export {
  parseSettings,
  readSettings,
  type TrainSettings,
  type TrainSettingsInput,
  trainSettings,
} from "./experiments/settings.ts";
export { type RecipeName, recipes } from "./experiments/recipes.ts";
export { activationNames, initializerNames, lossNames, optimizerNames, scheduleNames } from "./experiments/choices.ts";
export { balancedClassWeights, type ClassWeights, classWeightsOf } from "./experiments/classWeights.ts";
export { describeLayers, isSizes, networkOf, type PreparedFit, prepareFit } from "./experiments/build.ts";
export {
  type DataKind,
  type DataRequest,
  type DataSource,
  dataRequest,
  storedRequest,
} from "./experiments/dataSource.ts";
export { type OpenFilesOptions, openCifar100, type ReadFiles } from "./experiments/openCifar100.ts";
export { openFiles, type Picture, readFiles, readPictures, readTableFile } from "./experiments/openFiles.ts";
export type { GivenFile } from "./data/reading/blobFiles.ts";
export type { DecodedImage, ImageChange, ImageSize } from "./data/reading/decodedImage.ts";
export type { OwnData, OwnImages, OwnTable } from "./data/reading/ownDataTypes.ts";
export type { Platform } from "./data/reading/platform.ts";
export { type ImageInspection, inspectImages } from "./experiments/inspectImages.ts";
export { inspectTable, type TableInspection } from "./experiments/inspectTable.ts";
export { type ImageSourceOptions, imageSource } from "./experiments/imageSource.ts";
export { type AskedSettings, defaultSettings, keepsDefaultNetwork, settingsFor } from "./experiments/settingsFor.ts";
export { chooseSettings, type NetworkChoice, type SplitOptions, tableSource } from "./experiments/prepareData.ts";
export {
  type Baseline,
  type EvaluateOnTestOptions,
  evaluateFinished,
  evaluateOnTest,
  modelOfRun,
  prepareRun,
  type TestResult,
} from "./experiments/testResult.ts";
export { epochsWithin, type MeasuredEpochs, type TimeBudget } from "./experiments/timeBudget.ts";
export { hasRareClass, type Scorer, scorerFor, type TestMetrics, type TestScores } from "./experiments/testScores.ts";
export { type SourceLine, sourceLines } from "./experiments/sourceLines.ts";
export { type Conclusion, conclusionOf } from "./experiments/conclusion.ts";
export { type CompareOptions, type Comparison, compareByRow } from "./experiments/compareByRow.ts";
export {
  decodeModel,
  encodeModel,
  type Model,
  type ModelOptions,
  modelOf,
  restoreNetwork,
} from "./experiments/model.ts";
export {
  type ExportOptions,
  exportModel,
  importModel,
  type ModelFormat,
  modelFormats,
} from "./experiments/exportModel.ts";
export { type ImportedWeights, type ImportWeightsOptions, importWeights } from "./experiments/importWeights.ts";
export { exportPytorch, type PytorchExport } from "./experiments/exportPytorch.ts";
export { exportTypescript } from "./experiments/exportTypescript.ts";
export { readWeights, type Weights } from "./experiments/readWeights.ts";
export { type WeightsTargetOptions, weightsTarget } from "./experiments/weightsTarget.ts";
export { type OnnxOptions, onnxValues } from "./experiments/onnx.ts";
export type { OnnxType, OnnxValue } from "./experiments/onnxNode.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type SafetensorsElement,
} from "./formats/safetensors.ts";
export { checkInputColumns, inputWarnings, unusedColumnNotes } from "./experiments/inputNotes.ts";
export { csvCell } from "./formats/csvCell.ts";
export { imagePredictor, type Prediction, predictImages } from "./experiments/predict.ts";
export {
  predictTable,
  type TableOutputs,
  type TablePredictions,
  tableOutputs,
} from "./experiments/predictTable.ts";

// Runs: a folder of files with checkpoints, results and what a report shows, on a disk or in a browser's storage
export { MemoryRunFiles, type RunFiles } from "./runs/runFiles.ts";
export {
  type TrainingRun,
  TrainingFailure,
  type RunObserver,
  type TrainRunOptions,
  trainRun,
  writeResults,
} from "./runs/trainRun.ts";
export {
  encodeRecord,
  lastModelFile,
  modelFile,
  parseRecord,
  type RunRecord,
  recordFile,
  recordJson,
} from "./runs/runRecord.ts";
export {
  checkpointFile,
  type FoundCheckpoint,
  findCheckpoint,
  holdsCheckpoint,
  restoreCheckpoint,
  storeCheckpoint,
} from "./runs/checkpoints.ts";
export { runNameOf } from "./runs/runName.ts";
export { type KernelRecord, type SavedRun, savedRunOf } from "./runs/savedRun.ts";
export { type Checksum, fingerprint, scoredOn } from "./runs/fingerprint.ts";
export {
  type Evaluated,
  type EvaluateRunOptions,
  encodeEvaluation,
  evaluateRun,
  evaluationFile,
  parseEvaluation,
} from "./runs/evaluationFile.ts";
export { version } from "./version.ts";
