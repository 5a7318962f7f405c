import * as v from "valibot";
import type { Kernels } from "../kernels/kernels.ts";
import type { RandomState } from "../random/randomState.ts";
import { explain, found, problemLines } from "../schema.ts";
import { HandgradError, SettingsError, ShapeError } from "../tensor/errors.ts";
import { formatBytes } from "../tensor/formatBytes.ts";
import { type DType, formatShape, type Shape, type Tensor } from "../tensor/tensor.ts";
import type { Layer } from "./layer.ts";
import type { LayerKind } from "./layerKind.ts";
import { currentKind } from "./oldKinds.ts";
import { mostArrayBytes } from "./parameterMemory.ts";
import { type LayerDescription, layerKinds } from "./registry.ts";
import { Residual } from "./residual.ts";
import { automaticNames, Sequential } from "./sequential.ts";

/** A network as plain data: everything that defines it except its parameters. */
export interface NetworkDescription {
  /** the shape of one input, without the batch: [32, 32, 3] */
  readonly inputShape: Shape;
  readonly layers: readonly LayerDescription[];
  readonly dtype?: DType | undefined;
}

const mostLayers = 10_000;

/** All parameters of a network are in one array. */
const largest = (dtype: DType) => ({
  parameters: mostArrayBytes / (dtype === "float32" ? 4 : 8),
  reason: `what one array of ${formatBytes(mostArrayBytes)} holds in ${dtype}`,
});
const mostDepth = 16;
/** The options that are lists of layers. */
const innerLists = ["layers", "shortcut"] as const;
const nameSchema = v.optional(v.pipe(v.string(), v.regex(/^[^\s/]{0,60}$/)));

/**
 * Checks descriptions of layers from anywhere, also of earlier versions. Throws SettingsError with a line for each problem, such as
 * "layers[1].outputs: expected a number of at least 1, found 0".
 */
export function parseLayers(input: unknown, what = "layers"): LayerDescription[] {
  const problems: string[] = [];
  let layers = 0;
  const check = (list: unknown, place: string, depth: number): void => {
    if (!Array.isArray(list)) return void problems.push(`${place}: expected a list of layers, found ${found(list)}`);
    if (depth > mostDepth)
      return void problems.push(`${place}: expected at most ${mostDepth} layers inside of each other, found more`);
    for (const [i, each] of list.entries()) {
      if (++layers > mostLayers)
        return void problems.push(`${place}: expected at most ${mostLayers} layers, found more`);
      const at = `${place}[${i}]`;
      const isObject = typeof each === "object" && each !== null;
      const kind = isObject ? currentKind(each.kind) : each;
      if (!isObject || typeof kind !== "string" || !Object.hasOwn(layerKinds, kind)) {
        problems.push(`${at}.kind: expected one of ${Object.keys(layerKinds).join(", ")}, found ${found(kind)}`);
        continue;
      }
      const { kind: _, name, ...options } = each;
      const named = v.safeParse(nameSchema, name);
      if (!named.success) problems.push(`${at}.name: expected a text without spaces and slashes, found ${found(name)}`);
      const result = v.safeParse(kindOf(kind).schema, options);
      if (!result.success) problems.push(...explain(result.issues, at));
      else {
        for (const option of innerLists)
          if (options[option] !== undefined) check(options[option], `${at}.${option}`, depth + 1);
      }
    }
  };
  check(input, what, 1);
  if (problems.length === 0) return withCurrentKinds(input as LayerDescription[]);
  throw new SettingsError(problems.length === 1 ? problems[0] : problemLines(what, problems.slice(0, 5)));
}

/** Layers with today's names of their kinds, also of the layers inside of layers. */
function withCurrentKinds(layers: readonly LayerDescription[]): LayerDescription[] {
  return layers.map((layer) => {
    const renamed: Record<string, unknown> = { ...layer, kind: currentKind(layer.kind) };
    for (const option of innerLists)
      if (renamed[option] !== undefined) renamed[option] = withCurrentKinds(renamed[option] as LayerDescription[]);
    return renamed as unknown as LayerDescription;
  });
}

function kindOf(kind: string): LayerKind {
  return layerKinds[kind as keyof typeof layerKinds] as unknown as LayerKind;
}

/** How a network gets its parameters: drawn in layer order, or loaded. */
export type NetworkStart = { readonly random: RandomState } | { readonly parameters: Readonly<Record<string, Tensor>> };

