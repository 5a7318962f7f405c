import * as v from "valibot";
import { positive } from "../schema.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { checkNorm, defaultEpsilon, type NormOptions, scaleAndShift } from "./batchNorm.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/**
 * y = w ⊙ (x − μ)/√(σ² + ε) + b for x (batch, …, features), μ and σ² (divisor n) over the features of each row: the rows of a
 * batch are independent, and training and evaluation are the same. Ba et al. 2016, arXiv:1607.06450.
 * Throws ShapeError for other inputs.
 */
export class LayerNorm extends Layer {
  readonly kind = "layerNorm";
  readonly features: number;
  readonly epsilon: number;
  readonly w: Parameter;
  readonly b: Parameter;
  override readonly parameters: readonly Parameter[];
  private kept?: { readonly x: Tensor; readonly mean: Tensor; readonly inverse: Tensor };

  constructor(features: number, { name = "", epsilon = defaultEpsilon, dtype = "float32" }: NormOptions = {}) {
    super();
    checkNorm("LayerNorm", features, epsilon);
    this.name = name;
    this.features = features;
    this.epsilon = epsilon;
    [this.w, this.b] = scaleAndShift(features, dtype);
    this.parameters = [this.w, this.b];
  }

  override options() {
    return this.epsilon === defaultEpsilon ? {} : { epsilon: this.epsilon };
  }

  override get prefix(): string {
    return "ln";
  }

  outputShape(shape: Shape): Shape {
    this.expectShape(
      "input",
      shape,
      `(batch, …, ${this.features})`,
      shape.length > 1 && shape.at(-1) === this.features,
    );
    return shape;
  }

  // x̂ = (x − μ)/√(σ² + ε), over each row   y = w ⊙ x̂ + b
  forward(x: Tensor): Tensor {
    this.outputShape(x.shape);
    const { workspace, features, epsilon } = this;
    const rows = x.size / features;
    const y = workspace.tensor(x.shape, x.dtype);
    const mean = workspace.tensor([rows], x.dtype);
    const inverse = workspace.tensor([rows], x.dtype);
    const [w, b] = [this.w.value.data, this.b.value.data];
    workspace.kernels.norms.layerNorm(y.data, mean.data, inverse.data, x.data, w, b, rows, features, epsilon);
    this.kept = { x, mean, inverse };
    return y;
  }

  // dw = Σ dy ⊙ x̂   db = Σ dy   dx = (g − mean(g) − x̂ ⊙ mean(g ⊙ x̂))/√(σ² + ε), g = dy ⊙ w, means over each row
  backward(dy: Tensor): Tensor {
    const { x, mean, inverse } = this.saved(this.kept);
    this.expectGradient(dy, x.shape);
    const { workspace, features } = this;
    const dx = workspace.tensor(x.shape, x.dtype);
    workspace.kernels.norms.layerNormBackward(
      dx.data,
      this.w.gradient.data,
      this.b.gradient.data,
      dy.data,
      x.data,
      mean.data,
      inverse.data,
      this.w.value.data,
      x.size / features,
      features,
    );
    return dx;
  }

  override describe(): string {
    return `${this.name || "layerNorm"} (layerNorm ${this.features})`;
  }
}

export const layerNorm = layerKind({
  schema: v.strictObject({ epsilon: v.optional(positive) }),
  create: (options, { name, inputShape, dtype }) =>
    new LayerNorm(inputShape[inputShape.length - 1], { name, dtype, ...options }),
});
