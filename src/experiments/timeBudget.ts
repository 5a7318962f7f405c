import { firstRows } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { TestTimeAugmentation } from "../layers/testTimeAugmentation.ts";
import { evaluate } from "../training/evaluate.ts";
import type { FitOptions } from "../training/fitOptions.ts";
import { Trainer } from "../training/trainer.ts";
import { hasEnsemble } from "./build.ts";
import type { DataSource } from "./dataSource.ts";
import type { TrainSettings } from "./settings.ts";
import { prepareRun } from "./testResult.ts";

export interface TimeBudget extends Pick<FitOptions, "signal"> {
  readonly minutes: number;
  readonly kernels?: Kernels | undefined;
  /** milliseconds of a clock that never goes back */
  readonly now: () => number;
  /** the time of `now` from which the minutes count (default: from the call) */
  readonly since?: number | undefined;
  /** bytes of memory that parameters may take */
  readonly memory?: number | undefined;
}

export interface MeasuredEpochs {
  /** the number of epochs that fit, at least 1 */
  readonly epochs: number;
  /** that of the settings, if given; else a number with which the scores take about 2 % of the time, or are measured four times */
  readonly evaluateEvery: number;
  readonly secondsPerStep: number;
  /** with its share of the scores */
  readonly secondsPerEpoch: number;
}

/** The first steps are slower: memory is allocated and code compiled. */
const warmUp = 3;
const [enoughSteps, shortest] = [30, 500];
/** The time for measuring in milliseconds: this share of the time, within bounds. */
const longest = (minutes: number) => Math.min(6000, Math.max(1500, 60_000 * minutes * 0.01));
/** The share of the time for what a few steps do not show: checkpoints, and a processor that becomes slower when it is warm. */
const reserved = 0.05;
const [evaluatedShare, leastEvaluations] = [0.02, 4];
const evaluatedRows = 1000;

/**
 * The number of epochs of a training that fit into a number of minutes, with the scores after them and those on the test rows at the end. Makes
 * some steps with a separate network, for a few seconds, and changes nothing. Store both numbers in the settings of the run, so that the run can
 * be resumed and repeated; they depend on the machine and its load.
 */
export async function epochsWithin(
  source: DataSource,
  settings: TrainSettings,
  { minutes, kernels, now, since, memory, signal }: TimeBudget,
): Promise<MeasuredEpochs> {
  const started = now();
  const prepared = prepareRun(source, { ...settings, epochs: 1 }, kernels, memory);
  const preparing = now() - started;
  const trainer = new Trainer({ ...prepared, signal });
  const steps: number[] = [];
  let spent = 0;
  while (steps.length === 0 || (spent < longest(minutes) && (steps.length < enoughSteps || spent < shortest))) {
    signal?.throwIfAborted();
    const before = now();
    trainer.step();
    const took = now() - before;
    spent += took;
    if (trainer.steps > warmUp) steps.push(took);
  }
  const secondsPerStep = mean(steps) / 1000;
  const { validation, normalization } = prepared;
  const some = firstRows(validation, evaluatedRows);
  const before = now();
  await evaluate(prepared.network, some, { normalization, batchSize: settings.batchSize, signal });
  const secondsPerRow = (now() - before) / 1000 / some.labels.length;
  const passes = settings.preciseBatchNorm ? 2 : 1;
  const scored = passes * (prepared.trainEvaluated ?? prepared.train).labels.length + validation.labels.length;
  const views = settings.testTimeAugmentation
    ? new TestTimeAugmentation(source.train.inputShape, settings.testTimeAugmentation).count
    : 1;
  // A part that is not read yet is assumed to be about as large
  const { labels: test } = typeof source.test === "function" ? validation : source.test;
  const [passed, ending] = [(now() - (since ?? started) + preparing) / 1000, secondsPerRow * views * test.length];
  const left = (1 - reserved) * (60 * minutes - passed - ending);
  const [training, scores] = [secondsPerStep * trainer.stepsPerEpoch, secondsPerRow * scored];
  const evaluateEvery = intervalOfScores(settings, { training, scores, left });
  const secondsPerEpoch = training + scores / evaluateEvery;
  let epochs = Math.max(1, Math.floor(left / secondsPerEpoch));
  // The scores after the last epoch may be more than its share
  while (epochs > 1 && epochs * training + Math.ceil(epochs / evaluateEvery) * scores > left) epochs--;
  return { epochs, evaluateEvery, secondsPerStep, secondsPerEpoch };
}

/** If another part of training needs the scores of each epoch, they are measured after each. */
function intervalOfScores(
  settings: TrainSettings,
  { training, scores, left }: { readonly training: number; readonly scores: number; readonly left: number },
): number {
  const { evaluateEvery, patience, schedule } = settings;
  if (evaluateEvery !== undefined) return evaluateEvery;
  if (patience !== undefined || schedule.kind === "plateau" || hasEnsemble(settings)) return 1;
  const wanted = Math.ceil(scores / (evaluatedShare * training));
  const epochs = left / (training + scores / wanted);
  return Math.max(1, Math.min(wanted, Math.floor(epochs / leastEvaluations)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
