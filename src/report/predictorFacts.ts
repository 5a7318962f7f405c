import { requestOf } from "../experiments/dataSource.ts";
import type { RunEvaluation } from "../experiments/evaluation/runEvaluation.ts";
import type { Model } from "../experiments/model.ts";
import type { PredictorOptions } from "./predictorHtml.ts";
import { metricName, showInterval, showScore } from "./run/reportedRun.ts";

/** The facts at the top of a page that predicts: the training data of the model, and its test score if it was evaluated. */
export function predictorFacts(
  model: Model,
  evaluation: RunEvaluation | undefined,
): Pick<PredictorOptions, "facts" | "typicalError"> {
  const { path } = requestOf(model);
  const facts: [name: string, value: string][] = [];
  const name = path?.split(/[\\/]/).at(-1);
  if (name !== undefined && path !== "-" && path !== "stand-in") facts.push(["trained on", name]);
  const test = evaluation?.test;
  if (!test) return { facts };
  const { metric, score, interval, rows } = test;
  facts.push([`${metricName(metric)} on ${rows.toLocaleString("en")} test rows`, showScore(metric, score)]);
  if (interval) facts.push(["95 % interval", showInterval(metric, interval)]);
  return { facts, typicalError: test.regression?.meanAbsoluteError };
}
