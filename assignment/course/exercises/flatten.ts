import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise, Mistake } from "../exercise.ts";
import { type LayerCase, layerExperiments } from "../layerExperiments.ts";
import { quantity, randomQuantity } from "../quantities.ts";
import type { Quantity } from "../wire.ts";

const skeleton = `import { type NdArray, notWritten, reshape } from "./array.ts";

/**
 * Makes one row of each example: an image of height 32, width 32 and 3 channels becomes 3072 numbers.
 *
 * Shapes: x (batch, d1, d2, …), y (batch, d1·d2·…), in the same row-major order.
 */
export class Flatten {
  /** Returns y. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Flatten.forward");
  }

  /** From dy = ∂J/∂y, (batch, d1·d2·…), returns ∂J/∂x in the shape of x. */
  backward(dy: NdArray): NdArray {
    return notWritten("Flatten.backward");
  }
}
`;

function cases(random: RandomState): readonly [LayerCase, LayerCase, LayerCase, ...LayerCase[]] {
  const one = (batch: number, shape: readonly number[], special?: string): LayerCase => {
    const size = shape.reduce((product, length) => product * length, 1);
    return {
      x: randomQuantity(random, [batch, ...shape]),
      dy: randomQuantity(random, [batch, size]),
      dims: { batch, size },
      ...(special && { special }),
    };
  };
  return [
    one(5, [2, 3, 4]),
    one(3, [4, 2, 3]),
    one(3, [4, 2, 3]),
    one(4, [3, 2], "for x of rank 3"),
    one(3, [5], "for x that is a matrix already"),
    one(1, [2, 3, 2], "for a batch of one example"),
  ];
}

/** The axes behind the first one in reverse order: what a column-major loop gives. */
function innerReversed({ shape, data }: Quantity): Quantity {
  const [batch, ...inner] = shape;
  const size = data.length / batch;
  const result = new Float64Array(data.length);
  for (let at = 0; at < data.length; at++) {
    let [rest, place, stride] = [at % size, 0, size];
    for (const length of inner.toReversed()) {
      stride /= length;
      place += (rest % length) * stride;
      rest = Math.floor(rest / length);
    }
    result[at - (at % size) + place] = data[at];
  }
  return { shape, data: result };
}

const flat = (x: Quantity): Quantity => quantity([x.shape[0], x.data.length / x.shape[0]], x.data);

const shapeMistake = (
  message: string,
  result: (one: LayerCase) => readonly number[],
  name: "y" | "dx",
): Mistake<LayerCase> => ({
  cause: "shape",
  message,
  results: (one, right) => ({ [name]: quantity(result(one), right[name].data) }),
});

const size = ({ x }: LayerCase): number => x.data.length;
const inner = ({ x }: LayerCase): number => x.data.length / x.shape[0];

export const flatten: Exercise = {
  id: "flatten",
  title: "Flatten",
  chapter: "layers",
  points: 2,
  skeleton,
  hints: [
    "Does any number change? What changes?",
    "Forward gives each example one row and keeps the order of the numbers. Backward undoes exactly this.",
    "Forward keeps the shape of x. The new shape has the batch first, and then the product of all other lengths.",
  ],
  experiments: layerExperiments<LayerCase>({
    name: "Flatten",
    args: () => [],
    cases,
    expected: ({ x, dy }) => ({ y: flat(x), dx: quantity(x.shape, dy.data) }),
    mistakes: [
      shapeMistake(
        "y is one long vector: the examples of the batch must stay apart, one row each",
        (one) => [size(one)],
        "y",
      ),
      shapeMistake(
        "y is one row with the numbers of all examples: each example needs a row of its own",
        (one) => [1, size(one)],
        "y",
      ),
      shapeMistake(
        "y is one column with the numbers of all examples: each example needs a row",
        (one) => [size(one), 1],
        "y",
      ),
      shapeMistake("y has its axes exchanged: the batch comes first", (one) => [inner(one), one.x.shape[0]], "y"),
      shapeMistake("y has the shape of x: forward does not flatten", ({ x }) => x.shape, "y"),
      shapeMistake("dx has the shape of dy: backward must give it the shape of x", ({ dy }) => dy.shape, "dx"),
      shapeMistake("dx is one long vector: backward must give it the shape of x", (one) => [size(one)], "dx"),
      shapeMistake("dx has the lengths of x in reverse order", ({ x }) => x.shape.toReversed(), "dx"),
      {
        cause: "order",
        message: "the numbers of each example are in column-major order: the last axis must vary fastest",
        results: ({ x, dy }) => ({
          y: flat(innerReversed(x)),
          dx: quantity(x.shape, innerReversed(quantity([x.shape[0], ...x.shape.slice(1).toReversed()], dy.data)).data),
        }),
      },
      {
        cause: "wrong-result",
        message: "backward returns x: it must return the gradient that arrives, in the shape of x",
        results: ({ x }) => ({ dx: x }),
      },
    ],
  }),
};
