/** What the score of a network is: the share of right answers, or R² of a regression (1 is perfect, 0 as good as the mean). */
export type Metric = "accuracy" | "rSquared";

/** What a run did: the loss of every iteration, the scores after every epoch. Runs of version 0.1 lack the optional parts. */
export interface History {
  readonly metric: Metric;
  readonly loss: number[];
  readonly trainScore: number[];
  readonly valScore: number[];
  /** after every epoch, in evaluation mode, on the rows of trainScore and valScore; NaN where it is too large for a number */
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

/** About twenty measurements of gradients in an epoch: a pass over all gradients in each step would be noticed. */
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
