import type { Sequential } from "../layers/sequential.ts";
import type { Loss } from "../losses/loss.ts";
import { RandomState, type RandomStateData } from "../random/randomState.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { numericalGradient, relativeError } from "./gradientCheck.ts";

/** One entry of a gradient: what backward says, and what central differences say. */
export interface CheckedEntry {
  readonly index: readonly number[];
  readonly analytic: number;
  readonly numerical: number;
  /** |analytic − numerical| / max(10⁻⁸, |analytic| + |numerical|) */
  readonly error: number;
}

/** An array that the loss depends on, ∂J/∂ of it, and some of its entries checked. */
export interface ExplainedArray {
  readonly name: string;
  readonly value: Tensor;
  readonly gradient: Tensor;
  readonly checked: readonly CheckedEntry[];
}

export interface ExplainedLayer {
  /** "fc1"; the kind, where the layer has no name */
  readonly name: string;
  readonly kind: string;
  readonly input: ExplainedArray;
  readonly output: Pick<ExplainedArray, "value" | "gradient">;
  readonly parameters: readonly ExplainedArray[];
}

/** One batch through a network, forward and backward. */
export interface Explanation {
  readonly loss: number;
  readonly lossKind: string;
  readonly layers: readonly ExplainedLayer[];
}

export interface ExplainOptions {
  /** draws the masks of dropout and the entries that are checked */
  readonly seed?: number;
  /** how many entries of each gradient are checked: the largest one, and others by `seed` */
  readonly entries?: number;
}

/** Differences with an error near 1e-12, so that the remaining error is that of the gradient. */
const differences = { order: 4, h: 1e-3 } as const;

/**
 * Runs one batch through a network in training mode, forward and backward, and checks entries of every gradient against central differences
 * of the loss: (8[J(θ+h) − J(θ−h)] − [J(θ+2h) − J(θ−2h)]) / 12h. Parameters and running means are unchanged afterwards.
 * Throws ShapeError for a batch that is not float64, or that does not fit.
 */
export function explainStep<Targets>(
  network: Sequential,
  { x, loss, targets }: { readonly x: Tensor; readonly loss: Loss<Targets>; readonly targets: Targets },
  { seed = 0, entries = 4 }: ExplainOptions = {},
): Explanation {
  if (x.dtype !== "float64")
    throw new ShapeError("explainStep: float32 is too coarse for central differences; use float64");
  const before = network.save();
  const { layers } = network;
  const random = new RandomState(seed);
  const inputs: Tensor[] = [];
  const streams: RandomStateData[] = [];
  network.outputShape(x.shape, "train");
  const outputs = layers.reduce((input, layer) => {
    inputs.push(input.clone());
    streams.push(random.state);
    return layer.forward(input, { mode: "train", random });
  }, x);
  const values = [...inputs.slice(1), outputs.clone()];
  const lossValue = loss.forward(outputs, targets);
  const gradients: Tensor[] = [loss.backward().clone()];
  for (const layer of [...layers].reverse()) gradients.unshift(layer.backward(gradients[0]).clone());
  const ofParameters = layers.map(({ parameters }) => parameters.map(({ gradient }) => gradient.clone()));

  /** the loss from layer i on, with the masks of the pass above */
  const lossFrom = (i: number, input: Tensor): number => {
    const again = RandomState.fromState(streams[i]);
    const y = layers.slice(i).reduce((value, layer) => layer.forward(value, { mode: "train", random: again }), input);
    return loss.forward(y, targets);
  };
  const draw = new RandomState(seed);
  const explained = (name: string, variable: Tensor, gradient: Tensor, i: number): ExplainedArray => {
    const value = variable.clone();
    const constant = variable === inputs[i] && layers[i].discreteInput;
    const at = constant ? [] : chooseEntries(gradient, entries, draw);
    const numerical = numericalGradient(() => lossFrom(i, inputs[i]), variable, { ...differences, at });
    return { name, value, gradient, checked: at.map((place) => checkedEntry(gradient, numerical, place)) };
  };
  const described = layers.map((layer, i): ExplainedLayer => {
    const keys = layer.parameterKeys;
    return {
      name: layer.name || layer.kind,
      kind: layer.kind,
      input: explained("x", inputs[i], gradients[i], i),
      output: { value: values[i], gradient: gradients[i + 1] },
      parameters: layer.parameters.map(({ value }, j) => explained(keys[j], value, ofParameters[i][j], i)),
    };
  });
  network.load(before);
  return { loss: lossValue, lossKind: loss.kind, layers: described };
}

/** The entry with the largest gradient, then others at random. */
function chooseEntries({ data, size }: Tensor, entries: number, random: RandomState): number[] {
  let largest = 0;
  for (let i = 1; i < size; i++) if (Math.abs(data[i]) > Math.abs(data[largest])) largest = i;
  const others = random.choice(size, Math.min(size, entries), false);
  return [...new Set([largest, ...others])].slice(0, Math.min(size, entries));
}

function checkedEntry(gradient: Tensor, numerical: Tensor, place: number): CheckedEntry {
  const [a, n] = [gradient.data[place], numerical.data[place]];
  return { index: indexOf(place, gradient.shape), analytic: a, numerical: n, error: relativeError([a], [n]) };
}

function indexOf(place: number, shape: readonly number[]): number[] {
  let rest = place;
  return shape.toReversed().reduce<number[]>((index, length) => {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
    return index;
  }, []);
}

/** Possible causes of a large error. */
export const kinkNote =
  "An error above 10⁻⁴ means a wrong backward pass, or a kink (ReLU, the bins of piecewise linear inputs) within 0.002 of the tested value.";

/** The largest error of all entries that were checked. */
export function worstError({ layers }: Explanation): number {
  const arrays = layers.flatMap(({ input, parameters }) => [input, ...parameters]);
  return Math.max(0, ...arrays.flatMap(({ checked }) => checked.map(({ error }) => error)));
}
