import { firstRows } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { Views } from "../layers/views.ts";
import { evaluate } from "../training/evaluate.ts";
import type { FitOptions } from "../training/fitOptions.ts";
import { Trainer } from "../training/trainer.ts";
import type { DataSource } from "./dataSource.ts";
import type { TrainSettings } from "./settings.ts";
import { prepareRun } from "./verdict.ts";

export interface TimeBudget extends Pick<FitOptions, "signal"> {
  readonly minutes: number;
  readonly kernels?: Kernels | undefined;
  /** milliseconds that only ever grow */
  readonly now: () => number;
  /** bytes of memory that parameters may take */
  readonly memory?: number | undefined;
}

export interface MeasuredEpochs {
  /** as many as fit, at least 1 */
  readonly epochs: number;
  readonly secondsPerStep: number;
  /** with the scores after it */
  readonly secondsPerEpoch: number;
}

/** The first steps are slower: memory is allocated and code compiled. */
const warmUp = 3;
const [enoughSteps, shortest, longest] = [30, 500, 4000];
const evaluatedRows = 1000;

/**
 * How many epochs of a training fit into a number of minutes, with the scores after each of them and those on the test rows at the end. Makes some steps
 * with a network of its own, for a few seconds, and changes nothing. The number belongs into the settings of the run, so that the run can be resumed and
 * repeated; it depends on the machine and on what else that does.
 */
export async function epochsWithin(
  source: DataSource,
  settings: TrainSettings,
  { minutes, kernels, now, memory, signal }: TimeBudget,
): Promise<MeasuredEpochs> {
  const started = now();
  const prepared = prepareRun(source, { ...settings, epochs: 1 }, kernels, memory);
  const trainer = new Trainer({ ...prepared, signal });
  const steps: number[] = [];
  let spent = 0;
  while (steps.length === 0 || (spent < longest && (steps.length < enoughSteps || spent < shortest))) {
    signal?.throwIfAborted();
    const before = now();
    trainer.step();
    const took = now() - before;
    spent += took;
    if (trainer.steps > warmUp) steps.push(took);
  }
  const secondsPerStep = median(steps) / 1000;
  const { validation, normalization } = prepared;
  const some = firstRows(validation, evaluatedRows);
  const before = now();
  await evaluate(prepared.network, some, { normalization, batchSize: settings.batchSize, signal });
  const secondsPerRow = (now() - before) / 1000 / some.labels.length;
  const scored = (prepared.trainJudged ?? prepared.train).labels.length + validation.labels.length;
  const secondsPerEpoch = secondsPerStep * trainer.stepsPerEpoch + secondsPerRow * scored;
  const views = settings.views ? new Views(source.train.inputShape, settings.views).count : 1;
  // A part that is not yet read is about as large
  const { labels: test } = typeof source.test === "function" ? validation : source.test;
  const left = 60 * minutes - secondsPerRow * views * test.length - (now() - started) / 1000;
  return { epochs: Math.max(1, Math.floor(left / secondsPerEpoch)), secondsPerStep, secondsPerEpoch };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
