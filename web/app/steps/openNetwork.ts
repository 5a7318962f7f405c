import {
  decodeModel,
  HandgradError,
  makeNetwork,
  type NetworkDescription,
  parseLayers,
  portableMath,
  RandomState,
  type Sequential,
  type Shape,
  scalarKernels,
  Tensor,
} from "handgrad";
import { exampleNetwork, exampleNetworks } from "./networks.ts";
import type { ModelFile } from "./protocol.ts";
import type { StepRequest } from "./state.ts";

/** Models with more numbers than this in an array are too large to inspect entry by entry. */
const mostNumbers = 2_000_000;

const limit = { parameters: 200_000, reason: "what this view can show" };

interface Batch {
  readonly x: Tensor;
  readonly targets: Tensor | Int32Array;
}

export interface Opened {
  readonly network: Sequential;
  readonly description: NetworkDescription;
  readonly note?: string;
  readonly drawRow?: (n: number, random: RandomState) => readonly [x: readonly number[], label: number];
}

/** The network that a request names. Throws HandgradError for layers or a model that cannot be shown. */
export function openNetwork(request: StepRequest, model: ModelFile | undefined): Opened {
  if (request.network === "model") {
    if (model) return openModel(model);
    throw new HandgradError(
      "expected the file of your model, which an address cannot hold, found none; open it again, or choose another network",
    );
  }
  const { inputShape, layers: usual, row } = exampleNetwork(request.network) ?? exampleNetworks[0];
  const layers = request.layers === undefined ? usual : parseLayers(parsedJson(request.layers));
  const description: NetworkDescription = { inputShape, layers, dtype: "float64" };
  const random = new RandomState(request.seed);
  return { network: makeNetwork(description, { random, kernels: scalarKernels, limit }), description, drawRow: row };
}

/** The input of the last of some layers, which are given as JSON. Throws HandgradError for layers that do not fit. */
export function shapeBeforeLast(request: StepRequest, layersJson: string): Shape {
  const { inputShape } = exampleNetwork(request.network) ?? exampleNetworks[0];
  const before = parseLayers(parsedJson(layersJson)).slice(0, -1);
  const shape = [request.batch, ...inputShape];
  if (before.length === 0) return shape;
  const description: NetworkDescription = { inputShape, layers: before, dtype: "float64" };
  return makeNetwork(description, { random: new RandomState(0), kernels: scalarKernels, limit }).outputShape(
    shape,
    "train",
  );
}

function openModel({ name, bytes }: ModelFile): Opened {
  const { network: stored, parameters } = decodeModel(bytes, { name });
  const description: NetworkDescription = { ...stored, dtype: "float64" };
  const largest = Math.max(...Object.values(parameters).map(({ size }) => size));
  if (largest > mostNumbers) {
    throw new HandgradError(
      `${name}: expected arrays of at most ${mostNumbers.toLocaleString("en")} numbers, found ${largest.toLocaleString("en")}; choose a smaller model`,
    );
  }
  const network = makeNetwork(description, { parameters, kernels: scalarKernels });
  return { network, description, note: `The model ${name}. Its inputs are random, because a model contains no data.` };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HandgradError(`layers: expected JSON, found a mistake: ${(error as Error).message}`);
  }
}

/** The batch of the example, or random inputs of another shape; targets in the form that the loss needs. */
export function batchOf(
  network: Sequential,
  request: StepRequest,
  inputShape: Shape,
  drawRow: Opened["drawRow"],
): Batch {
  const random = new RandomState(request.seed + 1);
  const x = Tensor.zeros([request.batch, ...inputShape], "float64");
  const each = x.size / request.batch;
  const labels = Array.from({ length: request.batch }, (_, n) => {
    const [numbers, label] = drawRow?.(n, random) ?? [drawnRow(network, each, random), n];
    x.data.set(numbers, n * each);
    return label;
  });
  const outputShape = network.outputShape(x.shape, "train");
  const classes = outputShape[outputShape.length - 1];
  if (request.loss === "crossEntropy") {
    const rows = outputShape.reduce((size, length) => size * length, 1) / classes;
    if (classes < 2 || outputShape.length < 2) {
      throw new HandgradError(
        `loss: expected at least 2 outputs for cross-entropy, one for each class, found ${classes}; choose the mean squared error, or a last layer with more outputs`,
      );
    }
    return { x, targets: Int32Array.from({ length: rows }, (_, n) => labels[n % labels.length] % classes) };
  }
  const targets = Tensor.zeros(outputShape, "float64");
  const width = targets.size / targets.shape[0];
  for (let i = 0; i < targets.size; i++) {
    const n = Math.floor(i / width) % request.batch;
    const sum = Array.from(x.data.subarray(n * each, (n + 1) * each)).reduce((total, value) => total + value, 0);
    targets.data[i] =
      request.loss === "binaryCrossEntropy"
        ? (labels[n] + i) % 2
        : Math.round(50 * portableMath.tanh(sum + (i % width))) / 50;
  }
  return { x, targets };
}

function drawnRow(network: Sequential, size: number, random: RandomState): number[] {
  const first = network.layers[0];
  const { rows } = first.options() as { readonly rows?: number };
  if (first.discreteInput) return Array.from({ length: size }, () => random.randint(0, rows ?? 1));
  return Array.from({ length: size }, () => Math.round(random.randn() * 100) / 100);
}
