import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";

/** A layer that acts only in evaluation, where its outputs may have another shape; in training it is the identity, forward and backward. */
export abstract class EvaluationLayer extends Layer {
  private trained?: Shape | undefined;

  /** Throws ShapeError for inputs that do not fit in the given mode. */
  protected abstract checkInput(shape: Shape, mode: Pass["mode"]): void;
  protected abstract evaluatedShape(shape: Shape): Shape;
  /** The outputs in evaluation, of the evaluated shape. */
  protected abstract evaluate(x: Tensor): Tensor;

  outputShape(shape: Shape, mode: Pass["mode"] = "evaluate"): Shape {
    this.checkInput(shape, mode);
    return mode === "train" ? shape : this.evaluatedShape(shape);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    this.checkInput(x.shape, pass.mode);
    this.trained = pass.mode === "train" ? x.shape : undefined;
    return this.trained ? x : this.evaluate(x);
  }

  backward(dy: Tensor): Tensor {
    this.expectGradient(dy, this.saved(this.trained));
    return dy;
  }
}
