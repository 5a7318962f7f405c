import { Command, Option } from "commander";
import { type Dataset, evaluate, openKernels, readModel, restoreNetwork } from "../src/node.ts";
import { percent } from "./format.ts";
import { loadData, standInNotice } from "./loadData.ts";
import { interruption, type KernelFlags, withKernels } from "./options.ts";
import { jsonText } from "./output.ts";

interface Flags extends KernelFlags {
  readonly data?: string;
  readonly part: "train" | "validation" | "test";
  readonly json?: boolean;
}

export function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("accuracy and loss of a trained model on a part of the data")
    .argument("<run>", "run folder or model file")
    .option("--data <dir>", "folder with CIFAR-100, or `stand-in`")
    .addOption(new Option("--part <name>", "part of the data").choices(["train", "validation", "test"]).default("test"))
    .option("--json", "print JSON");
  return withKernels(command).action(evaluateRun);
}

async function evaluateRun(run: string, { part, json, ...flags }: Flags): Promise<void> {
  const model = readModel(run);
  const signal = interruption();
  const kernels = openKernels(flags);
  const { settings } = model;
  const source = flags.data ?? (model.standIn ? "stand-in" : undefined);
  const data = await loadData({ data: source, labels: settings.labels, trainImages: settings.trainImages, signal });
  const dataset: Dataset = part === "test" ? await data.test() : data[part];
  const network = restoreNetwork(model, kernels);
  const { accuracy, loss } = await evaluate(network, dataset, { normalization: model.normalization, signal });
  kernels.close();
  if (json) {
    console.log(jsonText({ part, rows: dataset.labels.length, accuracy, loss, standIn: data.standIn }));
    return;
  }
  console.log(`${part}: ${dataset.labels.length.toLocaleString("en")} images`);
  console.log(`  accuracy  ${percent(accuracy)}`);
  console.log(`  loss      ${loss.toFixed(4)}`);
  if (data.standIn) console.log(`\n${standInNotice}`);
}
