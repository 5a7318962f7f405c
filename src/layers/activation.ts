import * as v from "valibot";
import type { ActivationName } from "../kernels/kernels.ts";
import { finite, notNegative, positive } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/** y = f(x), element by element, for any shape. `kernels/activations.ts` states each f and f′, side by side. */
export abstract class Activation extends Layer {
  abstract override readonly kind: ActivationName;
  private derivative: Tensor | undefined;

  /** the parameter that the functions of the table take besides x */
  get parameter(): number {
    return 0;
  }

  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  // y = f(x); the derivative f′(x) comes from the same intermediate results, so it is kept for backward
  forward(x: Tensor, pass?: Pass): Tensor {
    const y = this.workspace.tensor(x.shape, x.dtype);
    this.derivative = this.keeps(pass) ? this.workspace.tensor(x.shape, x.dtype) : undefined;
    this.workspace.kernels.activate(this.kind, y.data, this.derivative?.data, x.data, this.parameter);
    return y;
  }

  /** Whether `backward` is to follow the pass, so that it needs f′. */
  keeps(pass?: Pass): boolean {
    return pass?.mode !== "evaluate" && pass?.inputGradient !== false;
  }

  /** What `backward` needs, from a layer that has computed f and f′ together with its own output; undefined after a pass without it. */
  keep(derivative: Tensor | undefined): void {
    this.derivative = derivative;
  }

  // dx = dy ⊙ f′(x)
  backward(dy: Tensor): Tensor {
    const derivative = this.saved(this.derivative);
    this.expectGradient(dy, derivative.shape);
    const dx = this.workspace.tensor(dy.shape, dy.dtype);
    this.workspace.kernels.multiply(dx.data, dy.data, derivative.data);
    return dx;
  }
}

/** x·Φ(x), by default in the tanh approximation ½x(1 + tanh(√(2/π)(x + 0.044715x³))). Hendrycks & Gimpel 2016 */
export class Gelu extends Activation {
  readonly kind: "gelu" | "geluExact";

  constructor({ approximate = "tanh" }: { readonly approximate?: "tanh" | "none" } = {}) {
    super();
    this.kind = approximate === "tanh" ? "gelu" : "geluExact";
  }
}

/** max(0, x) */
export class Relu extends Activation {
  readonly kind = "relu";
}

/** x where x > 0, else negativeSlope·x */
export class LeakyRelu extends Activation {
  readonly kind = "leakyRelu";
  readonly negativeSlope: number;

  constructor({ negativeSlope = 0.01 }: { readonly negativeSlope?: number | undefined } = {}) {
    super();
    this.negativeSlope = negativeSlope;
  }

  override get parameter(): number {
    return this.negativeSlope;
  }

  override options() {
    return { negativeSlope: this.negativeSlope };
  }
}

/** tanh x */
export class Tanh extends Activation {
  readonly kind = "tanh";
}

/** 1 / (1 + e⁻ˣ) */
export class Sigmoid extends Activation {
  readonly kind = "sigmoid";
}

/** x / (1 + e⁻ˣ), also called swish */
export class Silu extends Activation {
  readonly kind = "silu";
}

/** x where x > 0, else alpha·(eˣ − 1). Clevert et al. 2016 */
export class Elu extends Activation {
  readonly kind = "elu";
  readonly alpha: number;

  constructor({ alpha = 1 }: { readonly alpha?: number | undefined } = {}) {
    super();
    this.alpha = alpha;
  }

  override get parameter(): number {
    return this.alpha;
  }

  override options() {
    return this.alpha === 1 ? {} : { alpha: this.alpha };
  }
}

/** 1.0507·x where x > 0, else 1.7581·(eˣ − 1); for weights that start with `lecun`. Klambauer et al. 2017 */
export class Selu extends Activation {
  readonly kind = "selu";
}

/** x·min(max(0, x + 3), 6)/6. Howard et al. 2019 */
export class HardSwish extends Activation {
  readonly kind = "hardSwish";
}

export interface SoftplusOptions {
  /** the larger, the closer to max(0, x); above 0 */
  readonly beta?: number | undefined;
  /** where beta·x is larger, y = x */
  readonly threshold?: number | undefined;
}

/** log(1 + e^(βx))/β, and x itself where βx exceeds the threshold of 20; PyTorch's Softplus. Throws SettingsError unless β > 0. */
export class Softplus extends Activation {
  readonly kind = "softplus";
  readonly beta: number;
  readonly threshold: number;

  constructor({ beta = 1, threshold = 20 }: SoftplusOptions = {}) {
    super();
    if (!(beta > 0 && beta < Infinity)) throw new SettingsError(`Softplus: beta must be a number above 0, got ${beta}`);
    this.beta = beta;
    this.threshold = threshold;
  }

  override get parameter(): number {
    return this.threshold;
  }

  override options() {
    const { beta, threshold } = this;
    return { ...(beta !== 1 && { beta }), ...(threshold !== 20 && { threshold }) };
  }

  // y = softplus(βx)/β   y′ = softplus′(βx): what the table has, of βx
  override forward(x: Tensor, pass?: Pass): Tensor {
    if (this.beta === 1) return super.forward(x, pass);
    const { updates } = this.workspace.kernels;
    const scaled = this.workspace.tensor(x.shape, x.dtype);
    scaled.data.set(x.data);
    updates.scale(scaled.data, this.beta);
    const y = super.forward(scaled, pass);
    updates.scale(y.data, 1 / this.beta);
    return y;
  }
}

/** A new layer for every activation, by its name. */
export const activationLayers = {
  gelu: () => new Gelu(),
  geluExact: () => new Gelu({ approximate: "none" }),
  relu: () => new Relu(),
  leakyRelu: (options?: { readonly negativeSlope?: number | undefined }) => new LeakyRelu(options),
  tanh: () => new Tanh(),
  sigmoid: () => new Sigmoid(),
  silu: () => new Silu(),
  softplus: (options?: SoftplusOptions) => new Softplus(options),
  elu: (options?: { readonly alpha?: number | undefined }) => new Elu(options),
  selu: () => new Selu(),
  hardSwish: () => new HardSwish(),
} satisfies Record<ActivationName, () => Activation>;

const plain = (create: () => Activation) => layerKind({ schema: v.strictObject({}), create: () => create() });

/** The kinds of layers of all activations. */
export const activationKinds = {
  gelu: plain(activationLayers.gelu),
  geluExact: plain(activationLayers.geluExact),
  relu: plain(activationLayers.relu),
  leakyRelu: layerKind({
    schema: v.strictObject({ negativeSlope: v.optional(finite) }),
    create: (options) => activationLayers.leakyRelu(options),
  }),
  tanh: plain(activationLayers.tanh),
  sigmoid: plain(activationLayers.sigmoid),
  silu: plain(activationLayers.silu),
  softplus: layerKind({
    schema: v.strictObject({ beta: v.optional(positive), threshold: v.optional(notNegative) }),
    create: (options) => activationLayers.softplus(options),
  }),
  elu: layerKind({
    schema: v.strictObject({ alpha: v.optional(finite) }),
    create: (options) => activationLayers.elu(options),
  }),
  selu: plain(activationLayers.selu),
  hardSwish: plain(activationLayers.hardSwish),
} satisfies Record<ActivationName, object>;
