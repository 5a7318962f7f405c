import { Batches, BatchReader } from "../data/batches.ts";
import type { Dataset, Normalization } from "../data/dataset.ts";
import { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { breathe } from "./breathe.ts";
import { evaluate } from "./evaluate.ts";
import { emptyHistory, type History } from "./history.ts";
import { type Training, trainStep } from "./trainStep.ts";

export interface FitOptions extends Training {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly normalization?: Normalization;
  readonly epochs: number;
  readonly batchSize?: number;
  /** shuffles the batches; the stream that drew the weights, in the assignment */
  readonly random: RandomState;
  /** draws the masks of dropout */
  readonly dropoutRandom?: RandomState;
  /** at the start of every epoch e > 0 with e mod every = 0 the learning rate is multiplied by factor */
  readonly learningRateDecay?: { readonly factor: number; readonly every: number };
  /** stops after the step under way; what was done is returned */
  readonly signal?: AbortSignal;
  readonly onStep?: (event: StepEvent) => void;
  readonly onEpoch?: (event: EpochEvent) => void;
}

export interface StepEvent {
  /** from 0 */
  readonly epoch: number;
  /** from 0, over all epochs */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

export interface EpochEvent {
  readonly epoch: number;
  readonly trainAccuracy: number;
  readonly valAccuracy: number;
  /** whether no earlier epoch had a better validation accuracy */
  readonly improved: boolean;
}

export interface FitResult {
  readonly history: History;
  /** the parameters with the best validation accuracy, as copies; undefined when no epoch was finished */
  readonly best:
    | { readonly epoch: number; readonly valAccuracy: number; readonly parameters: Record<string, Tensor> }
    | undefined;
  readonly stopped: boolean;
}

/**
 * Trains for a number of epochs; after each, the accuracies over the whole training and validation data.
 * The network is left with its last parameters; those of the best epoch are in the result.
 * Throws SettingsError for epochs or a batch size below 1.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const result: Mutable<FitResult> = { history: emptyHistory(), best: undefined, stopped: false };
  try {
    await runEpochs(options, result);
  } catch (error) {
    if (!options.signal?.aborted || error !== options.signal.reason) throw error;
    result.stopped = true;
  }
  return result;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

async function runEpochs(options: FitOptions, result: Mutable<FitResult>): Promise<void> {
  const { network, train, validation, epochs, batchSize = 100, random, optimizer, learningRateDecay, signal } = options;
  const { normalization, dropoutRandom = new RandomState(0) } = options;
  if (!Number.isInteger(epochs) || epochs < 1) {
    throw new SettingsError(`epochs must be a whole number of at least 1, got ${epochs}`);
  }
  const reader = new BatchReader(train, { dtype: network.dtype, normalization });
  const batches = new Batches(train.labels.length, { batchSize, random });
  const { history } = result;
  const accuracy = async (part: Dataset): Promise<number> =>
    (await evaluate(network, part, { normalization, batchSize, signal })).accuracy;
  options.loss.workspace = network.workspace;

  for (let epoch = 0; epoch < epochs; epoch++) {
    if (learningRateDecay && epoch > 0 && epoch % learningRateDecay.every === 0) {
      optimizer.learningRate *= learningRateDecay.factor;
    }
    for (let i = 0; i < batches.perEpoch; i++) {
      await breathe();
      signal?.throwIfAborted();
      const loss = trainStep(options, reader, batches.next(), dropoutRandom);
      history.loss.push(loss);
      options.onStep?.({ epoch, step: history.loss.length - 1, steps: epochs * batches.perEpoch, loss });
    }
    const trainAccuracy = await accuracy(train);
    const valAccuracy = await accuracy(validation);
    const improved = !result.best || valAccuracy > result.best.valAccuracy;
    if (improved) result.best = { epoch, valAccuracy, parameters: network.save() };
    history.trainAccuracy.push(trainAccuracy);
    history.valAccuracy.push(valAccuracy);
    options.onEpoch?.({ epoch, trainAccuracy, valAccuracy, improved });
  }
}
