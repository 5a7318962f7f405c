import type { BatchesState } from "../data/batches.ts";
import type { RandomStateData } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Numbers, Tensor } from "../tensor/tensor.ts";
import { epochSeries, type History, type StepTrace, wasEvaluated } from "./history.ts";

/** The parameters with the best validation score so far; never changed, only replaced. */
export interface Best {
  readonly epoch: number;
  /** of validation: accuracy or R² */
  readonly score: number;
  /** of validation, which chooses among equal scores; older checkpoints lack it */
  readonly loss?: number | undefined;
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/** The state of an optimizer, or of an average of parameters. */
export interface BufferState {
  readonly step: number;
  readonly buffers: Readonly<Record<string, Numbers>>;
}

/**
 * Everything that the rest of a run depends on, besides its settings and data, as plain data: a run that continues from it makes the same
 * steps, bit for bit.
 */
export interface TrainerState {
  /** the current epoch, from 0 */
  readonly epoch: number;
  /** steps done in it; when all are, its scores are due */
  readonly stepInEpoch: number;
  /** parameters and buffers by name */
  readonly network: Readonly<Record<string, Tensor>>;
  readonly optimizer: BufferState & { readonly kind: string; readonly learningRate: number };
  readonly random: RandomStateData;
  readonly dropoutRandom: RandomStateData;
  readonly augmentationRandom: RandomStateData | undefined;
  readonly batches: BatchesState;
  readonly history: History;
  readonly best: Best | undefined;
  readonly schedule: Readonly<Record<string, number>> | undefined;
  readonly average: BufferState | undefined;
}

/** The run that continues from a state, which the state must fit. */
export interface RunShape {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly rows: number;
  readonly batchSize: number;
  readonly optimizer: string;
}

/** Throws SettingsError that names the field unless the state belongs to such a run. Nothing in a file is trusted. */
export function checkTrainerState(state: TrainerState, run: RunShape): void {
  const { epoch, stepInEpoch, history, batches, best, optimizer } = state;
  const expect = (field: string, wanted: string, got: unknown, fits: boolean): void => {
    if (!fits) throw new SettingsError(`the saved state does not fit this run: ${field} must be ${wanted}, got ${got}`);
  };
  const whole = (field: string, value: number, minimum: number, maximum: number): void =>
    expect(
      field,
      `a whole number ${minimum} … ${maximum}`,
      value,
      Number.isInteger(value) && value >= minimum && value <= maximum,
    );
  whole("epoch", epoch, 0, run.epochs);
  whole("stepInEpoch", stepInEpoch, 0, epoch === run.epochs ? 0 : run.stepsPerEpoch);
  const steps = epoch * run.stepsPerEpoch + stepInEpoch;
  expect("history.loss", `of length ${steps}`, history.loss.length, history.loss.length === steps);
  for (const name of epochSeries) {
    const found = history[name]?.length ?? epoch;
    expect(`history.${name}`, `of length ${epoch}`, found, found === epoch);
  }
  for (const name of history.trace ? (["gradientNorm", "learningRate"] as const) : []) {
    const { every, [name]: values } = history.trace as StepTrace;
    const wanted = Math.ceil(steps / every);
    expect(`history.trace.${name}`, `of length ${wanted}`, values.length, values.length === wanted);
  }
  if (best) whole("best.epoch", best.epoch, 0, epoch - 1);
  const evaluated = history.valScore.some((_, each) => wasEvaluated(history, each));
  expect("best", "there after the first scores", best, best ? epoch > 0 : !evaluated);
  expect("optimizer.kind", run.optimizer, optimizer.kind, optimizer.kind === run.optimizer);
  whole("optimizer.step", optimizer.step, 0, Number.MAX_SAFE_INTEGER);
  expect("optimizer.learningRate", "a number of at least 0", optimizer.learningRate, optimizer.learningRate >= 0);
  checkOrder(batches, run, expect);
}

/** Row numbers are passed to kernels unchecked, so each must occur exactly once. */
function checkOrder(
  { order, position }: BatchesState,
  { rows, batchSize }: RunShape,
  expect: (field: string, wanted: string, got: unknown, fits: boolean) => void,
): void {
  expect("batches.order", `of ${rows} rows`, order.length, order.length === rows);
  const fits = Number.isInteger(position) && position >= 0 && position <= rows && position % batchSize === 0;
  expect("batches.position", `a multiple of ${batchSize} up to ${rows}`, position, fits);
  const seen = new Uint8Array(rows);
  for (const row of order) {
    expect("batches.order", `the rows 0 … ${rows - 1}, each once`, row, row >= 0 && row < rows && seen[row] === 0);
    seen[row] = 1;
  }
}

/** Throws SettingsError if only one of the saved state and this run has a part. */
export function checkSame(what: string, saved: unknown, own: unknown): void {
  if ((saved === undefined) === (own === undefined)) return;
  throw new SettingsError(
    `the saved state ${saved ? "has" : "lacks"} a ${what}, this run ${own ? "has one" : "does not"}`,
  );
}

/** A copy that later steps do not change. */
export function copyBuffers({ step, buffers }: BufferState): BufferState {
  return { step, buffers: Object.fromEntries(Object.entries(buffers).map(([name, data]) => [name, data.slice()])) };
}
