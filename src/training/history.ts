/** What the score of a network is: the share of right answers, or R² of a regression (1 is perfect, 0 as good as the mean). */
export type Metric = "accuracy" | "rSquared";

/** What a run did: the loss of every iteration, the scores after every epoch. */
export interface History {
  readonly metric: Metric;
  readonly loss: number[];
  readonly trainScore: number[];
  readonly valScore: number[];
}

export function emptyHistory(metric: Metric): History {
  return { metric, loss: [], trainScore: [], valScore: [] };
}
