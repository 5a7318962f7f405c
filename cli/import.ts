import { Command, InvalidArgumentError, Option } from "commander";
import {
  activationNames,
  createRunFolder,
  importModel,
  importWeights,
  type Model,
  modelFormats,
  multilayerLayers,
  type NetworkDescription,
  printable,
  readModel,
  readRegularFile,
  readRegularText,
  readWeights,
  SettingsError,
  shellLine,
  weightsTarget,
  writeModel,
} from "../src/node.ts";
import { plural } from "./describeData.ts";
import { parseLayers, parseNumbers } from "./settingValues.ts";

interface Flags {
  readonly out?: string;
  readonly like?: string;
  readonly layers?: unknown[];
  readonly activation?: (typeof activationNames)[number];
  readonly labels?: string[];
  readonly columns?: string[];
  readonly inputShape?: number[];
  readonly mean?: number[];
  readonly deviation?: number[];
  readonly task: "classification" | "regression";
  readonly channelsLast?: boolean;
}

const ofLayers = ["activation", "labels", "columns", "inputShape", "mean", "deviation"] as const;

export function importCommand(): Command {
  return new Command("import")
    .description(
      "make a run folder from a model file that export wrote, or from weights of PyTorch or Keras (.safetensors, .npz)",
    )
    .argument("<file>", `${Object.keys(modelFormats).join(", ")}; weights as .safetensors or .npz`)
    .option("--out <dir>", "the run folder (default: a new one in runs/)")
    .option("--like <run>", "for weights: use the network, labels and preprocessing of this run or model")
    .option("--layers <sizes>", "for weights: sizes of the layers, such as 784,128,10; or layers as JSON", parseLayers)
    .addOption(
      new Option("--activation <name>", "activation between --layers (default: gelu, as in train)").choices(
        activationNames,
      ),
    )
    .option("--labels <names>", "class names: a,b,c, or a .txt file with one name per line", parseNames)
    .option("--columns <names>", "column names of a table: a,b,c, or a .txt file (default: x0, x1, …)", parseNames)
    .option("--input-shape <sizes>", "shape of the images: height,width,channels", parseShape)
    .option("--mean <numbers>", "mean of each channel, subtracted from byte / 255 (images; default: 0)", parseNumbers)
    .option(
      "--deviation <numbers>",
      "deviation of each channel, the divisor after that (images; default: 1)",
      parseNumbers,
    )
    .addOption(
      new Option("--task <name>", "kind of prediction")
        .choices(["classification", "regression"])
        .default("classification"),
    )
    .option("--channels-last", "the first layer takes images as (height, width, channels)")
    .action(importFile);
}

async function importFile(file: string, flags: Flags): Promise<void> {
  const model =
    flags.like !== undefined || flags.layers ? await fromWeights(file, flags) : await fromModel(file, flags);
  const folder = flags.out ?? createRunFolder("runs", "imported", new Date());
  await writeModel(folder, model);
  console.log(
    `${folder}: ${plural(model.network.layers.length, "layer")}, ${plural(model.labelNames.length, "label")}`,
  );
  const example = model.preprocessing || model.network.inputShape.length !== 3 ? "NEW.csv" : "IMAGE.png";
  console.log(`next:    ${shellLine("handgrad", "predict", folder, example)}`);
}

async function fromModel(file: string, flags: Flags): Promise<Model> {
  const given = ofLayers.find((name) => flags[name] !== undefined);
  if (given) throw new SettingsError(`${given}: expected --layers beside it, found none`);
  return importModel(readRegularFile(file), { name: file });
}

async function fromWeights(file: string, flags: Flags): Promise<Model> {
  if (flags.like !== undefined && flags.layers)
    throw new SettingsError("--like: expected --like or --layers, found both");
  const given = ofLayers.find((name) => flags[name] !== undefined);
  if (flags.like !== undefined && given)
    throw new SettingsError(`--like: the network and the labels are those of ${flags.like}; expected no ${given}`);
  const { tensors, ordered } = await readWeights(readRegularFile(file), { name: file });
  const float64 = Object.values(tensors).every(({ dtype }) => dtype === "float64");
  const target =
    flags.like !== undefined ? { ...readModel(flags.like), training: undefined } : targetOf(flags, float64);
  const channelsFirst = flags.channelsLast ? false : undefined;
  const { model, mapping, notes } = importWeights(tensors, target, { name: file, ordered, channelsFirst });
  for (const line of mapping) console.log(printable(line));
  for (const note of notes) console.error(printable(`note: ${note}`));
  return model;
}

function targetOf(flags: Flags, float64: boolean): Omit<Model, "parameters"> {
  const { layers = [], activation, inputShape, columns, labels, mean, deviation, task } = flags;
  const sizes = layers.filter((each) => typeof each === "number");
  if (sizes.length > 0 && activation === undefined && sizes.length > 2)
    console.error(
      "note: activation gelu between the layers, as in train; --activation relu if the network had nn.ReLU",
    );
  if (sizes.length === 0 && activation !== undefined)
    throw new SettingsError("--activation: expected layers as sizes, found layers as JSON; name the activations there");
  const shape = inputShape ?? (columns ? [columns.length] : sizes.slice(0, 1));
  if (shape.length === 0)
    throw new SettingsError(
      "--layers: the number of inputs is unknown with layers as JSON; add --input-shape or --columns",
    );
  const described = sizes.length > 0 ? multilayerLayers({ sizes, activation }) : layers;
  const network = {
    inputShape: shape,
    layers: described as NetworkDescription["layers"],
    ...(float64 && { dtype: "float64" as const }),
  };
  return weightsTarget(network, { labels, columns, mean, deviation, task });
}

function parseNames(text: string): string[] {
  const names = text.endsWith(".txt") ? readRegularText(text).split(/\r?\n/) : text.split(",");
  const trimmed = names.map((name) => name.trim()).filter((name) => name !== "");
  if (new Set(trimmed).size === trimmed.length && trimmed.length > 0) return trimmed;
  throw new InvalidArgumentError("Expected names that differ, such as cat,dog,bird.");
}

function parseShape(text: string): number[] {
  const sizes = text.split(/[,x]/).map(Number);
  const [height, width, channels = 1] = sizes;
  const shape = sizes.length === 1 ? sizes : [height, width, channels];
  if (sizes.length <= 3 && shape.every((size) => Number.isInteger(size) && size >= 1)) return shape;
  throw new InvalidArgumentError("Expected height,width,channels, such as 28,28,1.");
}
