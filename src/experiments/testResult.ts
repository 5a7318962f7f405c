import type { Dataset } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluate, predictOutputs } from "../training/evaluate.ts";
import { type FitOptions, type FitResult, fit } from "../training/fit.ts";
import type { Metric } from "../training/history.ts";
import type { Interval } from "../training/intervals.ts";
import type { Best } from "../training/trainerState.ts";
import { hasEnsemble, networkOf, prepareFit } from "./build.ts";
import { type Comparison, compareByRow } from "./compareByRow.ts";
import { answersOf, type DataSource, testPart } from "./dataSource.ts";
import { linearModel } from "./linearBaseline.ts";
import { type Model, restoreNetwork } from "./model.ts";
import { linearSettings } from "./prepareData.ts";
import type { TrainSettings } from "./settings.ts";
import { scorerFor, type TestMetrics } from "./testScores.ts";

/** Another model on the test rows: its score, and its comparison with the network. */
export interface Baseline {
  readonly score: number;
  /** 95 % */
  readonly interval: Interval;
  readonly comparison: Comparison;
}

/** The results of a model on the test rows, which are used for nothing else. */
export interface TestResult {
  readonly metric: Metric;
  readonly score: number;
  readonly rows: number;
  /** a 95 % interval of the score, if there are `metrics` */
  readonly interval?: Interval | undefined;
  /** of the best epoch, in the units of the target; for one class a row, or one number */
  readonly metrics?: TestMetrics | undefined;
  /** always the most frequent class of training, or the mean of its targets */
  readonly majority?: (Baseline & { readonly label: string }) | undefined;
  readonly linear?: Baseline | undefined;
}

export interface EvaluateOnTestOptions extends Pick<FitOptions, "signal"> {
  readonly kernels?: Kernels | undefined;
  /** whether to fit a linear model on the same rows, and compare */
  readonly baseline?: boolean;
  /** called with the outputs for the test rows, so that a report does not compute them again */
  readonly onOutputs?: (tested: { readonly outputs: Tensor; readonly test: Dataset }) => void;
  /** called with the outputs of the linear model */
  readonly onLinearOutputs?: (outputs: Tensor) => void;
}

/** The options of `fit` to train on a source; of several epochs with the best score, the one with the least loss is the best. */
export function prepareRun(source: DataSource, settings: TrainSettings, kernels?: Kernels, memory?: number) {
  const { train, validation, teacher, preprocessing } = source;
  const normalization = settings.normalization ?? source.normalization;
  if (train.folds && !hasEnsemble(settings)) {
    throw new SettingsError(
      `layers: expected an ensemble, because ${train.name} is validated fold by fold, found a plain network; open the data without folds`,
    );
  }
  return {
    ...prepareFit(settings, { train, validation, normalization, teacher, preprocessing }, kernels, memory),
    ties: "loss" as const,
  };
}

/** The network of the best epoch, with the encoding of raw rows. */
export function modelOfRun(
  source: DataSource,
  settings: TrainSettings,
  { parameters }: Pick<Best, "parameters">,
): Model {
  const { labelNames, inputShape } = source.train;
  return {
    network: networkOf(settings, inputShape, { testTimeAugmentation: true }),
    answers: answersOf(source),
    labelNames,
    normalization: settings.normalization ?? source.normalization,
    ...(source.preprocessing && { preprocessing: source.preprocessing }),
    standIn: source.kind === "stand-in",
    training: { settings, data: source.request },
    parameters,
  };
}

/** The outputs of a model for test rows. Throws the reason of an abort. */
export function predictTest(
  model: Model,
  test: Dataset,
  { kernels, signal }: Pick<EvaluateOnTestOptions, "kernels" | "signal"> = {},
): Promise<Tensor> {
  const { normalization } = model;
  return predictOutputs(restoreNetwork(model, kernels), test, { normalization, signal });
}

/** The test result of a finished training; undefined if the training was stopped, or `signal` stops the evaluation. Throws as `evaluateOnTest`. */
export async function evaluateFinished(
  source: DataSource,
  settings: TrainSettings,
  { model, result }: { readonly model: Model | undefined; readonly result: Pick<FitResult, "history" | "stopped"> },
  options: EvaluateOnTestOptions,
): Promise<TestResult | undefined> {
  if (!model || result.stopped) return undefined;
  try {
    return await evaluateOnTest(source, model, settings, result, options);
  } catch (error) {
    if (!options.signal?.aborted || error !== options.signal.reason) throw error;
    return undefined;
  }
}

/**
 * Evaluates a model on the test rows and compares it with a constant prediction and, with `baseline`, with a linear model, which is solved
 * here, or trained for as many epochs if the data is too large. With data in parts, the other processes call `predictTest` meanwhile.
 * Throws the reason of an abort.
 */
export async function evaluateOnTest(
  source: DataSource,
  model: Model,
  settings: TrainSettings,
  result: Pick<FitResult, "history">,
  { kernels, signal, baseline = true, onOutputs, onLinearOutputs }: EvaluateOnTestOptions = {},
): Promise<TestResult> {
  const test = await testPart(source);
  const { normalization } = model;
  const outputsOf = (evaluated: Model) => predictTest(evaluated, test, { kernels, signal });
  const scorer = scorerFor(test, source);
  if (!scorer) {
    const { metric, score } = await evaluate(restoreNetwork(model, kernels), test, { normalization, signal });
    return { metric, score, rows: test.labels.length };
  }
  const outputs = await outputsOf(model);
  onOutputs?.({ outputs, test });
  const ours = scorer.rows(outputs);
  const beside = (rows: Float64Array): Baseline => ({
    score: scorer.score(rows),
    interval: scorer.interval(rows),
    comparison: compareByRow(ours, rows, scorer),
  });
  const { label, rows } = scorer.always(source.train);
  if (baseline && source.train.parts)
    throw new SettingsError(
      "baseline: expected none, because the rows are read in parts and a linear model needs all of them",
    );
  const testResult = {
    ...scorer.scores(outputs),
    majority: { label, ...beside(rows) },
  };
  if (!baseline) return testResult;
  const besideLinear = async (linear: Model): Promise<Baseline> => {
    const answers = await outputsOf(linear);
    onLinearOutputs?.(answers);
    return beside(scorer.rows(answers));
  };
  const solved = linearModel(model, source.train, kernels);
  if (solved) return { ...testResult, linear: await besideLinear(solved) };
  const simple = linearSettings({ ...settings, epochs: result.history.valScore.length }, source.train);
  const { best } = await fit({ ...prepareRun(source, simple, kernels), signal });
  signal?.throwIfAborted();
  if (!best) throw new SettingsError("training of the linear model ended before its first epoch did");
  return { ...testResult, linear: await besideLinear(modelOfRun(source, simple, best)) };
}
