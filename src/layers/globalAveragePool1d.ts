import * as v from "valibot";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/** The mean over the tokens, (batch, tokens, features) → (batch, features). Throws ShapeError for other inputs. */
export class GlobalAveragePool1d extends Layer {
  readonly kind = "globalAveragePool1d";
  private inputShape?: Shape;

  outputShape(shape: Shape): Shape {
    this.expectShape("input", shape, "(batch, tokens, features)", shape.length === 3);
    return [shape[0], shape[2]];
  }

  // y[n, j] = Σᵢ x[n, i, j] / tokens
  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    const [batch, tokens, features] = x.shape;
    for (let n = 0; n < batch; n++) {
      const [to, end] = [n * features, (n + 1) * tokens * features];
      y.data.fill(0, to, to + features);
      for (let from = n * tokens * features; from < end; from += features) {
        for (let j = 0; j < features; j++) y.data[to + j] += x.data[from + j];
      }
      for (let j = to; j < to + features; j++) y.data[j] /= tokens;
    }
    this.inputShape = x.shape;
    return y;
  }

  // dx[n, i, j] = dy[n, j] / tokens
  backward(dy: Tensor): Tensor {
    const inputShape = this.saved(this.inputShape);
    const [batch, tokens, features] = inputShape;
    const fits = dy.rank === 2 && dy.shape[0] === batch && dy.shape[1] === features;
    this.expectShape("dy", dy.shape, `(${batch}, ${features})`, fits);
    const dx = this.workspace.tensor(inputShape, dy.dtype);
    for (let n = 0; n < batch; n++) {
      const [first, end] = [n * tokens * features, (n + 1) * tokens * features];
      for (let j = 0; j < features; j++) dx.data[first + j] = dy.data[n * features + j] / tokens;
      for (let to = first + features; to < end; to += features) dx.data.copyWithin(to, first, first + features);
    }
    return dx;
  }
}

export const globalAveragePool1d = layerKind({
  schema: v.strictObject({}),
  create: () => new GlobalAveragePool1d(),
});
