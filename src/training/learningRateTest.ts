import { log } from "../mathematics/logarithm.ts";
import { pow } from "../mathematics/power.ts";
import type { FitOptions, LearningRates } from "./fitOptions.ts";
import { Trainer } from "./trainer.ts";
import { yieldsToEvents } from "./yieldToEvents.ts";

export interface LearningRateTestOptions {
  /** the learning rates of the first and the last step */
  readonly from?: number;
  readonly to?: number;
  readonly steps?: number;
  readonly onStep?: (step: number) => void;
}

/** The results of a learning-rate range test; a value for each step. */
export interface LearningRateTest {
  readonly rates: readonly number[];
  readonly loss: readonly number[];
  /** the exponential moving average of the loss, corrected for its start */
  readonly smoothed: readonly number[];
  /** whether the loss grew beyond bounds, which ends the test */
  readonly diverged: boolean;
  /** at which the smoothed loss falls fastest per decade, and a tenth of that at which it is least; undefined if it never falls */
  readonly steepest: number | undefined;
  readonly tenthOfMinimum: number | undefined;
  /** the suggested learning rate: a tenth of the minimum's, because the steepest place moves with the noise of the batches */
  readonly suggestion: number | undefined;
}

const [smoothing, divergence, settled] = [0.95, 4, 10];

/**
 * The learning-rate range test: a few hundred steps with learning rates that grow exponentially, until the smoothed loss is four times
 * its minimum. Smith 2017, arXiv:1506.01186; the suggestions are those of fastai's learning-rate finder (Howard & Gugger 2020,
 * arXiv:2002.04688). Afterwards the network, its optimizer and the random streams are as before. Throws the reason of an abort.
 */
export async function testLearningRates(
  options: FitOptions,
  { from = 1e-6, to = 10, steps = 200, onStep }: LearningRateTestOptions = {},
): Promise<LearningRateTest> {
  const { signal, resume: _resume, checkpoint: _checkpoint, patience: _patience, average: _average, ...rest } = options;
  const rateOf = (step: number) => from * pow(to / from, step / Math.max(1, steps - 1));
  const schedule: LearningRates = { learningRate: rateOf };
  // A loss that is not finite is a result here, not a fault
  const trainer = new Trainer({ ...rest, schedule, guard: false, onStep: undefined, onEpoch: undefined });
  const before = trainer.state();
  const yieldToEvents = yieldsToEvents();
  const rates: number[] = [];
  const loss: number[] = [];
  const smoothed: number[] = [];
  let [average, least, diverged] = [0, Infinity, false];
  try {
    for (let step = 0; step < steps && !diverged; step++) {
      await yieldToEvents();
      signal?.throwIfAborted();
      const { loss: value } = trainer.step();
      average = smoothing * average + (1 - smoothing) * value;
      const corrected = average / (1 - pow(smoothing, step + 1));
      diverged = !Number.isFinite(value) || (step >= settled && corrected > divergence * least);
      if (!Number.isFinite(value)) break;
      rates.push(rateOf(step));
      loss.push(value);
      smoothed.push(corrected);
      if (step >= settled) least = Math.min(least, corrected);
      onStep?.(step + 1);
    }
  } finally {
    trainer.restore(before);
  }
  return { rates, loss, smoothed, diverged, ...suggest(rates, smoothed) };
}

/** The rules for a suggestion. The first steps, in which the average settles, do not count. */
export function suggest(
  rates: readonly number[],
  smoothed: readonly number[],
): Pick<LearningRateTest, "steepest" | "tenthOfMinimum" | "suggestion"> {
  const none = { steepest: undefined, tenthOfMinimum: undefined, suggestion: undefined };
  if (rates.length <= settled + 1) return none;
  let lowest = settled;
  for (let i = settled; i < smoothed.length; i++) if (smoothed[i] < smoothed[lowest]) lowest = i;
  let [steepest, slope] = [-1, 0];
  for (let i = settled; i <= lowest; i++) {
    const fall = slopeAround(i, rates, smoothed);
    if (fall < slope) [steepest, slope] = [i, fall];
  }
  if (steepest < 0) return none;
  const tenthOfMinimum = rates[lowest] / 10;
  return { steepest: rates[steepest], tenthOfMinimum, suggestion: tenthOfMinimum };
}

/** The slope of a straight line, by least squares, through the losses within half a decade of a learning rate. */
function slopeAround(at: number, rates: readonly number[], smoothed: readonly number[]): number {
  let [count, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  for (let i = settled; i < rates.length; i++) {
    const x = log(rates[i] / rates[at]) / Math.LN10;
    if (Math.abs(x) > 0.5) continue;
    count++;
    sumX += x;
    sumY += smoothed[i];
    sumXX += x * x;
    sumXY += x * smoothed[i];
  }
  const spread = count * sumXX - sumX ** 2;
  return spread > 0 ? (count * sumXY - sumX * sumY) / spread : 0;
}
