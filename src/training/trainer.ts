import { Batches, BatchReader } from "../data/batches.ts";
import { PartBatches } from "../data/partBatches.ts";
import { gradientNorm } from "../optimizers/clipping.ts";
import type { Trainable } from "../optimizers/optimizer.ts";
import { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { fitMix } from "./ensembleMix.ts";
import { type Evaluation, evaluate, metricOf } from "./evaluate.ts";
import type { EpochEvent, FitOptions, StepEvent, TrainingEvent } from "./fitOptions.ts";
import { describeFault, examineStep, firstNotFinite, NonFiniteError } from "./guard.ts";
import {
  copyHistory,
  emptyHistory,
  epochSeries,
  type History,
  isSameScore,
  type Metric,
  traceInterval,
} from "./history.ts";
import { answersOfKinds, ensembleOf } from "./outOfFold.ts";
import { withPreciseBatchNorm } from "./preciseBatchNorm.ts";
import { checkOptions, type ResolvedOptions, resolveOptions } from "./resolveOptions.ts";
import { type Sharding, StoppedTogether } from "./sharding.ts";
import { type Best, checkSame, checkTrainerState, copyBuffers, type TrainerState } from "./trainerState.ts";
import { type ReadBatch, trainStep } from "./trainStep.ts";
import { yieldsToEvents } from "./yieldToEvents.ts";

/** The number of steps between two copies of the state in memory, from which a failure is searched step by step. */
const markEvery = 256;

/**
 * A training run that can be stopped, saved and resumed at any step: everything that changes in it is here. `state` and
 * `restore` move it from one process to the next, bit for bit.
 *
 *     const trainer = new Trainer(options);
 *     for await (const event of trainer) console.log(event);
 *
 * The iteration throws the reason of `options.signal` when that is aborted, and can be continued by another `for await`.
 * Throws SettingsError for options that do not fit, with place, expected and found.
 */
export class Trainer implements AsyncIterable<TrainingEvent> {
  readonly options: FitOptions;
  private readonly parts: ResolvedOptions;
  readonly stepsPerEpoch: number;
  private readonly reader: BatchReader;
  private readonly batches: Batches | PartBatches;
  private readonly dropoutRandom: RandomState;
  private runHistory: History;
  private bestSoFar: Best | undefined;
  private currentEpoch = 0;
  private stepInEpoch = 0;
  /** the last state that was all finite */
  private mark: TrainerState | undefined;
  private markedAt = -Infinity;

  constructor(options: FitOptions) {
    checkOptions(options);
    const { network, train, normalization, epochs, batchSize = 100, random, dropoutRandom } = options;
    if (!Number.isInteger(epochs) || epochs < 1) {
      throw new SettingsError(`fit: epochs: expected a whole number of at least 1, found ${epochs ?? "nothing"}`);
    }
    const { evaluateEvery = 1 } = options;
    if (!Number.isInteger(evaluateEvery) || evaluateEvery < 1) {
      throw new SettingsError(`fit: evaluateEvery: expected a whole number of at least 1, found ${evaluateEvery}`);
    }
    this.options = options;
    this.reader = new BatchReader(train, { dtype: network.dtype, normalization });
    const { parts } = train;
    this.batches = parts
      ? new PartBatches(parts, { batchSize, seed: options.sharding?.seed ?? 0 })
      : new Batches(train.labels.length, { batchSize, random });
    this.stepsPerEpoch = this.batches.perEpoch;
    this.dropoutRandom = dropoutRandom ?? new RandomState(0);
    this.parts = resolveOptions(options, this.stepsPerEpoch);
    this.runHistory = emptyHistory(metricOf(train), traceInterval(this.stepsPerEpoch));
  }

  get history(): History {
    return this.runHistory;
  }

  get best(): Best | undefined {
    return this.bestSoFar;
  }

  /** the current epoch, from 0 */
  get epoch(): number {
    return this.currentEpoch;
  }

  /** steps done, over all epochs */
  get steps(): number {
    return this.runHistory.loss.length;
  }

  get finished(): boolean {
    const { epochs, patience = Infinity } = this.options;
    if (this.currentEpoch >= epochs) return true;
    return this.bestSoFar !== undefined && this.currentEpoch - 1 - this.bestSoFar.epoch >= patience;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingEvent, void, void> {
    const { signal } = this.options;
    const yieldToEvents = yieldsToEvents();
    while (!this.finished) {
      await yieldToEvents();
      if (this.isShared) this.stopTogether();
      else signal?.throwIfAborted();
      yield this.stepInEpoch < this.stepsPerEpoch ? this.step() : await this.endEpoch();
    }
  }

  /** One step of training. Throws NonFiniteError if a loss, gradient or weight is no longer a finite number. */
  step(): StepEvent {
    const { epochs, guard = true } = this.options;
    if (guard && this.steps - this.markedAt >= markEvery) this.verifiedState();
    const rows = this.nextRows();
    this.parts.sharding?.begin(this.steps);
    const trace = this.traceOfStep();
    let norm = 0;
    const measure = (network: Trainable): void => {
      norm = short(Math.min(gradientNorm(network), Number.MAX_VALUE)); // JSON has no Infinity
    };
    const read = this.readerOf(rows);
    const loss = trainStep(this.parts, read, this.random, trace && measure);
    if (guard && !Number.isFinite(loss)) this.findFault(`the loss became ${loss}`);
    trace?.gradientNorm.push(norm);
    trace?.learningRate.push(short(this.parts.optimizer.learningRate));
    this.parts.average?.update();
    this.runHistory.loss.push(loss);
    this.stepInEpoch++;
    const { currentEpoch: epoch, steps } = this;
    const { learningRate } = this.parts.optimizer;
    const place = { epoch, step: steps - 1, steps: epochs * this.stepsPerEpoch };
    return { kind: "step", ...place, loss, learningRate, ...(trace && { gradientNorm: norm }) };
  }

  /** The scores after an epoch, which become part of the history. */
  async endEpoch(): Promise<EpochEvent> {
    const { network, validation, normalization, batchSize, preciseBatchNorm } = this.options;
    const { average, schedule, classWeights } = this.parts;
    const { train, trainEvaluated = train } = this.options;
    if (this.options.guard !== false) this.verifiedState();
    const ranks = this.parts.sharding?.ranks;
    const signal = this.isShared ? undefined : this.options.signal;
    const measure = (part: typeof train): Promise<Evaluation> =>
      evaluate(network, part, {
        ...{ normalization, batchSize, signal, ranks },
        classWeights: part.labelNames.length === classWeights?.length ? classWeights : undefined,
      });
    const epoch = this.currentEpoch;
    const measureEpoch = async (): Promise<EpochEvent> => {
      const ensemble = ensembleOf(network);
      if (ensemble) fitMix(ensemble, await answersOfKinds(network, validation, { normalization, signal }), validation);
      const { score: trainScore, loss: trainLoss } = await measure(trainEvaluated);
      const { score: valScore, loss, metric } = await measure(validation);
      const { bestSoFar } = this;
      const { loss: bestLoss = -Infinity } = bestSoFar ?? {};
      const { ties } = this.options;
      const tied = ties === "loss" && isSameScore(valScore, bestSoFar?.score) && loss < bestLoss;
      const better = bestSoFar && (ensemble || classWeights ? loss < bestLoss : valScore > bestSoFar.score || tied);
      const improved = !bestSoFar || better === true;
      if (improved) this.bestSoFar = { epoch, score: valScore, loss, parameters: network.save() };
      schedule?.observe?.(loss);
      const scores = { trainScore, valScore, trainLoss, valLoss: loss };
      return { kind: "epoch", epoch, metric, evaluated: true, ...scores, improved };
    };
    const precisely = (): Promise<EpochEvent> =>
      preciseBatchNorm
        ? withPreciseBatchNorm(network, trainEvaluated, { normalization, batchSize, signal }, measureEpoch)
        : measureEpoch();
    const event = this.isEvaluated(epoch)
      ? await (average ? average.using(precisely) : precisely())
      : notEvaluated(epoch, this.runHistory.metric);
    for (const name of epochSeries) this.runHistory[name]?.push(event[name]);
    this.currentEpoch++;
    this.stepInEpoch = 0;
    this.forgetMark();
    return event;
  }

  /** A copy of everything that the rest of the run depends on; `restore` of an equal Trainer continues from it. */
  state(): TrainerState {
    const { network, random } = this.options;
    const { optimizer, augmentation, schedule, average } = this.parts;
    return {
      epoch: this.currentEpoch,
      stepInEpoch: this.stepInEpoch,
      network: network.save(),
      optimizer: { kind: optimizer.kind, learningRate: optimizer.learningRate, ...copyBuffers(optimizer.state()) },
      random: random.state,
      dropoutRandom: this.dropoutRandom.state,
      augmentationRandom: augmentation?.random.state,
      batches: this.batches.state(),
      history: copyHistory(this.runHistory),
      best: this.bestSoFar,
      schedule: schedule?.state?.(),
      average: average && copyBuffers(average.state()),
    };
  }

  /** Continues from a saved state. Throws SettingsError or ShapeError, with nothing changed, if it belongs to another run. */
  restore(state: TrainerState): void {
    const { network, random, train, epochs, batchSize = 100 } = this.options;
    const { optimizer, augmentation, schedule, average } = this.parts;
    // The order of data in parts is not state
    const [rows, { stepsPerEpoch }] = [train.parts ? 0 : train.labels.length, this];
    checkTrainerState(state, { epochs, stepsPerEpoch, rows, batchSize, optimizer: optimizer.kind });
    checkSame("average of the parameters", state.average, average);
    checkSame("stream for augmentation", state.augmentationRandom, augmentation);
    const streams = [state.random, state.dropoutRandom, state.augmentationRandom ?? random.state];
    for (const stream of streams) RandomState.fromState(stream);
    const before = { network: network.save(), optimizer: copyBuffers(optimizer.state()) };
    try {
      network.load(state.network);
      optimizer.restore(state.optimizer);
      if (state.average) average?.restore(state.average);
    } catch (error) {
      network.load(before.network);
      optimizer.restore(before.optimizer);
      throw error;
    }
    optimizer.learningRate = state.optimizer.learningRate;
    [random.state, this.dropoutRandom.state] = streams;
    if (augmentation) augmentation.random.state = streams[2];
    this.batches.restore(state.batches);
    if (state.schedule) schedule?.restore?.(state.schedule);
    const { metric } = this.runHistory;
    this.runHistory = copyHistory({ ...state.history, metric });
    this.bestSoFar = state.best;
    this.currentEpoch = state.epoch;
    this.stepInEpoch = state.stepInEpoch;
    this.forgetMark();
  }

  /** The state for checkpoints, if all weights are finite; else throws NonFiniteError, which says where it started. */
  verifiedState(): TrainerState {
    if (this.markedAt === this.steps && this.mark) return this.mark;
    const state = this.state();
    if (this.options.guard === false) return state;
    const found = firstNotFinite(state.network);
    if (found) this.findFault(`${found} is not finite`);
    this.mark = state;
    this.markedAt = this.steps;
    return state;
  }

  private isEvaluated(epoch: number): boolean {
    const { epochs, evaluateEvery = 1 } = this.options;
    return (epoch + 1) % evaluateEvery === 0 || epoch + 1 === epochs;
  }

  private forgetMark(): void {
    this.mark = undefined;
    this.markedAt = -Infinity;
  }

  /** Measures the gradients of the next step; undefined in most steps. */
  private traceOfStep(): History["trace"] {
    const { trace } = this.runHistory;
    return trace && this.steps % trace.every === 0 ? trace : undefined;
  }

  /** Whether several processes train together. */
  private get isShared(): boolean {
    return (this.parts.sharding?.ranks.size ?? 1) > 1;
  }

  /** Between two steps: a signal of one process stops all after the next step. */
  private stopTogether(): void {
    const { signal } = this.options;
    const sharding = this.parts.sharding as Sharding;
    if (sharding.stopAgreed) throw new StoppedTogether();
    sharding.stopAsked = signal?.aborted ?? false;
  }

  /** The random source of dropout. */
  private get random(): RandomState {
    return this.parts.sharding?.random ?? this.dropoutRandom;
  }

  private readerOf(all: Int32Array): ReadBatch {
    const { folds } = this.options.train;
    const rows = this.parts.sharding?.rowsOf(all) ?? all;
    return (workspace) => {
      const batch = { ...this.reader.read(rows, workspace), rows, epoch: this.currentEpoch };
      return folds ? { ...batch, folds: Int32Array.from(rows, (row) => folds[row]) } : batch;
    };
  }

  private nextRows(): Int32Array {
    const { optimizer, schedule } = this.parts;
    if (schedule) optimizer.learningRate = schedule.learningRate(this.steps);
    return this.batches.next(this.steps);
  }

  /**
   * Returns to the last good state and repeats the same steps with a check of every layer, until it finds the first number that is not
   * finite. So a normal run only pays for a check of its losses.
   */
  private findFault(symptom: string): never {
    if (this.isShared) {
      const how =
        "train without mpiexec and with the same number of shards, which gives the same bits, to see in which layer it started";
      throw new NonFiniteError(`step ${this.steps}: ${symptom}; ${how}`, { epoch: this.epoch, step: this.steps });
    }
    const { mark, parts, steps: failedAt } = this;
    if (!mark) throw new NonFiniteError(`${symptom} before the first step`, { epoch: this.epoch, step: failedAt });
    const dropped = this.runHistory;
    this.restore(mark);
    for (;;) {
      const state = this.state();
      const rows = this.nextRows().slice();
      parts.sharding?.begin(this.steps);
      const fault = examineStep(parts, this.readerOf(rows), this.random);
      const place = { epoch: state.epoch, step: state.history.loss.length };
      if (fault) {
        const { learningRate } = parts.optimizer;
        this.restore(state);
        const batch = this.readerOf(rows)(parts.network.workspace);
        throw new NonFiniteError(describeFault(fault, place, rows), {
          ...place,
          fault,
          rows,
          state,
          batch,
          learningRate,
        });
      }
      const loss = dropped.loss[this.steps];
      if (loss === undefined) throw new NonFiniteError(`step ${failedAt}: ${symptom}`, { ...place, rows, state });
      const trace = this.traceOfStep();
      trace?.gradientNorm.push(dropped.trace?.gradientNorm[trace.gradientNorm.length] as number);
      trace?.learningRate.push(short(parts.optimizer.learningRate));
      parts.average?.update();
      this.runHistory.loss.push(loss);
      this.stepInEpoch++;
    }
  }
}

function notEvaluated(epoch: number, metric: Metric): EpochEvent {
  const none = Number.NaN;
  const scores = { trainScore: none, valScore: none, trainLoss: none, valLoss: none };
  return { kind: "epoch", epoch, metric, evaluated: false, ...scores, improved: false };
}

/** Rounded to six digits: these numbers are shown, not used in computations. */
const short = (value: number): number => Number(value.toPrecision(6));
