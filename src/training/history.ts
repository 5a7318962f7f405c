/** What a run did: the loss of every iteration, the accuracies after every epoch. */
export interface History {
  readonly loss: number[];
  readonly trainAccuracy: number[];
  readonly valAccuracy: number[];
}

export function emptyHistory(): History {
  return { loss: [], trainAccuracy: [], valAccuracy: [] };
}
