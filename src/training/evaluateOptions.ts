import type { Normalization } from "../data/dataset.ts";
import type { Ranks } from "../kernels/ranks.ts";
import type { Metric } from "./history.ts";

export interface EvaluateOptions {
  /** for image data: fitted on the training part */
  readonly normalization?: Normalization | undefined;
  /** does not change the result */
  readonly batchSize?: number | undefined;
  /** ends the evaluation early, by throwing its reason */
  readonly signal?: AbortSignal | undefined;
  /** for a classification: the weight of each class in the mean loss; the score weights all rows equally */
  readonly classWeights?: readonly number[] | undefined;
  /**
   * divides the rows among several processes, which all get the same result; `signal` must then not end it in one of them. Data in parts is
   * divided already, so all processes must evaluate it.
   */
  readonly ranks?: Ranks | undefined;
}

export interface Evaluation {
  readonly metric: Metric;
  /**
   * Accuracy: the share of rows, or of all tokens, whose most probable class is their label; with several labels, the share of correct ones.
   * For a regression R², the mean over several outputs.
   */
  readonly score: number;
  /** mean cross-entropy, weighted if `classWeights` are given; for a regression the mean squared error, in the units of training */
  readonly loss: number;
  /** the most probable class of each row; 0 if rows do not have one class each */
  readonly predictions: Int32Array;
}
