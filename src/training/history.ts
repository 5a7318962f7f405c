/** The metric of a network's score: accuracy, the share of correct predictions, or R² of a regression (1 is perfect, 0 as good as the mean). */
export type Metric = "accuracy" | "rSquared";

/**
 * The history of a run: the loss of every iteration, the scores after every epoch, NaN after those that `evaluateEvery` leaves out. Runs of
 * version 0.1 lack the optional parts.
 */
export interface History {
  readonly metric: Metric;
  readonly loss: number[];
  readonly trainScore: number[];
  readonly valScore: number[];
  /** after every epoch, in evaluation mode, on the rows of trainScore and valScore; NaN if it is too large for a number */
  readonly trainLoss?: number[] | undefined;
  readonly valLoss?: number[] | undefined;
  readonly trace?: StepTrace | undefined;
}

/** Measured in iterations 0, every, 2·every, …; to six digits. */
export interface StepTrace {
  readonly every: number;
  /** ‖gradient‖ of all parameters together, with the penalty of a regularizer, before clipping */
  readonly gradientNorm: number[];
  readonly learningRate: number[];
}

/** The arrays of a history that grow with each epoch; those that are optional are filled in all new runs. */
export const epochSeries = ["trainScore", "valScore", "trainLoss", "valLoss"] as const;

export function emptyHistory(metric: Metric, every: number): History {
  const trace = { every, gradientNorm: [], learningRate: [] };
  return { metric, loss: [], trainScore: [], valScore: [], trainLoss: [], valLoss: [], trace };
}

/** Whether two scores are equal or both undefined: R² is NaN for targets that never vary. */
export const isSameScore = (a: number, b: number | undefined): boolean => Object.is(a + 0, b === undefined ? b : b + 0);

/** Whether the scores after an epoch were measured: `evaluateEvery` leaves them out in most epochs, whose score and loss are NaN. */
export function wasEvaluated(
  { valScore, valLoss }: { readonly valScore: readonly number[]; readonly valLoss?: readonly number[] | undefined },
  epoch: number,
): boolean {
  return !Number.isNaN(valScore[epoch]) || !Number.isNaN(valLoss?.[epoch] ?? 0);
}

/** The highest of the measured scores; −∞ if there is none. */
export function highestScore(scores: readonly number[]): number {
  return scores.reduce((most, score) => (score > most ? score : most), -Infinity);
}

/**
 * The epoch, from 0, whose parameters are the model: the best validation score, of equal scores the least validation loss, then the
 * first. If a record names its best epoch, that one is used, because runs of the assignment take the first of equal scores. Undefined before
 * the end of the first epoch. All reports of a run take the epoch from here.
 */
export function bestEpochOf({
  valScore,
  valLoss,
  bestEpoch,
}: {
  readonly valScore: readonly number[];
  readonly valLoss?: readonly number[] | undefined;
  readonly bestEpoch?: number | undefined;
}): number | undefined {
  if (bestEpoch !== undefined && bestEpoch < valScore.length) return bestEpoch;
  let best: number | undefined;
  for (const [epoch, score] of valScore.entries()) {
    if (!wasEvaluated({ valScore, valLoss }, epoch)) continue;
    if (best === undefined || score > valScore[best]) best = epoch;
    else if (isSameScore(score, valScore[best]) && valLoss && valLoss[epoch] < valLoss[best]) best = epoch;
  }
  return best;
}

/** About twenty measurements of gradients in an epoch: a pass over all gradients in each step would cost too much. */
export function traceInterval(stepsPerEpoch: number): number {
  return Math.max(1, Math.floor(stepsPerEpoch / 20));
}

/** A copy that later steps do not change. */
export function copyHistory(history: History): History {
  const { metric, loss, trainScore, valScore, trainLoss, valLoss, trace } = history;
  return {
    metric,
    loss: loss.slice(),
    trainScore: trainScore.slice(),
    valScore: valScore.slice(),
    ...(trainLoss && { trainLoss: trainLoss.slice() }),
    ...(valLoss && { valLoss: valLoss.slice() }),
    ...(trace && {
      trace: {
        every: trace.every,
        gradientNorm: trace.gradientNorm.slice(),
        learningRate: trace.learningRate.slice(),
      },
    }),
  };
}
