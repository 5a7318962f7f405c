import { Command, Option } from "commander";
import {
  type DataRequest,
  evaluate,
  type Model,
  openData,
  openKernels,
  readModel,
  requestOf,
  restoreNetwork,
  testPart,
} from "../src/node.ts";
import { dataEvents, standInNotice } from "./loadData.ts";
import { interruption, type KernelFlags, withKernels } from "./options.ts";
import { jsonText } from "./output.ts";
import { metricName, showScore } from "./verdict.ts";

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
  const source = await openData(dataOf(model, flags.data), { ...dataEvents(), signal });
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

/** The data that a model was trained on, split in the same way; `path` where it has moved. */
function dataOf(model: Model, path: string | undefined): DataRequest {
  const request = requestOf(model);
  return { ...request, ...(path !== undefined && { path }) };
}
