import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Numbers } from "../tensor/tensor.ts";

export interface InitializerContext {
  readonly inputs: number;
  readonly outputs: number;
  readonly random: RandomState;
  /** of convolution weights (height, width, channels / groups, outputs): `inputs` are then height·width·channels / groups */
  readonly kernel?: readonly [height: number, width: number];
  readonly groups?: number;
  /** the standard deviation of `scaled` (default: 0.01) */
  readonly initScale?: number | undefined;
}

/** Fills weights (inputs, outputs), row-major. */
export type Initializer = (weights: Numbers, context: InitializerContext) => void;

/**
 * Initial weights of a linear layer. Which one to choose: he for ReLU, GELU and SiLU, xavier for tanh and sigmoid, lecun for SELU, which
 * keeps the standard deviation by itself, orthogonal for deep networks.
 */
export const initializers = {
  /** initScale · N(0, 1): the assignment's */
  scaled: (weights, { random, initScale = 0.01 }) => random.fillRandn(weights, initScale),
  /** √(2 / inputs) · N(0, 1): the default. He et al. 2015, arXiv:1502.01852 */
  he: (weights, { random, inputs }) => random.fillRandn(weights, Math.sqrt(2 / inputs)),
  /** √(2 / (inputs + outputs)) · N(0, 1). Glorot & Bengio 2010 */
  xavier: (weights, { random, inputs, outputs }) => random.fillRandn(weights, Math.sqrt(2 / (inputs + outputs))),
  /** √(1 / inputs) · N(0, 1). LeCun et al. 1998, Efficient BackProp */
  lecun: (weights, { random, inputs }) => random.fillRandn(weights, Math.sqrt(1 / inputs)),
  /** Columns (or rows, whichever are fewer) of length 1 at right angles: singular values all 1. Saxe et al. 2014, arXiv:1312.6120 */
  orthogonal: fillOrthogonal,
  /**
   * The first outputs, one for each input channel, repeat that channel: 1 at the centre of the window, 0 elsewhere. Further outputs start as
   * √(1 / (3·inputs)) · N(0, 1). With groups, in each group. A chain of such convolutions starts as the identity.
   */
  identity: fillIdentity,
  /** 0, for weights that are loaded or assigned: a network that starts with them learns nothing */
  zeros: (weights) => void weights.fill(0),
} satisfies Record<string, Initializer>;

export type InitializerName = keyof typeof initializers;

export const initializerNames = Object.keys(initializers) as [InitializerName, ...InitializerName[]];

/** The options of a layer for its initial weights. */
interface InitializerChoice {
  readonly initializer?: InitializerName | undefined;
  readonly initScale?: number | undefined;
}

/** The default: he, or scaled if `initScale` is given. */
export const unnamedInitializer = (initScale: number | undefined): InitializerName =>
  initScale === undefined ? "he" : "scaled";

/** The initializer of a layer, named or not. Throws SettingsError for a name that is not in the table. */
export function chosenInitializer(
  layer: string,
  { initScale, initializer = unnamedInitializer(initScale) }: InitializerChoice,
): InitializerName {
  if (Object.hasOwn(initializers, initializer)) return initializer;
  throw new SettingsError(
    `${layer}: initializer: expected one of ${initializerNames.join(", ")}, found ${initializer}`,
  );
}

/** The inverse: the options that choose the same initializer. */
export function initializerOptions({ initializer, initScale }: InitializerChoice): InitializerChoice {
  return {
    ...(initializer !== unnamedInitializer(initScale) && { initializer }),
    ...(initScale !== undefined && { initScale }),
  };
}

function fillIdentity(
  weights: Numbers,
  { inputs, outputs, random, kernel = [1, 1], groups = 1 }: InitializerContext,
): void {
  random.fillRandn(weights, Math.sqrt(1 / (3 * inputs)));
  const [height, width] = kernel;
  const channels = inputs / (height * width);
  const centre = ((height - 1) >> 1) * width + ((width - 1) >> 1);
  for (let output = 0; output < outputs; output++) {
    const channel = output % (outputs / groups);
    if (channel >= channels) continue;
    for (let i = 0; i < inputs; i++) weights[i * outputs + output] = 0;
    weights[(centre * channels + channel) * outputs + output] = 1;
  }
}

/**
 * Gram–Schmidt on normal vectors, each made orthogonal to the earlier ones in turn, which is stable enough for random ones. All
 * orthogonal matrices are equally likely, as the diagonal of R stays positive (Mezzadri 2007, arXiv:math-ph/0609050).
 */
function fillOrthogonal(weights: Numbers, { inputs, outputs, random }: InitializerContext): void {
  const [count, length] = inputs < outputs ? [inputs, outputs] : [outputs, inputs];
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = new Float64Array(length);
    random.fillRandn(vector);
    for (const earlier of vectors) {
      let product = 0;
      for (let k = 0; k < length; k++) product += vector[k] * earlier[k];
      for (let k = 0; k < length; k++) vector[k] -= product * earlier[k];
    }
    let squares = 0;
    for (let k = 0; k < length; k++) squares += vector[k] * vector[k];
    for (let k = 0; k < length; k++) vector[k] /= Math.sqrt(squares);
    vectors.push(vector);
  }
  const [alongVector, alongCount] = inputs < outputs ? [1, outputs] : [outputs, 1];
  vectors.forEach((vector, i) => {
    for (let k = 0; k < length; k++) weights[i * alongCount + k * alongVector] = vector[k];
  });
}
