import * as v from "valibot";
import { count } from "../schema.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { checkCounts } from "./checkCounts.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/**
 * Cuts images into squares of `size` × `size` pixels, one token each: (batch, height, width, channels) →
 * (batch, height/size · width/size, size · size · channels), row by row of squares, within each row by row of pixels. A linear layer behind
 * it embeds the patches, as in vision transformers (Dosovitskiy et al. 2020, arXiv:2010.11929) and MLP-Mixers (Tolstikhin et al. 2021,
 * arXiv:2105.01601). Throws SettingsError for a size below 1, ShapeError for images whose sides are no multiples of it.
 */
export class Patches extends Layer {
  readonly kind = "patches";
  readonly size: number;
  private inputShape?: Shape;

  constructor(size: number) {
    super();
    checkCounts("Patches", { size });
    this.size = size;
  }

  override options() {
    return { size: this.size };
  }

  outputShape(shape: Shape): Shape {
    const { size } = this;
    const [batch, height, width, channels] = shape;
    const fits = shape.length === 4 && height % size === 0 && width % size === 0;
    this.expectShape("input", shape, `(batch, height, width, channels), sides multiples of ${size}`, fits);
    return [batch, (height / size) * (width / size), size * size * channels];
  }

  // y[n, token(i, j), (u, v, c)] = x[n, i·size + u, j·size + v, c]: in each row of squares, u and j change places
  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    const { size } = this;
    const [batch, height, width, channels] = x.shape;
    const rowsOfSquares = (batch * height) / size;
    this.workspace.kernels.swapAxes(y.data, x.data, rowsOfSquares, size, width / size, size * channels);
    this.inputShape = x.shape;
    return y;
  }

  // dx[n, i·size + u, j·size + v, c] = dy[n, token(i, j), (u, v, c)]: they change back
  backward(dy: Tensor): Tensor {
    const inputShape = this.saved(this.inputShape);
    this.expectGradient(dy, this.outputShape(inputShape));
    const { size } = this;
    const [batch, height, width, channels] = inputShape;
    const dx = this.workspace.tensor(inputShape, dy.dtype);
    const rowsOfSquares = (batch * height) / size;
    this.workspace.kernels.swapAxes(dx.data, dy.data, rowsOfSquares, width / size, size, size * channels);
    return dx;
  }

  override describe(): string {
    return `${this.name || "patches"} (patches ${this.size}×${this.size})`;
  }
}

export const patches = layerKind({
  schema: v.strictObject({ size: count }),
  create: ({ size }) => new Patches(size),
});
