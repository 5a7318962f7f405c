import { Ensemble } from "../layers/ensemble.ts";
import type { Layer } from "../layers/layer.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { Loss } from "../losses/loss.ts";
import { RandomState, type RandomStateData } from "../random/randomState.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { indexOfPlace } from "../tensor/places.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { numericalGradient, relativeError } from "./gradientCheck.ts";

/** One entry of a gradient: from the backward pass, and from central differences. */
export interface CheckedEntry {
  readonly index: readonly number[];
  readonly analytic: number;
  readonly numerical: number;
  /** |analytic − numerical| / max(10⁻⁸, |analytic| + |numerical|) */
  readonly error: number;
}

export interface TracedParameter {
  /** its name in the layer: "w"; "fc1_w" in a layer made of layers */
  readonly key: string;
  readonly value: Tensor;
  readonly gradient: Tensor;
  /** its place among the parameters of the network, which share one flat buffer */
  readonly parameter: number;
}

/** The arrays of one layer in a step, as copies. */
export interface TracedLayer {
  readonly layer: Layer;
  /** its place in the network, then the place within the layer there: [2, 0] */
  readonly path: readonly number[];
  /** "fc1"; the kind, if the layer has no name */
  readonly name: string;
  readonly kind: string;
  readonly x: Tensor;
  readonly y: Tensor;
  /** ∂J/∂x and ∂J/∂y */
  readonly dx: Tensor;
  readonly dy: Tensor;
  readonly parameters: readonly TracedParameter[];
  /** its arrays that are not trained, such as frozen weights */
  readonly buffers: readonly { readonly key: string; readonly value: Tensor }[];
  /** the random stream when its forward pass began */
  readonly random: RandomStateData;
  /** the layers within, such as those of a residual block; the members of an ensemble */
  readonly inner: readonly TracedLayer[];
}

/** One batch through a network, forward and backward. */
export interface TracedStep {
  readonly loss: number;
  readonly lossKind: string;
  /** the loss with its options, and its targets */
  readonly lossFunction: Loss<never>;
  readonly targets: unknown;
  readonly outputs: Tensor;
  /** ∂J/∂outputs */
  readonly dOutputs: Tensor;
  readonly layers: readonly TracedLayer[];
  /**
   * Compares one entry of a gradient with central differences of the loss, through the whole network with the same masks of dropout:
   * (8[J(θ+h) − J(θ−h)] − [J(θ+2h) − J(θ−2h)]) / 12h, h = 10⁻³; while the error is not below 10⁻⁴, also 10⁻⁴ and 10⁻⁵, and the best is
   * taken. `array` is "x", "y" or the key of a parameter of the layer, `place` counts in row-major order. Undefined for inputs that are whole
   * numbers, which have no derivative. Throws ShapeError for an array that the layer does not have.
   */
  check(of: TracedLayer, array: string, place: number): CheckedEntry | undefined;
}

/**
 * Differences with an error near 1e-12 for h = 1e-3, so that the remaining error is that of the gradient. If the loss bends within this
 * distance, as after a normalization of numbers near 0, or has a kink nearby, smaller distances are used.
 */
const distances = [1e-3, 1e-4, 1e-5] as const;
/** Up to this error the first distance is accepted. */
const agreeing = 1e-4;

/**
 * Runs one batch through a network in training mode, forward and backward, and records the arrays of every layer, including inner layers.
 * Afterwards gradients are those of the step; values and running means are unchanged. Throws ShapeError for a batch that is not float64, or
 * that does not fit.
 */
