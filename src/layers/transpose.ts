import * as v from "valibot";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/**
 * Swaps tokens and features, (batch, tokens, features) → (batch, features, tokens), so that a linear layer behind it mixes the tokens of
 * each feature. Throws ShapeError for other inputs.
 */
export class Transpose extends Layer {
  readonly kind = "transpose";
  private inputShape?: Shape;

  outputShape(shape: Shape): Shape {
    this.expectShape("input", shape, "(batch, tokens, features)", shape.length === 3);
    return [shape[0], shape[2], shape[1]];
  }

  // y[n, j, i] = x[n, i, j]
  forward(x: Tensor): Tensor {
    const y = this.swapped(x);
    this.inputShape = x.shape;
    return y;
  }

  // dx[n, i, j] = dy[n, j, i]
  backward(dy: Tensor): Tensor {
    const [batch, rows, columns] = this.saved(this.inputShape);
    this.expectGradient(dy, [batch, columns, rows]);
    return this.swapped(dy);
  }

  private swapped(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    const [batch, rows, columns] = x.shape;
    this.workspace.kernels.swapAxes(y.data, x.data, batch, rows, columns, 1);
    return y;
  }
}

export const transpose = layerKind({ schema: v.strictObject({}), create: () => new Transpose() });
