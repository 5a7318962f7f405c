// The smallest entry, for pages that only predict with a saved model. Kernels are plain TypeScript here unless
// others are passed; `wasmKernels` of "handgrad" are faster and larger.

export { type Table, tableOf } from "./data/table.ts";
export { decodeModel, type Model, restoreNetwork } from "./experiments/model.ts";
export { imagePredictor, type Prediction, predictImages } from "./experiments/predict.ts";
export { predictTable, type TablePredictions } from "./experiments/predictTable.ts";
export { softmax } from "./losses/crossEntropy.ts";
export { DataError, HandgradError, SettingsError, ShapeError } from "./tensor/errors.ts";
export { type NestedNumbers, type Shape, Tensor, tensor } from "./tensor/tensor.ts";
