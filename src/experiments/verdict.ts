import type { Dataset } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Numbers, Tensor } from "../tensor/tensor.ts";
import { argmax } from "../training/argmax.ts";
import { predictOutputs } from "../training/evaluate.ts";
import { type FitOptions, type FitResult, fit } from "../training/fit.ts";
import {
  type ClassificationMetrics,
  classificationMetrics,
  type RegressionMetrics,
  regressionMetrics,
} from "../training/metrics.ts";
import type { Best } from "../training/trainerState.ts";
import { prepareFit } from "./build.ts";
import { type Comparison, compareByRow } from "./compareByRow.ts";
import { type Model, restoreNetwork } from "./model.ts";
import { inUnits } from "./predictTable.ts";
import type { TrainSettings } from "./settings.ts";
import { linearSettings, type OwnTask } from "./task.ts";

export type OwnMetrics =
  | ({ readonly kind: "classification" } & ClassificationMetrics)
  | ({ readonly kind: "regression" } & RegressionMetrics);

/** A competitor on the test rows: its score (accuracy or R²), and how ours compares with it. */
export interface Rival {
  readonly score: number;
  readonly comparison: Comparison;
}

export interface OwnResult {
  readonly model: Model;
  readonly settings: TrainSettings;
  readonly result: FitResult;
  /** of the best epoch, on the test rows, in the units of the target */
  readonly metrics: OwnMetrics;
  /** accuracy or R² on the test rows */
  readonly score: number;
  /** always the most frequent class of training, or the mean of its targets */
  readonly majority: Rival & { readonly label: string };
  readonly linear: Rival;
}

export interface JudgeOptions extends Pick<FitOptions, "signal"> {
  readonly kernels?: Kernels;
}

export interface FitOwnOptions extends JudgeOptions, Pick<FitOptions, "onStep" | "onEpoch"> {}

/**
 * Trains a network on the task, and a linear model beside it; the epoch with the best validation score counts, and the test rows, which
 * had no part in it, judge both against always saying the most frequent class (or the mean). An abort ends the training
 * early and judges what there is; before the end of the first epoch its reason is thrown.
 */
export async function fitOwn(task: OwnTask, settings: TrainSettings, options: FitOwnOptions = {}): Promise<OwnResult> {
  const { kernels, signal, onStep, onEpoch } = options;
  const result = await fit({ ...prepareOwn(task, settings, kernels), signal, onStep, onEpoch });
  if (!result.best) throw signal?.reason ?? new SettingsError("training ended before its first epoch did");
  return judgeOwn(task, ownModel(task, settings, result.best), result, { kernels });
}

/** What `fit` needs to train on a task; of several epochs with the best score the one with the least loss counts. */
export function prepareOwn({ splits, normalization }: OwnTask, settings: TrainSettings, kernels?: Kernels): FitOptions {
  const { train, validation } = splits;
  return { ...prepareFit(settings, { train, validation, normalization }, kernels), ties: "loss" };
}

/** The network of the best epoch, with all that raw rows need to become its inputs. */
export function ownModel(task: OwnTask, settings: TrainSettings, { parameters }: Pick<Best, "parameters">): Model {
  const { labelNames, inputShape } = task.splits.train;
  return {
    ...{ settings, normalization: task.normalization, labelNames, inputShape, standIn: false },
    ...(task.preprocessing && { preprocessing: task.preprocessing }),
    parameters,
  };
}

/**
 * The verdict of the test rows on a model that was trained on the task: beside a linear model, which is trained here for as many
 * epochs, and beside always saying the same. Throws the reason of an abort.
 */
export async function judgeOwn(
  task: OwnTask,
  model: Model,
  result: FitResult,
  { kernels, signal }: JudgeOptions = {},
): Promise<OwnResult> {
  const { train, test } = task.splits;
  const { settings } = model;
  const outputsOf = (parameters: Model["parameters"], chosen: TrainSettings) => {
    const network = restoreNetwork({ ...model, settings: chosen, parameters }, kernels);
    return predictOutputs(network, test, { normalization: task.normalization, signal });
  };
  const simple = linearSettings({ ...settings, epochs: result.history.valAccuracy.length });
  const { best } = await fit({ ...prepareOwn(task, simple, kernels), signal });
  signal?.throwIfAborted();
  if (!best) throw new SettingsError("training of the linear model ended before its first epoch did");
  const outputs = await outputsOf(model.parameters, settings);
  const judge = scorer(task, test);
  const mine = judge.rows(outputs);
  const rival = (rows: Float64Array, score: number): Rival => ({ score, comparison: compareByRow(mine, rows) });
  const always = judge.always(train);
  const straight = judge.rows(await outputsOf(best.parameters, simple));
  return {
    ...{ model, settings, result },
    metrics: judge.metrics(outputs),
    score: judge.score(mine),
    majority: { ...rival(always.rows, judge.score(always.rows)), label: always.label },
    linear: rival(straight, judge.score(straight)),
  };
}

/** Scores a row by 1 or 0, or by −(error)²: what is compared row by row, and summed up to accuracy or R². */
function scorer(task: OwnTask, test: Dataset) {
  const { labels, targets, labelNames } = test;
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value / values.length, 0);
  if (task.kind === "classification") {
    return {
      rows: ({ data, shape }: Tensor) =>
        Float64Array.from(labels, (label, row) => (argmax(data, row * shape[1], shape[1]) === label ? 1 : 0)),
      score: (rows: Float64Array) => mean(rows),
      metrics: (outputs: Tensor): OwnMetrics => {
        return { kind: "classification", ...classificationMetrics(outputs, labels, { labelNames }) };
      },
      always(train: Dataset) {
        const counts = labelNames.map(() => 0);
        for (const label of train.labels) counts[label]++;
        const most = argmax(Float64Array.from(counts));
        return { label: labelNames[most], rows: Float64Array.from(labels, (label) => (label === most ? 1 : 0)) };
      },
    };
  }
  const wanted = Float64Array.from(targets ?? []);
  const centre = mean(wanted);
  const spread = mean(wanted.map((value) => (value - centre) ** 2));
  const { preprocessing } = task;
  const units = (values: Numbers) => (preprocessing ? inUnits(preprocessing, values) : values);
  return {
    rows: ({ data }: Tensor) => Float64Array.from(wanted, (value, row) => -((data[row] - value) ** 2)),
    score: (rows: Float64Array) => 1 + mean(rows) / spread,
    metrics: (outputs: Tensor): OwnMetrics => {
      return { kind: "regression", ...regressionMetrics(units(outputs.data), units(wanted)) };
    },
    // Targets are standardized by the training rows, whose mean so is 0
    always: (_: Dataset) => ({
      label: String(Number(units(Float64Array.of(0))[0].toPrecision(4))),
      rows: wanted.map((value) => -(value ** 2)),
    }),
  };
}
