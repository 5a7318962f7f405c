import * as v from "valibot";
import { parseBoundedJson } from "../src/formats/boundedJson.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { Workspace } from "../src/kernels/workspace.ts";
import type { Pass } from "../src/layers/layer.ts";
import { explain, problemLines } from "../src/schema.ts";
import { DataError } from "../src/tensor/errors.ts";
import type { Parameter } from "../src/tensor/parameter.ts";
import { type DType, type Numbers, Tensor } from "../src/tensor/tensor.ts";
import { type Config, layersByName, lossesByName, optimizersByName, randomStreams } from "./vectorCases.ts";

const array = v.object({ shape: v.array(v.number()), data: v.array(v.number()) });
const config = v.record(v.string(), v.unknown());

/** One case of an oracle: its inputs and results. */
const vectorCase = v.variant("kind", [
  v.object({
    kind: v.literal("layer"),
    name: v.string(),
    config,
    params: v.record(v.string(), array),
    x: array,
    y: array,
    dy: array,
    /** none for whole numbers, such as the words of an embedding */
    dx: v.nullable(array),
    dparams: v.record(v.string(), array),
  }),
  v.object({ kind: v.literal("loss"), name: v.string(), config, x: array, y: array, loss: v.number(), dx: array }),
  v.object({
    kind: v.literal("optimizer"),
    name: v.string(),
    config,
    p0: array,
    grads: v.array(array),
    trajectory: v.array(array),
  }),
  v.looseObject({ kind: v.literal("random"), name: v.literal("RandomState"), seed: v.number() }),
]);

type VectorCase = v.InferOutput<typeof vectorCase>;
type ArrayData = v.InferOutput<typeof array>;

export interface VectorResult {
  /** "layer gelu {approximate: tanh}" */
  readonly title: string;
  /** the largest error of each quantity by name; undefined if Handgrad does not have the part */
  readonly errors: Readonly<Record<string, number>> | undefined;
}

/** Checks the content of a vectors.json. Throws DataError that names the file and the fields. */
export function parseVectors(content: string, { name }: { readonly name: string }): readonly VectorCase[] {
  let json: unknown;
  try {
    json = parseBoundedJson(content);
  } catch (error) {
    throw new DataError(`${name}: not JSON: ${(error as Error).message.slice(0, 500)}`, { cause: error });
  }
  const result = v.safeParse(v.object({ cases: v.array(vectorCase) }), json);
  if (result.success) return result.output.cases;
  throw new DataError(problemLines(`${name}: not a file of vectors`, explain(result.issues).slice(0, 5)));
}

/** Runs our code on one case. Expected errors are at most 1e-12 in float64 and 1e-5 in float32. */
export function checkVector(vector: VectorCase, dtype: DType, kernels?: Kernels): VectorResult {
  const settings =
    vector.kind !== "random" ? Object.entries(vector.config).filter(([, value]) => typeof value !== "object") : [];
  const suffix = settings.map(([key, value]) => `${key}: ${value}`).join(", ");
  const title = `${vector.kind} ${vector.name}${suffix ? ` {${suffix}}` : ""}`;
  return { title, errors: errorsOf(vector, dtype, new Workspace(kernels)) };
}

function errorsOf(vector: VectorCase, dtype: DType, workspace: Workspace): VectorResult["errors"] {
  switch (vector.kind) {
    case "layer":
      return Object.hasOwn(layersByName, vector.name) ? layerErrors(vector, dtype, workspace) : undefined;
    case "loss":
      return Object.hasOwn(lossesByName, vector.name) ? lossErrors(vector, dtype, workspace) : undefined;
    case "optimizer":
      return Object.hasOwn(optimizersByName, vector.name) ? optimizerErrors(vector, dtype, workspace) : undefined;
    case "random":
      return randomErrors(vector);
  }
}

type Case<Kind> = Extract<VectorCase, { kind: Kind }>;

