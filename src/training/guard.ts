import type { Batch } from "../data/batches.ts";
import type { Layer } from "../layers/layer.ts";
import type { RandomState } from "../random/randomState.ts";
import { HandgradError } from "../tensor/errors.ts";
import { indexOfPlace } from "../tensor/places.ts";
import { formatShape, type Tensor } from "../tensor/tensor.ts";
import type { TrainerState } from "./trainerState.ts";
import { prepareBatch, type ReadBatch, type Training } from "./trainStep.ts";

/** The first number of a step that is not finite: its kind, its layer, and its place. */
export interface Fault {
  readonly what: "input" | "output" | "loss" | "gradient" | "updated value";
  /** "fc2 (linear 128→20)"; the loss function and the data have names of their own */
  readonly layer: string;
  /** of a parameter: "fc2_w" */
  readonly parameter?: string;
  /** "NaN", "Infinity" or "-Infinity": JSON has no numbers for them */
  readonly value: string;
  readonly index: readonly number[];
}

export interface NonFiniteDetails {
  readonly epoch: number;
  /** from 0, over all epochs */
  readonly step: number;
  readonly fault?: Fault | undefined;
  /** the rows of the data set in the batch */
  readonly rows?: Int32Array | undefined;
  /** before the step */
  readonly state?: TrainerState | undefined;
  readonly batch?: Batch | undefined;
  /** of the step */
  readonly learningRate?: number | undefined;
}

/** A loss, gradient or weight is no longer a finite number. It contains everything needed to repeat the step. */
export class NonFiniteError extends HandgradError implements NonFiniteDetails {
  override name = "NonFiniteError";
  readonly epoch: number;
  readonly step: number;
  readonly fault: Fault | undefined;
  readonly rows: Int32Array | undefined;
  readonly state: TrainerState | undefined;
  readonly batch: Batch | undefined;
  readonly learningRate: number | undefined;

  constructor(message: string, details: NonFiniteDetails) {
    super(message);
    const { epoch, step, fault, rows, state, batch, learningRate } = details;
    this.epoch = epoch;
    this.step = step;
    this.fault = fault;
    this.rows = rows;
    this.state = state;
    this.batch = batch;
    this.learningRate = learningRate;
  }
}

/** One sentence with the step, the layer, the batch and advice. */
export function describeFault(fault: Fault, { epoch, step }: NonFiniteDetails, rows: Int32Array): string {
  const { what, layer, parameter, value, index } = fault;
  const of = parameter ? `${what} of ${parameter}, in ${layer},` : `${what} of ${layer}`;
  const place = index.length > 0 ? ` at ${formatShape(index)}` : "";
  const shown = rows.length <= 8 ? `${rows.join(", ")}` : `${rows.subarray(0, 8).join(", ")}, … (${rows.length} rows)`;
  return (
    `step ${step} (epoch ${epoch + 1}): the ${of} is ${value}${place}; the batch is rows ${shown}. ` +
    (what === "input"
      ? "The data contains a number there that is not finite, or too large; correct it, or leave it out."
      : "A smaller learning rate, clipped gradients or smaller initial weights usually help.")
  );
}

/** The name and place of the first number that is not finite, or undefined: "fc1_w (3, 4) = NaN". */
export function firstNotFinite(tensors: Readonly<Record<string, Tensor>>): string | undefined {
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    // A sum is fast, and not finite if one number is not; it may also overflow, so it only shows where to search.
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += data[i];
    if (Number.isFinite(sum)) continue;
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return `${name} ${formatShape(indexOfPlace(at, shape))} = ${data[at]}`;
  }
  return undefined;
}

/**
 * `trainStep` with a check of every number: returns the first fault in the order of computation and stops there. Its results are those of
 * `trainStep`, bit for bit.
 */
export function examineStep(training: Training, read: ReadBatch, random: RandomState): Fault | undefined {
  const { network, loss, optimizer, regularizer, clip, sharding } = training;
  const { layers, workspace } = network;
  return workspace.step(() => {
    const { inputs, targets } = prepareBatch(training, read);
    let fault = look(inputs, "input", "the network");
    let activation = inputs;
    for (const layer of layers) {
      if (fault) return fault;
      activation = layer.forward(activation, { mode: "train", random });
      fault = look(activation, "output", layer.describe());
    }
    if (fault) return fault;
    loss.compute(activation, targets as never, network.workspace);
    const value = loss.value();
    if (!Number.isFinite(value)) return { what: "loss", layer: "the loss function", value: String(value), index: [] };
    let gradient = loss.backward();
    fault = look(gradient, "gradient", "the loss function");
    const first = layers.findIndex((layer) => layer.parameters.length > 0);
    for (let i = layers.length - 1; i >= first && first >= 0; i--) {
      if (fault) return fault;
      if (i === first) layers[i].backwardParameters(gradient);
      else gradient = layers[i].backward(gradient);
      fault = lookAtParameters(layers[i], "gradient") ?? (i === first ? undefined : lookAt(gradient, layers[i]));
    }
    if (fault) return fault;
    regularizer?.addGradient(workspace.kernels, network.values, network.gradients);
    clip?.(network);
    for (const layer of layers) fault ??= lookAtParameters(layer, "gradient");
    if (fault) return fault;
    optimizer.step();
    for (const layer of layers) fault ??= lookAtParameters(layer, "updated value");
    return fault;
  }, sharding?.kernels);
}

function lookAt(gradient: Tensor, layer: Layer): Fault | undefined {
  return look(gradient, "gradient", layer.describe());
}

function lookAtParameters(layer: Layer, what: "gradient" | "updated value"): Fault | undefined {
  for (const [i, { value, gradient }] of layer.parameters.entries()) {
    const parameter = `${layer.name}_${layer.parameterKeys[i]}`;
    const fault = look(what === "gradient" ? gradient : value, what, layer.describe(), parameter);
    if (fault) return fault;
  }
  return undefined;
}

function look({ data, shape }: Tensor, what: Fault["what"], layer: string, parameter?: string): Fault | undefined {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return undefined;
  return { what, layer, ...(parameter && { parameter }), value: String(data[at]), index: indexOfPlace(at, shape) };
}
