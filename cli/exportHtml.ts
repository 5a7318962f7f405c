import { basename } from "node:path";
import {
  type Model,
  predictorHtml,
  predictorScript,
  readEvaluation,
  readModel,
  requestOf,
  writeFileAtomic,
} from "../src/node.ts";
import { metricName, showInterval, showScore } from "./showScore.ts";

/** Writes the page that predicts with the model of a run, and prints its size. */
export async function exportHtml(run: string, out: string, title: string | undefined): Promise<void> {
  const model = readModel(run);
  const { facts, typicalError } = factsOf(run, model);
  const page = await predictorHtml(model, { script: await predictorScript(model), title, facts, typicalError });
  await writeFileAtomic(out, page);
  const size = `${Buffer.byteLength(page).toLocaleString("en")} bytes`;
  console.log(`${out}: HTML, ${size}; open it in a browser, it needs no network`);
}

/** The test score of a run that was evaluated, and what it was trained on. */
function factsOf(run: string, model: Model) {
  const { path } = requestOf(model);
  const facts: [name: string, value: string][] = [];
  if (path !== undefined && path !== "-" && path !== "stand-in") facts.push(["trained on", basename(path)]);
  const test = readEvaluation(run)?.test;
  if (!test) return { facts };
  const { metric, score, interval, rows } = test;
  facts.push([`${metricName(metric)} on ${rows.toLocaleString("en")} test rows`, showScore(metric, score)]);
  if (interval) facts.push(["95 % interval", showInterval(metric, interval)]);
  return { facts, typicalError: test.regression?.meanAbsoluteError };
}