function layerErrors(vector: Case<"layer">, dtype: DType, workspace: Workspace): Record<string, number> {
  const layer = layersByName[vector.name](vector.config, vector.params, dtype);
  layer.attach(workspace);
  for (const { key, value } of layer.parameters) value.data.set(vector.params[key].data);
  const y = layer.forward(toTensor(vector.x, dtype), trainingPass(vector.config));
  const dx = layer.backward(toTensor(vector.dy, dtype));
  const all = typicalSize(layer.parameters.flatMap(({ key }) => vector.dparams[key].data));
  const gradients = layer.parameters.map(({ key, gradient }: Parameter) => [
    `d${key}`,
    largestError(gradient.data, vector.dparams[key].data, all),
  ]);
  return {
    y: largestError(y.data, vector.y.data),
    ...(vector.dx && { dx: largestError(dx.data, vector.dx.data) }),
    ...Object.fromEntries(gradients),
  };
}

/** A pass whose "random" mask is the one of the case. */
function trainingPass({ mask }: Config): Pass {
  const fillKeepMask = (target: Numbers, keepProb: number): void => {
    target.set((mask as ArrayData).data.map((kept) => kept / keepProb));
  };
  return { mode: "train", random: { fillKeepMask } as unknown as (Pass & { mode: "train" })["random"] };
}

function lossErrors(vector: Case<"loss">, dtype: DType, workspace: Workspace): Record<string, number> {
  const { forward, backward } = lossesByName[vector.name](vector.config, workspace);
  const loss = forward(toTensor(vector.x, dtype), toTensor(vector.y, dtype));
  return { loss: largestError([loss], [vector.loss]), dx: largestError(backward().data, vector.dx.data) };
}

function optimizerErrors(vector: Case<"optimizer">, dtype: DType, workspace: Workspace): Record<string, number> {
  const value = toTensor(vector.p0, dtype);
  const values = value.data;
  const gradients = new (values.constructor as Float64ArrayConstructor)(values.length);
  const network = { values, gradients, workspace, parameters: [{ value }] };
  const optimizer = optimizersByName[vector.name](network, vector.config);
  const errors = vector.grads.map((gradient, step) => {
    gradients.set(gradient.data);
    optimizer.step();
    return largestError(values, vector.trajectory[step].data);
  });
  return { trajectory: Math.max(...errors) };
}

function randomErrors({ seed, ...expected }: Case<"random">): Record<string, number> {
  const streams = Object.entries(randomStreams).filter(([name]) => Object.hasOwn(expected, name));
  return Object.fromEntries(
    streams.map(([name, draw]) => {
      const wanted = [expected[name]].flat() as number[];
      return [name, largestError(draw(seed, wanted.length), wanted)];
    }),
  );
}

function toTensor({ shape, data }: ArrayData, dtype: DType): Tensor {
  return new Tensor(shape, dtype === "float32" ? Float32Array.from(data) : Float64Array.from(data));
}

/** An array whose numbers are smaller than this share of the others' is 0 up to rounding, such as the gradient of the biases of keys. */
const roundingShare = 1e-12;

/**
 * max |x − y| / max(|y|, s): relative to each number, or to the typical size s of the array if a number is smaller, such as a difference
 * of larger ones; if the array is 0 up to rounding, s is that of `others`, the arrays it was computed with.
 */
function largestError(ours: ArrayLike<number>, expected: readonly number[], others = 0): number {
  if (ours.length !== expected.length) return Number.POSITIVE_INFINITY;
  const own = typicalSize(expected);
  const typical = own > roundingShare * others ? own : others;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(ours[i] - expected[i]);
    if (!(difference <= Number.MAX_VALUE)) return Number.POSITIVE_INFINITY;
    if (difference > 0) worst = Math.max(worst, difference / Math.max(Math.abs(expected[i]), typical));
  }
  return worst;
}

/** the root mean square */
function typicalSize(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
