import * as v from "valibot";
import { type Shape, sizeOf, type Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/** (batch, …) → (batch, product of the rest); no numbers move. */
export class Flatten extends Layer {
  readonly kind = "flatten";
  private inputShape?: Shape;

  outputShape(inputShape: Shape): Shape {
    this.expectShape("input", inputShape, "(batch, …)", inputShape.length > 1);
    return [inputShape[0], sizeOf(inputShape.slice(1))];
  }

  forward(x: Tensor): Tensor {
    this.inputShape = x.shape;
    return x.reshape(this.outputShape(x.shape));
  }

  backward(dy: Tensor): Tensor {
    return dy.reshape(this.saved(this.inputShape));
  }
}

export const flatten = layerKind({ schema: v.strictObject({}), create: () => new Flatten() });
