import type { Sequential } from "../layers/sequential.ts";
import type { Loss } from "../losses/loss.ts";
import { RandomState } from "../random/randomState.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type CheckedEntry, type TracedLayer, traceStep } from "./traceStep.ts";

/** An array that the loss depends on, ∂J/∂ of it, and some of its entries checked. */
export interface ExplainedArray {
  readonly name: string;
  readonly value: Tensor;
  readonly gradient: Tensor;
  readonly checked: readonly CheckedEntry[];
}

export interface ExplainedLayer {
  /** "fc1"; the kind, if the layer has no name */
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
  /** the number of entries of each gradient to check: the largest one, and others by `seed` */
  readonly entries?: number;
}

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
  const trace = traceStep(network, { x, loss, targets }, { seed });
  const draw = new RandomState(seed);
  const explained = (of: TracedLayer, name: string, value: Tensor, gradient: Tensor): ExplainedArray => {
    const constant = name === "x" && of.layer.discreteInput;
    const places = constant ? [] : chooseEntries(gradient, entries, draw);
    return { name, value, gradient, checked: places.map((place) => trace.check(of, name, place) as CheckedEntry) };
  };
  const layers = trace.layers.map((of): ExplainedLayer => {
    const { name, kind } = of;
    return {
      ...{ name, kind },
      input: explained(of, "x", of.x, of.dx),
      output: { value: of.y, gradient: of.dy },
      parameters: of.parameters.map(({ key, value, gradient }) => explained(of, key, value, gradient)),
    };
  });
  return { loss: trace.loss, lossKind: trace.lossKind, layers };
}

/** The entry with the largest gradient, then others at random. */
function chooseEntries({ data, size }: Tensor, entries: number, random: RandomState): number[] {
  let largest = 0;
  for (let i = 1; i < size; i++) if (Math.abs(data[i]) > Math.abs(data[largest])) largest = i;
  const others = random.choice(size, Math.min(size, entries), false);
  return [...new Set([largest, ...others])].slice(0, Math.min(size, entries));
}

/** Possible causes of a large error. */
export const kinkNote =
  "An error above 10⁻⁴ means a wrong backward pass, or a kink (ReLU, the bins of piecewise linear inputs) within 0.002 of the tested value.";

/** The largest error of all entries that were checked. */
export function worstError({ layers }: Explanation): number {
  const arrays = layers.flatMap(({ input, parameters }) => [input, ...parameters]);
  return Math.max(0, ...arrays.flatMap(({ checked }) => checked.map(({ error }) => error)));
}
