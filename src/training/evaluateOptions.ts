import type { Normalization } from "../data/dataset.ts";
import type { Ranks } from "../kernels/ranks.ts";
import type { Metric } from "./history.ts";

export interface EvaluateOptions {
  /** of image data: fitted on the training part */
  readonly normalization?: Normalization | undefined;
  /** does not change the result */
  readonly batchSize?: number | undefined;
  /** ends the evaluation early, by throwing its reason */
  readonly signal?: AbortSignal | undefined;
  /** of a classification: what the loss of a row of each class counts in the mean; the score counts all rows alike */
  readonly classWeights?: readonly number[] | undefined;
  /**
   * divides the rows among several processes, which all get the same result; `signal` must then not end it in one of them. Data in parts is
   * divided already, so all processes have to evaluate it.
   */
  readonly ranks?: Ranks | undefined;
}

export interface Evaluation {
  readonly metric: Metric;
  /**
   * Accuracy: the share of rows, or of all tokens, whose most probable class is their label; of several labels the share that is right. Of
   * regression R², the mean over the outputs where there are several.
   */
  readonly score: number;
  /** mean cross-entropy, weighted where `classWeights` are given; of regression the mean squared error, of the targets as they are trained for */
  readonly loss: number;
  /** the most probable class of each row; 0 where rows are not of one class each */
  readonly predictions: Int32Array;
}
