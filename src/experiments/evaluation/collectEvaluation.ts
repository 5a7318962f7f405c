import type { Dataset } from "../../data/dataset.ts";
import type { Table } from "../../data/table.ts";
import { encodeFeatures, encodeTarget } from "../../data/tablePreprocessing.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Sequential } from "../../layers/sequential.ts";
import { softmax } from "../../losses/crossEntropy.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { argmax } from "../../training/argmax.ts";
import { evaluate } from "../../training/evaluate.ts";
import { conclusionOf } from "../conclusion.ts";
import type { DataSource } from "../dataSource.ts";
import { type Model, restoreNetwork } from "../model.ts";
import { inUnits } from "../predictTable.ts";
import type { Baseline, TestResult } from "../testResult.ts";
import { classificationSummary } from "./classificationSummary.ts";
import { describeMistakes, largest, mistakesShown, type RankedRow } from "./mistakes.ts";
import { permutationImportance } from "./permutationImportance.ts";
import { regressionSummary } from "./regressionSummary.ts";
import type { Importance, RunEvaluation, TestEvaluation } from "./runEvaluation.ts";
import { weightImages } from "./weightImages.ts";

export interface CollectOptions {
  readonly kernels?: Kernels | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The outputs of a model for its test rows, and the rows. */
export interface TestOutputs {
  readonly outputs: Tensor;
  readonly test: Dataset;
}

/** The part of a report about a model on the test rows, and about its first layer. Throws the reason of an abort. */
export async function collectEvaluation(
  source: DataSource,
  model: Model,
  testResult: TestResult,
  tested: TestOutputs | undefined,
  options: CollectOptions = {},
): Promise<Pick<RunEvaluation, "test" | "weights" | "parameters" | "summary">> {
  const network = restoreNetwork(model, options.kernels);
  const { inputShape } = model.network;
  const weights = weightImages(network, inputShape);
  return {
    test: await testEvaluation(source, model, network, testResult, tested, options),
    ...(weights && { weights }),
    parameters: network.values.length,
    summary: network.summary(inputShape),
  };
}

async function testEvaluation(
  source: DataSource,
  model: Model,
  network: Sequential,
  testResult: TestResult,
  tested: TestOutputs | undefined,
  options: CollectOptions,
): Promise<TestEvaluation> {
  const { rows, metrics } = testResult;
  const plain = scoresOf(testResult);
  if (!metrics || !tested) return plain;
  const importance = await importanceOf(source, model, network, options);
  const order = importance?.drops.map(({ name }) => name) ?? [];
  const columns = [...new Set([...order, ...(source.preprocessing?.features.map(({ name }) => name) ?? [])])];
  if (metrics.kind === "classification") {
    const { outputs, test } = tested;
    const p = Float64Array.from(softmax(outputs).data);
    const { ranked, wrong } = confidentMistakes(p, test);
    return {
      ...plain,
      classification: classificationSummary(metrics, p, test),
      ...(importance && { importance }),
      mistakes: describeMistakes(source, test, ranked, { wrong, columns }),
    };
  }
  const { outputs, test } = tested;
  const units = (values: ArrayLike<number>): Float64Array =>
    source.preprocessing ? inUnits(source.preprocessing, Float64Array.from(values)) : Float64Array.from(values);
  const [predicted, truth] = [units(outputs.data), units(test.targets?.values ?? [])];
  const errors = Float64Array.from(truth, (value, row) => Math.abs(predicted[row] - value));
  const ranked = largest(errors, mistakesShown(test)).map((row): RankedRow => {
    const show = (value: number) => String(Number(value.toPrecision(6)));
    return { row, truth: show(truth[row]), predicted: show(predicted[row]), certainty: predicted[row] - truth[row] };
  });
  return {
    ...plain,
    regression: regressionSummary(test.labelNames[0], metrics, truth, predicted),
    ...(importance && { importance }),
    mistakes: describeMistakes(source, test, ranked, { wrong: rows, columns }),
  };
}

/** The scores of a test result, and its conclusion. */
export function scoresOf(
  testResult: TestResult,
): Pick<TestEvaluation, "rows" | "metric" | "score" | "interval" | "verdict" | "judgement" | "baselines"> {
  const { metric, score, interval, rows } = testResult;
  const inWords = conclusionOf(testResult);
  return {
    ...{ rows, metric, score, baselines: baselinesOf(testResult) },
    ...(interval && { interval: [...interval] as [number, number] }),
    ...(inWords && { verdict: inWords.text, judgement: inWords.kind }),
  };
}

/** Rows with a wrong prediction, those with the highest probability of the wrong class first. */
function confidentMistakes(p: Float64Array, { labels, labelNames }: Dataset) {
  const classes = labelNames.length;
  let wrong = 0;
  const given = Int32Array.from(labels, (_, row) => argmax(p, row * classes, classes));
  const certainty = Float64Array.from(labels, (label, row) => {
    if (given[row] === label) return Number.NaN;
    wrong++;
    return p[row * classes + given[row]];
  });
  const ranked = largest(certainty, 24).map((row): RankedRow => {
    return { row, truth: labelNames[labels[row]], predicted: labelNames[given[row]], certainty: certainty[row] };
  });
  return { ranked, wrong };
}

/** Permutation importance of the columns of a table; the score is accuracy, or R². */
function importanceOf(
  source: DataSource,
  { preprocessing }: Model,
  network: Sequential,
  { signal }: CollectOptions,
): Promise<Importance> | undefined {
  const { table, rows, train } = source;
  if (!table || table.parts || !rows || !preprocessing) return undefined;
  const { inputShape, labelNames } = train;
  const score = async (part: Table): Promise<number> => {
    const inputs = encodeFeatures(preprocessing, part);
    const targets = encodeTarget(preprocessing.target, part);
    const dataset = { name: part.name, inputs, inputShape, labelNames, ...targets };
    return (await evaluate(network, dataset, { batchSize: 500, signal })).score;
  };
  const columns = preprocessing.features.map(({ name }) => name);
  const costPerRow = network.multiplyAdds(inputShape) + 100 * columns.length;
  return permutationImportance(table, rows.test, { score, columns, costPerRow, signal });
}

/** The simple models that the score is compared with. */
function baselinesOf({ majority, linear, metric }: TestResult): TestEvaluation["baselines"] {
  const always = metric === "accuracy" ? "always" : "always the mean,";
  const baseline = (name: string, { score, interval, comparison }: Baseline) => {
    return { name, score, interval: [...interval] as [number, number], outcome: comparison.outcome, p: comparison.p };
  };
  return [
    ...(linear ? [baseline("a linear model", linear)] : []),
    ...(majority ? [baseline(`${always} ${majority.label}`, majority)] : []),
  ];
}
