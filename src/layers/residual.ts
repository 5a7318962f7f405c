import * as v from "valibot";
import type { Workspace } from "../kernels/workspace.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Buffer, Parameter } from "../tensor/parameter.ts";
import { formatShape, type Numbers, type Shape, type Tensor } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { Sequential } from "./sequential.ts";

/**
 * y = x + inner(x): the inner layers learn what to change, and the gradient always has a way around them. Their parameters
 * are called by the path, res1_fc1_w. He et al. 2016, arXiv:1512.03385. Throws ShapeError where inner(x) has another shape.
 */
export class Residual extends Layer {
  readonly kind = "residual";
  readonly inner: Sequential;
  override readonly parameters: readonly Parameter[];
  override readonly buffers: readonly Buffer[];

  constructor(inner: Sequential | readonly Layer[], { name = "" }: { readonly name?: string } = {}) {
    super();
    this.inner = inner instanceof Sequential ? inner : new Sequential(inner as readonly Layer[]);
    this.inner.belongTo(this);
    this.name = name;
    this.parameters = this.inner.parameters;
    this.buffers = this.inner.buffers;
  }

  override get children(): readonly Layer[] {
    return this.inner.layers;
  }

  override get prefix(): string {
    return "res";
  }

  override multiplyAdds(inputShape: Shape): number {
    return this.inner.multiplyAdds(inputShape);
  }

  override get parameterKeys(): readonly string[] {
    return this.inner.parameterKeys;
  }

  override get bufferKeys(): readonly string[] {
    return this.inner.bufferKeys;
  }

  override moveTo(values: Numbers, gradients: Numbers): void {
    this.inner.moveTo(values, gradients);
  }

  override attach(workspace: Workspace): void {
    super.attach(workspace);
    this.inner.attach(workspace);
  }

  outputShape(shape: Shape, mode?: Pass["mode"]): Shape {
    const inner = this.inner.outputShape(shape, mode);
    if (formatShape(inner) !== formatShape(shape)) {
      throw new ShapeError(
        `${this.describe()}: x + inner(x) needs one shape, x is ${formatShape(shape)}, inner(x) ${formatShape(inner)}`,
      );
    }
    return shape;
  }

  // y = x + inner(x)
  forward(x: Tensor, pass: Pass): Tensor {
    return this.sum(x, this.inner.forward(x, pass));
  }

  // dx = dy + inner′(dy)
  backward(dy: Tensor): Tensor {
    return this.sum(dy, this.inner.backward(dy));
  }

  override backwardParameters(dy: Tensor): void {
    this.inner.backwardParameters(dy);
  }

  /** In a tensor of its own: neither of the two may change, and they may be the same. */
  private sum(x: Tensor, change: Tensor): Tensor {
    if (formatShape(x.shape) !== formatShape(change.shape)) this.outputShape(x.shape);
    const y = this.workspace.tensor(x.shape, x.dtype);
    y.data.set(x.data);
    this.workspace.kernels.addScaled(y.data, change.data, 1);
    return y;
  }
}

/** Layers inside of a layer; the registry checks each of them against its own kind. */
export const innerLayers = v.pipe(v.array(v.looseObject({ kind: v.string() })), v.minLength(1));

export const residual = layerKind({
  schema: v.strictObject({ layers: innerLayers }),
  create: ({ layers }, { name, inputShape, inner }) => new Residual(inner(layers, inputShape), { name }),
});

export const sequential = layerKind({
  schema: v.strictObject({ layers: innerLayers }),
  create: ({ layers }, { name, inputShape, inner }) =>
    Object.assign(new Sequential(inner(layers, inputShape)), { name }),
});
