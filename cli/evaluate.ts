import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import {
  DataError,
  type DataRequest,
  evaluate,
  isCifar100,
  type Model,
  openData,
  openKernels,
  readModel,
  requestOf,
  restoreNetwork,
  storedRequest,
  testPart,
  trainedOnOther,
} from "../src/node.ts";
import { dataEvents, expectNoStandIn, standInNotice } from "./loadData.ts";
import { interruption, type KernelFlags, withKernels } from "./options.ts";
import { jsonText } from "./output.ts";
import { metricName, showScore } from "./showScore.ts";

interface Flags extends KernelFlags {
  readonly data?: string;
  readonly part: "train" | "validation" | "test";
  readonly json?: boolean;
}

export function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("score and loss of a trained model on a part of its data")
    .argument("<run>", "run folder or model file")
    .option("--data <path>", "where the data is now (default: where it was in training)")
    .addOption(new Option("--part <name>", "part of the data").choices(["train", "validation", "test"]).default("test"))
    .option("--json", "print JSON");
  return withKernels(command).action(evaluateRun);
}

async function evaluateRun(run: string, { part, json, ...flags }: Flags): Promise<void> {
  const model = readModel(run);
  const signal = interruption();
  const kernels = openKernels(flags);
  const source = await openData(dataOf(run, model, flags.data), { ...dataEvents(), signal });
  if (!model.standIn) expectNoStandIn(source, "model");
  if (!isCifar100(source) && trainedOnOther(run, source))
    console.error(
      "warning: this is not the data of the training: rows of this part may have been trained on, which makes the score too good",
    );
  const dataset = part === "test" ? await testPart(source) : source[part];
  const network = restoreNetwork(model, kernels);
  const { metric, score, loss } = await evaluate(network, dataset, { normalization: model.normalization, signal });
  kernels.close();
  const rows = dataset.labels.length;
  const standIn = source.kind === "stand-in";
  if (json) {
    console.log(jsonText({ part, rows, [metric]: score, loss, standIn }));
    return;
  }
  console.log(`${part}: ${rows.toLocaleString("en")} rows`);
  console.log(`  ${metricName(metric).padEnd(8)}  ${showScore(metric, score)}`);
  console.log(`  loss      ${loss.toFixed(4)}`);
  if (standIn) console.log(`\n${standInNotice}`);
}

/** The data that a model was trained on, split in the same way; `path` where it has moved. Throws SettingsError where nothing says it. */
function dataOf(run: string, model: Model, path: string | undefined): DataRequest {
  const request = storedRequest({ ...inferred(model), ...requestOf(model), ...(path !== undefined && { path }) });
  if (request.path === undefined && !seesCifar100(model))
    throw new DataError(`${run}: the model does not say where its data is; name it with --data`);
  if (request.path !== undefined && request.path !== "stand-in" && !existsSync(request.path))
    throw new DataError(`${request.path}: the data of this model is not there; name its new place with --data`);
  return request;
}

/** What models of version 0.1 say of their data, beside its seed. */
function inferred(model: Model): DataRequest {
  const { preprocessing, answers, network } = model;
  if (preprocessing)
    return { target: preprocessing.target.name, task: answers === "numbers" ? "regression" : "classification" };
  return seesCifar100(model) ? {} : { size: network.inputShape[0] };
}

const seesCifar100 = ({ network }: Model): boolean => network.inputShape.join() === "32,32,3";
