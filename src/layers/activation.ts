import * as v from "valibot";
import type { ActivationName } from "../kernels/kernels.ts";
import { finite } from "../schema.ts";
import { formatShape, type Shape, type Tensor } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/** y = f(x), element by element, for any shape. `kernels/activations.ts` states each f and f′, side by side. */
export abstract class Activation extends Layer {
  abstract override readonly kind: ActivationName;
  readonly negativeSlope: number = 0;
  private slope: Tensor | undefined;

  outputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  // y = f(x); the slope f′(x) comes from the same intermediate results, so it is kept for backward
  forward(x: Tensor, pass?: Pass): Tensor {
    const y = this.workspace.tensor(x.shape, x.dtype);
    this.slope = pass?.mode === "evaluate" ? undefined : this.workspace.tensor(x.shape, x.dtype);
    this.workspace.kernels.activate(this.kind, y.data, this.slope?.data, x.data, this.negativeSlope);
    return y;
  }

  // dx = dy ⊙ f′(x)
  backward(dy: Tensor): Tensor {
    const slope = this.saved(this.slope);
    this.expectShape("dy", dy.shape, formatShape(slope.shape), formatShape(dy.shape) === formatShape(slope.shape));
    const dx = this.workspace.tensor(dy.shape, dy.dtype);
    this.workspace.kernels.multiply(dx.data, dy.data, slope.data);
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
  override readonly negativeSlope: number;

  constructor({ negativeSlope = 0.01 }: { readonly negativeSlope?: number | undefined } = {}) {
    super();
    this.negativeSlope = negativeSlope;
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

/** A new layer for every activation, by its name. */
export const activationLayers = {
  gelu: () => new Gelu(),
  geluExact: () => new Gelu({ approximate: "none" }),
  relu: () => new Relu(),
  leakyRelu: (options?: { readonly negativeSlope?: number | undefined }) => new LeakyRelu(options),
  tanh: () => new Tanh(),
  sigmoid: () => new Sigmoid(),
  silu: () => new Silu(),
} satisfies Record<ActivationName, () => Activation>;

const plain = (create: () => Activation) => layerKind({ schema: v.strictObject({}), create: () => create() });

/** The same as data. */
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
} satisfies Record<ActivationName, object>;
