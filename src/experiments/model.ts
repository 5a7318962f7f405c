import * as v from "valibot";
import type { Normalization } from "../data/dataset.ts";
import { type TablePreprocessing, tablePreprocessingSchema } from "../data/tablePreprocessing.ts";
import { parseBoundedJson } from "../formats/boundedJson.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { describeNetwork, makeNetwork, type NetworkDescription, parseLayers } from "../layers/description.ts";
import type { Sequential } from "../layers/sequential.ts";
import { count, explain, finite, literal, plainObject, positive, problemLines } from "../schema.ts";
import { DataError, ShapeError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import { type Shape, sizeOf, type Tensor } from "../tensor/tensor.ts";
import { fileError } from "./fileError.ts";
import { upgradeModel } from "./oldModels.ts";

/** A trained network with everything that is needed to predict from raw inputs, as plain data. */
export interface Model {
  readonly network: NetworkDescription;
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** the kind of its outputs: "classes" for logits of labelNames, "numbers" for a regression */
  readonly answers: TargetKind;
  /** one for each output; for a regression the name of the target */
  readonly labelNames: readonly string[];
  /** for images: mean and deviation of each channel; empty for other inputs */
  readonly normalization: Normalization;
  /** for a table: the encoding of raw rows as inputs, and of outputs as predictions */
  readonly preprocessing?: TablePreprocessing | undefined;
  /** whether it was trained on the procedural stand-in */
  readonly standIn: boolean;
  /** how it was trained: settings and where the data was, as JSON; for people and for `evaluate` */
  readonly training?: Readonly<Record<string, unknown>> | undefined;
}

/** The options of `modelOf`; everything has a default. */
export interface ModelOptions extends Partial<Omit<Model, "network" | "parameters">> {
  /** the shape of one input, without the batch */
  readonly inputShape: Shape;
}

/**
 * A network made by hand as a model that can be saved, exported and restored, with copies of its parameters. Outputs are classes
 * called "class 0", … by default. Throws SettingsError for a layer that cannot be described, ShapeError if inputs or names do not fit.
 */
export function modelOf(network: Sequential, { inputShape, ...options }: ModelOptions): Model {
  const outputs = network.outputShape([1, ...inputShape]).slice(1);
  const { labelNames = Array.from({ length: sizeOf(outputs) }, (_, i) => `class ${i}`) } = options;
  checkLabels(sizeOf(outputs), labelNames);
  return {
    answers: "classes",
    normalization: { mean: [], deviation: [] },
    standIn: false,
    ...options,
    network: describeNetwork(network, inputShape),
    labelNames,
    parameters: network.save(),
  };
}

const description = v.object({
  format: literal("handgrad"),
  version: literal(2),
  network: v.object({
    inputShape: v.pipe(
      v.array(count),
      v.minLength(1),
      v.check((shape) => sizeOf(shape) <= 2 ** 22, "expected inputs of at most 2²² numbers"),
    ),
    layers: v.array(v.unknown()),
    dtype: v.optional(v.picklist(["float32", "float64"]), "float32"),
  }),
  answers: v.picklist(["classes", "probabilities", "numbers", "labels"]),
  labelNames: v.pipe(v.array(v.string()), v.minLength(1)),
  normalization: v.object({ mean: v.array(finite), deviation: v.array(positive) }),
  preprocessing: v.optional(tablePreprocessingSchema),
  standIn: v.boolean(),
  training: v.optional(plainObject),
});

/** The model as one safetensors file: parameters by name, everything else as JSON in its metadata. */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(model.parameters, { handgrad: modelJson(model) });
}

/** Reads what `encodeModel` wrote, also in earlier versions. Throws DataError that names the file for other files. */
export function decodeModel(bytes: Uint8Array, { name }: { readonly name: string }): Model {
  const { tensors, metadata } = decodeSafetensors(bytes, { name });
  if (!Object.hasOwn(metadata, "handgrad")) {
    throw new DataError(`${name}: a safetensors file, but not a Handgrad model: its metadata lacks "handgrad"`);
  }
  return parseModel(metadata.handgrad, tensors, { name });
}

/** A model without its parameters, as JSON. */
export function modelJson(model: Model): string {
  const { network, answers, labelNames, normalization, preprocessing, standIn, training } = model;
  const { inputShape, layers, dtype } = network;
  // In one order, so that a model that was read is written with the same bytes
  const described = { network: { inputShape, layers, dtype }, answers, labelNames, normalization };
  return JSON.stringify({ format: "handgrad", version: 2, ...described, preprocessing, standIn, training });
}

/** A model from its JSON and parameters. Throws DataError that names the file. */
export function parseModel(json: string, parameters: Model["parameters"], { name }: { readonly name: string }): Model {
  let input: unknown;
  try {
    input = upgradeModel(parseBoundedJson(json));
  } catch (error) {
    throw new DataError(`${name}: the metadata "handgrad" is damaged: ${(error as Error).message}`, { cause: error });
  }
  const result = v.safeParse(description, input);
  if (!result.success) {
    const problems = explain(result.issues).slice(0, 5);
    throw new DataError(problemLines(`${name}: the metadata "handgrad" is damaged or of another version`, problems));
  }
  try {
    const { format: _, version: __, network, preprocessing, ...rest } = result.output;
    const layers = parseLayers(network.layers);
    return { ...rest, network: { ...network, layers }, ...(preprocessing && { preprocessing }), parameters };
  } catch (error) {
    throw fileError(error, name);
  }
}

/** A new network with the model's parameters. Throws ShapeError or SettingsError if they do not fit its description. */
export function restoreNetwork({ network, parameters, labelNames }: Model, kernels?: Kernels): Sequential {
  const restored = makeNetwork(network, { parameters, kernels });
  checkLabels(sizeOf(restored.outputShape([1, ...network.inputShape]).slice(1)), labelNames);
  return restored;
}

function checkLabels(outputs: number, labelNames: readonly string[]): void {
  if (outputs === labelNames.length) return;
  throw new ShapeError(`model: the network has ${outputs} outputs, but there are ${labelNames.length} labels`);
}