export function traceStep<Targets>(
  network: Sequential,
  { x, loss, targets }: { readonly x: Tensor; readonly loss: Loss<Targets>; readonly targets: Targets },
  { seed = 0 }: { readonly seed?: number } = {},
): TracedStep {
  if (x.dtype !== "float64")
    throw new ShapeError("traceStep: float32 is too coarse for central differences; use float64");
  const before = network.save();
  network.outputShape(x.shape, "train");
  const watched = network.layers.map((layer, i) => new Watch(layer, [i], network.parameters));
  const random = new RandomState(seed);
  let outputs: Tensor;
  let dOutputs: Tensor;
  let lossValue: number;
  try {
    const y = network.layers.reduce((value, layer) => layer.forward(value, { mode: "train", random }), x);
    outputs = y.clone();
    lossValue = loss.forward(y, targets);
    dOutputs = loss.backward().clone();
    network.layers.reduceRight((gradient, layer) => layer.backward(gradient), dOutputs.clone());
  } finally {
    for (const each of watched) each.end();
    network.load(before);
  }
  const layers = watched.map((each) => each.traced());

  /** the loss from a layer of the network on, with the masks of the pass above */
  const lossFrom = (i: number): number => {
    const again = RandomState.fromState(layers[i].random);
    const pass = { mode: "train", random: again } as const;
    const y = network.layers.slice(i).reduce((value, layer) => layer.forward(value, pass), layers[i].x);
    return loss.forward(y, targets);
  };

  const check = (of: TracedLayer, array: string, place: number): CheckedEntry | undefined => {
    const { layer, path } = of;
    const parameter = of.parameters.find(({ key }) => key === array);
    if (!parameter && array !== "x" && array !== "y")
      throw new ShapeError(`${layer.describe()}: expected x, y or a parameter, found ${array}`);
    if (array === "x" && layer.discreteInput) return undefined;
    const gradient = parameter?.gradient ?? (array === "x" ? of.dx : of.dy);
    const variable = parameter ? layer.parameters[of.parameters.indexOf(parameter)].value : of[array as "x" | "y"];
    const stop = parameter ? () => {} : replace(layer, array as "x" | "y", variable);
    const saved = network.save();
    try {
      const analytic = gradient.data[place];
      let [numerical, error] = [0, Infinity];
      for (const h of distances) {
        const found = numericalGradient(() => lossFrom(path[0]), variable, { order: 4, h, at: [place] }).data[place];
        const foundError = relativeError([analytic], [found]);
        if (!(foundError >= error)) [numerical, error] = [found, foundError];
        if (error < agreeing) break;
      }
      return { index: indexOfPlace(place, gradient.shape), analytic, numerical, error };
    } finally {
      stop();
      network.load(saved);
    }
  };
  return {
    ...{ loss: lossValue, lossKind: loss.kind, lossFunction: loss as Loss<never>, targets },
    ...{ outputs, dOutputs, layers, check },
  };
}

const innerLayers = (layer: Layer): readonly Layer[] => (layer instanceof Ensemble ? layer.members : layer.children);

/** Records the results of a layer and of its inner layers while they are computed. */
class Watch {
  private readonly layer: Layer;
  private readonly path: readonly number[];
  private readonly inner: readonly Watch[];
  private readonly all: readonly Parameter[];
  private readonly seen: { x?: Tensor; y?: Tensor; dx?: Tensor; dy?: Tensor; random?: RandomStateData } = {};

  constructor(layer: Layer, path: readonly number[], all: readonly Parameter[]) {
    this.layer = layer;
    this.path = path;
    this.all = all;
    this.inner = innerLayers(layer).map((each, i) => new Watch(each, [...path, i], all));
    const { forward, backward } = layer;
    const { seen } = this;
    layer.forward = (x, pass) => {
      seen.x = x.clone();
      if (pass.mode === "train") seen.random = pass.random.state;
      const y = forward.call(layer, x, pass);
      seen.y = y.clone();
      return y;
    };
    layer.backward = (dy) => {
      seen.dy = dy.clone();
      const dx = backward.call(layer, dy);
      seen.dx = dx.clone();
      return dx;
    };
  }

  end(): void {
    for (const method of ["forward", "backward"]) Reflect.deleteProperty(this.layer, method);
    for (const each of this.inner) each.end();
  }

  traced(): TracedLayer {
    const { layer, path, seen, inner, all } = this;
    const keys = layer.parameterKeys;
    const bufferKeys = layer.bufferKeys;
    return {
      ...{ layer, path, name: layer.name || layer.kind, kind: layer.kind },
      ...(seen as Required<typeof seen>),
      parameters: layer.parameters.map((parameter, i) => ({
        key: keys[i],
        value: parameter.value.clone(),
        gradient: parameter.gradient.clone(),
        parameter: all.indexOf(parameter),
      })),
      buffers: layer.buffers.map(({ value }, i) => ({ key: bufferKeys[i], value: value.clone() })),
      inner: inner.map((each) => each.traced()),
    };
  }
}

/** Until it is ended, the layer uses `value` as its input, or returns it as its output. */
function replace(layer: Layer, array: "x" | "y", value: Tensor): () => void {
  const { forward } = layer;
  layer.forward = (x, pass) => {
    const y = forward.call(layer, array === "x" ? value : x, pass);
    return array === "x" ? y : value;
  };
  return () => void Reflect.deleteProperty(layer, "forward");
}

/** All layers of a trace in the order in which their outputs are computed: inner layers before the layer that contains them. */
export function allLayers(layers: readonly TracedLayer[]): TracedLayer[] {
  return layers.flatMap((each) => [...allLayers(each.inner), each]);
}
