// A layer of your own: forward and backward side by side, checked against central differences.
import { checkGradients, Layer, RandomState, type Shape, Tensor } from "handgrad";

/** y = x², element by element. */
class Square extends Layer {
  readonly kind = "square";
  private x?: Tensor;

  outputShape(shape: Shape): Shape {
    return shape;
  }

  // y = x²
  forward(x: Tensor): Tensor {
    this.x = x;
    return new Tensor(
      x.shape,
      x.data.map((value) => value * value),
    );
  }

  // dx = 2x ⊙ dy
  backward(dy: Tensor): Tensor {
    const x = this.saved(this.x);
    return new Tensor(
      x.shape,
      dy.data.map((value, i) => 2 * x.data[i] * value),
    );
  }
}

const random = new RandomState(0);
const [x, dy] = [Tensor.zeros([3, 4], "float64"), Tensor.zeros([3, 4], "float64")];
random.fillRandn(x.data);
random.fillRandn(dy.data);
console.log("relative error of dx:", checkGradients(new Square(), { x, dy }).x.toExponential(1));