/**
 * The network of a description. Throws SettingsError for an invalid description, ShapeError if layers do not fit each other or the
 * parameters do not fit the layers.
 */
export function makeNetwork(
  description: NetworkDescription,
  options: NetworkStart & {
    readonly kernels?: Kernels | undefined;
    /** refuses networks with more parameters, before they are allocated */
    readonly limit?: { readonly parameters: number; readonly reason: string } | undefined;
  },
): Sequential {
  const { inputShape, dtype = "float32" } = description;
  const random = "random" in options ? options.random : undefined;
  // A small file could describe a network that fills the memory, so the parameters must be given
  const values = "parameters" in options ? Object.values(options.parameters) : undefined;
  const given = values?.reduce((sum, { size }) => sum + size, 0);
  const { parameters: most, reason } =
    given === undefined ? (options.limit ?? largest(dtype)) : { parameters: given, reason: "as many as are given" };
  let room = most;
  const claim = (parameters: number): void => {
    room -= parameters;
    if (room >= 0) return;
    const count = (number: number) => number.toLocaleString("en");
    throw new SettingsError(
      `expected at most ${count(most)} parameters in all, ${reason}, found ${count(parameters)} in this layer`,
    );
  };
  const layers = makeLayers(parseLayers(description.layers), inputShape, { random, dtype, claim });
  const network = new Sequential(layers, options.kernels && { kernels: options.kernels });
  if ("parameters" in options) network.load(options.parameters);
  return network;
}

interface Start {
  readonly random: RandomState | undefined;
  readonly dtype: DType;
  readonly claim: (parameters: number) => void;
}

/** The layers, each made for the outputs of the one before. */
function makeLayers(
  descriptions: readonly LayerDescription[],
  inputShape: Shape,
  start: Start,
  place = "layers",
): Layer[] {
  let shape = inputShape;
  return descriptions.map(({ kind, name = "", ...options }, i) => {
    const at = `${place}[${i}]`;
    const inner = (list: readonly object[], innerShape: Shape, option = "layers"): Layer[] =>
      makeLayers(list as readonly LayerDescription[], innerShape, start, `${at}.${option}`);
    try {
      const layer = kindOf(kind).create(v.parse(kindOf(kind).schema, options), {
        name,
        inputShape: shape,
        inner,
        ...start,
      });
      if (name) layer.name = name; // even for a layer without parameters
      shape = layer.outputShape([1, ...shape], "train").slice(1);
      return layer;
    } catch (error) {
      if (!(error instanceof HandgradError) || error.message.startsWith("layers[")) throw error;
      const message = `${at}: ${error.message} (its inputs are ${formatShape(["batch", ...shape])})`;
      throw error instanceof ShapeError
        ? new ShapeError(message, { cause: error })
        : new SettingsError(message, { cause: error });
    }
  });
}

/**
 * The description of a network for inputs of a shape; `makeNetwork` makes an equal one. Throws SettingsError for a layer of a
 * kind that is not in `layerKinds`, ShapeError if the inputs do not fit.
 */
export function describeNetwork(network: Sequential, inputShape: Shape): NetworkDescription {
  network.outputShape([1, ...inputShape], "train");
  return { inputShape, layers: describeLayers(network.layers), dtype: network.dtype };
}

function describeInner(layer: Layer): Readonly<Record<string, readonly LayerDescription[]>> {
  if (layer instanceof Residual && layer.shortcut)
    return { layers: describeLayers(layer.inner.layers), shortcut: describeLayers(layer.shortcut.layers) };
  return layer.children.length > 0 ? { layers: describeLayers(layer.children) } : {};
}

function describeLayers(layers: readonly Layer[]): LayerDescription[] {
  const names = automaticNames(layers);
  return layers.map((layer, i) => {
    const { kind, name } = layer;
    if (!Object.hasOwn(layerKinds, kind)) {
      throw new SettingsError(
        `${layer.describe()}: expected a layer of a kind in layerKinds, found ${JSON.stringify(kind)}; save its parameters with encodeSafetensors(network.save()) instead`,
      );
    }
    const options = { ...layer.options(), ...describeInner(layer) };
    return { kind, ...(name && name !== names[i] && { name }), ...options } as LayerDescription;
  });
}
