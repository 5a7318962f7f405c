import type { Dataset } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Numbers, Tensor } from "../tensor/tensor.ts";
import { argmax } from "../training/argmax.ts";
import { evaluate, metricOf, predictOutputs } from "../training/evaluate.ts";
import { type FitOptions, type FitResult, fit } from "../training/fit.ts";
import type { Metric } from "../training/history.ts";
import { type ClassificationMetrics, classificationMetrics } from "../training/metrics.ts";
import { type RegressionMetrics, regressionMetrics } from "../training/regressionMetrics.ts";
import type { Best } from "../training/trainerState.ts";
import { networkOf, prepareFit } from "./build.ts";
import { type Comparison, compareByRow } from "./compareByRow.ts";
import { answersOf, type DataSource, testPart } from "./dataSource.ts";
import { type Model, restoreNetwork } from "./model.ts";
import { inUnits } from "./predictTable.ts";
import { linearSettings } from "./prepareData.ts";
import type { TrainSettings } from "./settings.ts";

export type TestMetrics =
  | ({ readonly kind: "classification" } & ClassificationMetrics)
  | ({ readonly kind: "regression" } & RegressionMetrics);

/** Another model on the test rows: its score, and how ours compares with it. */
export interface Baseline {
  readonly score: number;
  readonly comparison: Comparison;
}

/** What the test rows, which are used for nothing else, say of a model. */
export interface Verdict {
  readonly metric: Metric;
  readonly score: number;
  readonly rows: number;
  /** of the best epoch, in the units of the target; for one class a row, or one number */
  readonly metrics?: TestMetrics | undefined;
  /** always the most frequent class of training, or the mean of its targets */
  readonly majority?: (Baseline & { readonly label: string }) | undefined;
  readonly linear?: Baseline | undefined;
}

export interface JudgeOptions extends Pick<FitOptions, "signal"> {
  readonly kernels?: Kernels | undefined;
  /** whether to train a linear model on the same data for as many epochs, and compare */
  readonly baseline?: boolean;
  /** told the outputs for the test rows, so that a report need not compute them again */
  readonly onOutputs?: (tested: { readonly outputs: Tensor; readonly test: Dataset }) => void;
}

/** What `fit` needs to train on a source; of several epochs with the best score the one with the least loss counts. */
export function prepareRun(source: DataSource, settings: TrainSettings, kernels?: Kernels, memory?: number) {
  const { train, validation } = source;
  const normalization = settings.normalization ?? source.normalization;
  return { ...prepareFit(settings, { train, validation, normalization }, kernels, memory), ties: "loss" as const };
}

/** The network of the best epoch, with all that raw rows need to become its inputs. */
export function modelOfRun(
  source: DataSource,
  settings: TrainSettings,
  { parameters }: Pick<Best, "parameters">,
): Model {
  const { labelNames, inputShape } = source.train;
  return {
    network: networkOf(settings, inputShape, { views: true }),
    answers: answersOf(source),
    labelNames,
    normalization: settings.normalization ?? source.normalization,
    ...(source.preprocessing && { preprocessing: source.preprocessing }),
    standIn: source.kind === "stand-in",
    training: { settings, data: source.request },
    parameters,
  };
}

/**
 * Evaluates a model on the test rows: beside always giving the same answer and, with `baseline`, beside a linear model, which is
 * trained here for as many epochs. Throws the reason of an abort.
 */
export async function judge(
  source: DataSource,
  model: Model,
  settings: TrainSettings,
  result: Pick<FitResult, "history">,
  { kernels, signal, baseline = true, onOutputs }: JudgeOptions = {},
): Promise<Verdict> {
  const test = await testPart(source);
  const { normalization } = model;
  const outputsOf = (judged: Model) => predictOutputs(restoreNetwork(judged, kernels), test, { normalization, signal });
  const scorer = scorerFor(source, test);
  if (!scorer) {
    const { metric, score } = await evaluate(restoreNetwork(model, kernels), test, { normalization, signal });
    return { metric, score, rows: test.labels.length };
  }
  const outputs = await outputsOf(model);
  onOutputs?.({ outputs, test });
  const ours = scorer.rows(outputs);
  const beside = (rows: Float64Array): Baseline => ({
    score: scorer.score(rows),
    comparison: compareByRow(ours, rows),
  });
  const { label, rows } = scorer.always(source.train);
  const verdict = {
    metric: metricOf(test),
    score: scorer.score(ours),
    rows: test.labels.length,
    metrics: scorer.metrics(outputs),
    majority: { label, ...beside(rows) },
  };
  if (!baseline) return verdict;
  const simple = linearSettings({ ...settings, epochs: result.history.valScore.length }, source.train);
  const { best } = await fit({ ...prepareRun(source, simple, kernels), signal });
  signal?.throwIfAborted();
  if (!best) throw new SettingsError("training of the linear model ended before its first epoch did");
  return { ...verdict, linear: beside(scorer.rows(await outputsOf(modelOfRun(source, simple, best)))) };
}

interface Scorer {
  /** 1 or 0 for a right or wrong class, −(error)² for a number: what is compared row by row */
  rows(outputs: Tensor): Float64Array;
  /** accuracy or R² */
  score(rows: Float64Array): number;
  metrics(outputs: Tensor): TestMetrics;
  /** the answer that is the same for every row */
  always(train: Dataset): { readonly label: string; readonly rows: Float64Array };
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value / values.length, 0);

function scorerFor(source: DataSource, test: Dataset): Scorer | undefined {
  const { targets } = test;
  if (!targets) return classScorer(test);
  return targets.kind === "numbers" && targets.width === 1 ? numberScorer(source, targets.values) : undefined;
}

function classScorer({ labels, labelNames }: Dataset): Scorer {
  return {
    rows: ({ data, shape }) =>
      Float64Array.from(labels, (label, row) => (argmax(data, row * shape[1], shape[1]) === label ? 1 : 0)),
    score: mean,
    metrics: (outputs) => ({ kind: "classification", ...classificationMetrics(outputs, labels, { labelNames }) }),
    always(train) {
      const counts = labelNames.map(() => 0);
      for (const label of train.labels) counts[label]++;
      const most = argmax(Float64Array.from(counts));
      return { label: labelNames[most], rows: Float64Array.from(labels, (label) => (label === most ? 1 : 0)) };
    },
  };
}

function numberScorer({ preprocessing }: DataSource, values: Numbers): Scorer {
  const wanted = Float64Array.from(values);
  const centre = mean(wanted);
  const spread = mean(wanted.map((value) => (value - centre) ** 2));
  const units = (numbers: Numbers) => (preprocessing ? inUnits(preprocessing, numbers) : numbers);
  return {
    rows: ({ data }) => Float64Array.from(wanted, (value, row) => -((data[row] - value) ** 2)),
    score: (rows) => 1 + mean(rows) / spread,
    metrics: (outputs) => ({ kind: "regression", ...regressionMetrics(units(outputs.data), units(wanted)) }),
    always({ targets }) {
      const middle = mean(targets?.values ?? []);
      const label = String(Number(units(Float64Array.of(middle))[0].toPrecision(4)));
      return { label, rows: wanted.map((value) => -((value - middle) ** 2)) };
    },
  };
}
