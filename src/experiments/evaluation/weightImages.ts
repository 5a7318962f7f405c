import { Ensemble } from "../../layers/ensemble.ts";
import type { Layer } from "../../layers/layer.ts";
import type { Sequential } from "../../layers/sequential.ts";
import { sizeOf, Tensor } from "../../tensor/tensor.ts";
import type { RunEvaluation } from "./runEvaluation.ts";
import { smallImage } from "./smallImages.ts";

const mostUnits = 48;
/** Layers that a first linear layer may follow: they only move or combine pixels linearly. */
const linearBefore: ReadonlySet<string> = new Set(["flatten", "dct", "testTimeAugmentation"]);

interface FirstLinear {
  readonly first: Layer;
  /** the layers between the pixels and this layer */
  readonly before: readonly Layer[];
  /** of the ensemble that it belongs to */
  readonly members?: number;
}

/** The first linear layer of a network; of an ensemble that of a member with hidden layers, if there is one. */
function firstLinear(network: Sequential): FirstLinear | undefined {
  const place = network.layers.findIndex(({ kind }) => !linearBefore.has(kind));
  const first = network.layers[place];
  const before = network.layers.slice(0, Math.max(0, place)).filter(({ kind }) => kind !== "testTimeAugmentation");
  if (first?.kind === "linear") return { first, before };
  if (!(first instanceof Ensemble)) return undefined;
  const candidates = first.members.flatMap((member) => {
    const inner = firstLinear(member);
    return inner ? [{ inner, depth: member.layers.filter(({ kind }) => kind === "linear").length }] : [];
  });
  const deepest = candidates.reduce((best, one) => (one.depth > best.depth ? one : best), candidates[0]);
  return (
    deepest && {
      first: deepest.inner.first,
      before: [...before, ...deepest.inner.before],
      members: first.members.length,
    }
  );
}

/**
 * The weights of units of the first linear layer as images of ∂(unit)/∂(pixel), those with the largest weights first: each is scaled
 * by its own largest weight, grey is 0. Undefined if inputs are not images with 1 or 3 channels, or another kind of layer is first.
 */
export function weightImages(network: Sequential, inputShape: readonly number[]): RunEvaluation["weights"] {
  const [height, width, channels] = inputShape;
  if (inputShape.length !== 3 || (channels !== 1 && channels !== 3) || height * width > 128 * 128) return undefined;
  const found = firstLinear(network);
  if (!found) return undefined;
  const { first, before, members } = found;
  const weights = first.parameters[0].value;
  const [inputs, units] = weights.shape;
  const squares = new Float64Array(units);
  for (let i = 0; i < weights.size; i++) squares[i % units] += weights.data[i] ** 2;
  const order = [...squares.keys()].sort((a, b) => squares[b] - squares[a] || a - b).slice(0, mostUnits);
  // Row r of the gradient is the weights of one unit; the layers before it map them back to pixels
  const gradient = Tensor.zeros([order.length, inputs], network.dtype);
  order.forEach((unit, row) => {
    for (let i = 0; i < inputs; i++) gradient.data[row * inputs + i] = weights.data[i * units + unit];
  });
  const pixels = network.workspace.step(() => {
    const image = Tensor.zeros([order.length, ...inputShape], network.dtype);
    before.reduce((x, layer) => layer.forward(x, { mode: "evaluate" }), image);
    return Float64Array.from(before.reduceRight((dy, layer) => layer.backward(dy), gradient).data);
  });
  const size = sizeOf(inputShape);
  const tiles = order.map((_, row) => {
    const own = pixels.subarray(row * size, (row + 1) * size);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    return smallImage(
      own.map((value) => Math.round(127.5 + (127.5 * value) / largest)),
      inputShape,
    );
  });
  return { units, tiles, ...(members !== undefined && { members }) };
}
