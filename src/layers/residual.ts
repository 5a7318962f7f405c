import * as v from "valibot";
import type { Workspace } from "../kernels/workspace.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Buffer, Parameter } from "../tensor/parameter.ts";
import { formatShape, type Numbers, type Shape, type Tensor } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { Sequential } from "./sequential.ts";

/**
 * y = x + inner(x): the inner layers learn a change of x, and the gradient can pass around them. With a shortcut y = shortcut(x) + inner(x),
 * for inner layers that change the shape; a linear layer or a 1×1 convolution is usual. Parameters are called by the path, res1_fc1_w, those of
 * the shortcut res1_shortcut_conv1_w. He et al. 2016, arXiv:1512.03385. Throws ShapeError if the two terms have different shapes.
 */
export class Residual extends Layer {
  readonly kind = "residual";
  readonly inner: Sequential;
  readonly shortcut: Sequential | undefined;
  override readonly parameters: readonly Parameter[];
  override readonly buffers: readonly Buffer[];

  constructor(
    inner: Sequential | readonly Layer[],
    {
      name = "",
      shortcut,
    }: { readonly name?: string; readonly shortcut?: Sequential | readonly Layer[] | undefined } = {},
  ) {
    super();
    this.inner = sequenceOf(inner);
    this.inner.belongTo(this);
    this.shortcut = shortcut && sequenceOf(shortcut);
    this.shortcut?.belongTo(this);
    if (this.shortcut) this.shortcut.name = "shortcut";
    this.name = name;
    this.parameters = this.ways.flatMap(({ parameters }) => parameters);
    this.buffers = this.ways.flatMap(({ buffers }) => buffers);
  }

  /** the inner layers and the shortcut, if there is one */
  private get ways(): readonly Sequential[] {
    return this.shortcut ? [this.inner, this.shortcut] : [this.inner];
  }

  override get children(): readonly Layer[] {
    return this.shortcut ? this.ways : this.inner.layers;
  }

  override get isParallel(): boolean {
    return this.shortcut !== undefined;
  }

  override get prefix(): string {
    return "res";
  }

  override multiplyAdds(inputShape: Shape): number {
    return this.ways.reduce((sum, way) => sum + way.multiplyAdds(inputShape), 0);
  }

  override get parameterKeys(): readonly string[] {
    return [...this.inner.parameterKeys, ...(this.shortcut?.parameterKeys ?? []).map((key) => `shortcut_${key}`)];
  }

  override get bufferKeys(): readonly string[] {
    return [...this.inner.bufferKeys, ...(this.shortcut?.bufferKeys ?? []).map((key) => `shortcut_${key}`)];
  }

  override moveTo(values: Numbers, gradients: Numbers): void {
    const size = this.inner.parameters.reduce((sum, { value }) => sum + value.size, 0);
    this.inner.moveTo(values.subarray(0, size), gradients.subarray(0, size));
    this.shortcut?.moveTo(values.subarray(size), gradients.subarray(size));
  }

  override attach(workspace: Workspace): void {
    super.attach(workspace);
    for (const way of this.ways) way.attach(workspace);
  }

  outputShape(shape: Shape, mode?: Pass["mode"]): Shape {
    const inner = this.inner.outputShape(shape, mode);
    const direct = this.shortcut?.outputShape(shape, mode) ?? shape;
    if (formatShape(inner) !== formatShape(direct)) {
      const x = this.shortcut ? "shortcut(x)" : "x";
      throw new ShapeError(
        `${this.describe()}: ${x} + inner(x) needs one shape, ${x} is ${formatShape(direct)}, inner(x) ${formatShape(inner)}`,
      );
    }
    return direct;
  }

  // y = x + inner(x), or shortcut(x) + inner(x)
  forward(x: Tensor, pass: Pass): Tensor {
    const direct = this.shortcut ? this.shortcut.forward(x, pass) : x;
    return this.sum(direct, this.inner.forward(x, pass));
  }

  // dx = dy + inner′(dy), or shortcut′(dy) + inner′(dy)
  backward(dy: Tensor): Tensor {
    const direct = this.shortcut ? this.shortcut.backward(dy) : dy;
    return this.sum(direct, this.inner.backward(dy));
  }

  override backwardParameters(dy: Tensor): void {
    for (const way of this.ways) way.backwardParameters(dy);
  }

  /** The sum in a new tensor, because neither of the two may change, and they may be the same. */
  private sum(x: Tensor, change: Tensor): Tensor {
    if (formatShape(x.shape) !== formatShape(change.shape)) this.outputShape(x.shape);
    const y = this.workspace.tensor(x.shape, x.dtype);
    y.data.set(x.data);
    this.workspace.kernels.addScaled(y.data, change.data, 1);
    return y;
  }
}

const sequenceOf = (layers: Sequential | readonly Layer[]): Sequential =>
  layers instanceof Sequential ? layers : new Sequential(layers);

/** Layers inside of a layer; the registry checks each of them against its own kind. */
export const innerLayers = v.pipe(v.array(v.looseObject({ kind: v.string() })), v.minLength(1));

export const residual = layerKind({
  schema: v.strictObject({ layers: innerLayers, shortcut: v.optional(innerLayers) }),
  create: ({ layers, shortcut }, { name, inputShape, inner }) =>
    new Residual(inner(layers, inputShape), { name, shortcut: shortcut && inner(shortcut, inputShape, "shortcut") }),
});

export const sequential = layerKind({
  schema: v.strictObject({ layers: innerLayers }),
  create: ({ layers }, { name, inputShape, inner }) =>
    Object.assign(new Sequential(inner(layers, inputShape)), { name }),
});
