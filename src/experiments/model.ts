import { z } from "zod";
import type { Normalization } from "../data/dataset.ts";
import type { TablePreprocessing } from "../data/tablePreprocessing.ts";
import { parseBoundedJson } from "../formats/boundedJson.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Sequential } from "../layers/sequential.ts";
import { DataError, ShapeError } from "../tensor/errors.ts";
import { sizeOf, type Tensor } from "../tensor/tensor.ts";
import { buildNetwork } from "./build.ts";
import { blameFile } from "./fileError.ts";
import { parseSettings, type TrainSettings } from "./settings.ts";

/** A trained classifier with all that raw input needs to become an answer. */
export interface Model {
  readonly settings: TrainSettings;
  readonly normalization: Normalization;
  readonly labelNames: readonly string[];
  /** the shape of one input: [32, 32, 3] */
  readonly inputShape: readonly number[];
  /** whether it was trained on the procedural stand-in */
  readonly standIn: boolean;
  /** of a table: how its raw rows become inputs, and outputs become answers; images need no more than `normalization` */
  readonly preprocessing?: TablePreprocessing | undefined;
  readonly parameters: Readonly<Record<string, Tensor>>;
}

const deviation = z.number().positive();
const values = z.array(z.string()).min(1);
const tablePreprocessing = z.object({
  kind: z.literal("table"),
  features: z
    .array(
      z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("number"), name: z.string(), mean: z.number(), deviation, indicator: z.boolean() }),
        z.object({ kind: z.literal("category"), name: z.string(), values }),
      ]),
    )
    .min(1),
  target: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("number"), name: z.string(), mean: z.number(), deviation }),
    z.object({ kind: z.literal("category"), name: z.string(), values }),
  ]),
  ignored: z.array(z.object({ name: z.string(), reason: z.string() })),
});

const description = z.object({
  format: z.literal("handgrad"),
  version: z.literal(1),
  settings: z.unknown(),
  normalization: z.object({ mean: z.array(z.number()), deviation: z.array(z.number().positive()) }),
  labelNames: z.array(z.string()).min(1),
  inputShape: z
    .array(z.int().min(1))
    .min(1)
    .refine((shape) => sizeOf(shape) <= 2 ** 22, "inputs of more than 2²² numbers"),
  standIn: z.boolean(),
  preprocessing: tablePreprocessing.optional(),
});

/** The model as one safetensors file: parameters by name, everything else as JSON in its metadata. */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(model.parameters, { handgrad: describeModel(model) });
}

/** Reads what `encodeModel` wrote. Throws DataError that names the file when it is anything else. */
export function decodeModel(bytes: Uint8Array, { name }: { readonly name: string }): Model {
  const { tensors, metadata } = decodeSafetensors(bytes, { name });
  if (!Object.hasOwn(metadata, "handgrad")) {
    throw new DataError(`${name}: a safetensors file, but not a Handgrad model: its metadata lacks "handgrad"`);
  }
  return parseModel(metadata.handgrad, tensors, { name });
}

/** All of a model but its parameters, as JSON. */
export function describeModel({ parameters: _, ...rest }: Model): string {
  return JSON.stringify({ format: "handgrad", version: 1, ...rest });
}

/** A model from its description and parameters. Throws DataError that names the file. */
export function parseModel(json: string, parameters: Model["parameters"], { name }: { readonly name: string }): Model {
  let parsed: z.output<typeof description>;
  try {
    parsed = description.parse(parseBoundedJson(json));
  } catch (error) {
    throw new DataError(`${name}: the metadata "handgrad" is damaged or of another version`, { cause: error });
  }
  const { normalization, labelNames, inputShape, standIn, preprocessing } = parsed;
  try {
    const settings = parseSettings(parsed.settings);
    checkSize(settings, parameters, name);
    return { settings, normalization, labelNames, inputShape, standIn, preprocessing, parameters };
  } catch (error) {
    throw blameFile(error, name);
  }
}

/** A few bytes of settings could ask for a network that fills the memory; its numbers must be in the file. */
export function checkSize({ layers }: TrainSettings, parameters: Model["parameters"], name: string): void {
  let wanted = 0;
  for (let i = 1; i < layers.length; i++) wanted += layers[i] * (layers[i - 1] + 1);
  const there = Object.values(parameters).reduce((sum, { size }) => sum + size, 0);
  if (wanted <= there) return;
  throw new DataError(`${name}: layers ${layers.join("-")} need ${wanted} parameters, the file has ${there}`);
}

/** A new network with the model's parameters. Throws ShapeError when they do not fit its settings. */
export function restoreNetwork(model: Model, kernels?: Kernels): Sequential {
  const { inputShape, labelNames } = model;
  const network = buildNetwork(model.settings, undefined, { kernels, inputShape, views: true });
  const [, outputs] = network.outputShape([1, ...inputShape]);
  if (outputs !== labelNames.length) {
    throw new ShapeError(`model: the network has ${outputs} outputs, but there are ${labelNames.length} labels`);
  }
  network.load(model.parameters);
  return network;
}
