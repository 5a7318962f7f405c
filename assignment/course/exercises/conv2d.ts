import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise } from "../exercise.ts";
import { finiteMistakes } from "../finiteMistakes.ts";
import { layerExperiments } from "../layerExperiments.ts";
import { randomQuantity } from "../quantities.ts";
import { type ConvCase, convolution } from "./conv2d/formulas.ts";
import { mistakes } from "./conv2d/mistakes.ts";

const skeleton = `import { type NdArray, notWritten, type Parameter, zeros } from "./array.ts";

/**
 * A two-dimensional convolution with stride 1 (as usual in neural networks, the kernel is not flipped):
 *
 * y[n, i, j, o] = b[o] + Σ over k, l, c of x[n, i + k − padding, j + l − padding, c]·w[k, l, c, o]
 *
 * where x is 0 outside the image.
 *
 * Shapes: x (batch, height, width, in), w (kernel height, kernel width, in, out), b (out),
 * y (batch, height + 2·padding − kernel height + 1, width + 2·padding − kernel width + 1, out).
 */
export class Conv2d {
  readonly w: NdArray;
  readonly b: NdArray;
  /** ∂J/∂w and ∂J/∂b after backward, in the shapes of w and b */
  dw: NdArray;
  db: NdArray;
  readonly padding: number;

  constructor(w: NdArray, b: NdArray, padding = 0) {
    this.w = w;
    this.b = b;
    this.dw = zeros(...w.shape);
    this.db = zeros(...b.shape);
    this.padding = padding;
  }

  /** Returns y. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Conv2d.forward");
  }

  /** From dy = ∂J/∂y, in the shape of y, sets dw and db and returns ∂J/∂x, in the shape of x. */
  backward(dy: NdArray): NdArray {
    return notWritten("Conv2d.backward");
  }

  parameters(): Parameter[] {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

interface Sizes {
  readonly batch: number;
  readonly image: readonly [number, number];
  readonly kernel?: readonly [number, number];
  readonly padding?: number;
  readonly special?: string;
}

const [channels, filters] = [2, 3];

function cases(random: RandomState): readonly [ConvCase, ConvCase, ConvCase, ...ConvCase[]] {
  const b = randomQuantity(random, [filters]);
  const shared = randomQuantity(random, [3, 2, channels, filters]);
  const one = ({ batch, image, kernel = [3, 2], padding = 2, special }: Sizes): ConvCase => {
    const outputs = image.map((length, axis) => length + 2 * padding - kernel[axis] + 1);
    return {
      w: kernel[0] === 3 ? shared : randomQuantity(random, [...kernel, channels, filters]),
      b,
      padding,
      x: randomQuantity(random, [batch, ...image, channels]),
      dy: randomQuantity(random, [batch, ...outputs, filters]),
      dims: {
        batch,
        "the number of output positions": outputs[0] * outputs[1],
        "batch and the number of output positions": batch * outputs[0] * outputs[1],
        "the number of weights of a filter": kernel[0] * kernel[1] * channels,
      },
      inputs: { w: shared, b },
      ...(special && { special }),
    };
  };
  return [
    one({ batch: 2, image: [5, 4] }),
    one({ batch: 3, image: [4, 6] }),
    one({ batch: 3, image: [4, 6] }),
    one({ batch: 2, image: [4, 5], padding: 0, special: "for padding 0" }),
    one({ batch: 2, image: [3, 4], padding: 1, special: "for padding 1" }),
    one({ batch: 2, image: [4, 3], kernel: [1, 1], padding: 0, special: "for a kernel of 1×1" }),
    one({ batch: 1, image: [2, 2], kernel: [2, 2], padding: 0, special: "for one image of the size of the kernel" }),
  ];
}

export const conv2d: Exercise = {
  id: "conv2d",
  title: "Convolution",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    {
      text: "How many parameters has a convolution with a 3×3 kernel from 16 to 32 channels, and how many would a linear layer between the same 32×32 images have?",
    },
  ],
  hints: [
    "Forward is a sum over seven indices. Write the loops first, and find for each place of the kernel the place of the image that it is multiplied with.",
    "Each product x·w adds to exactly one y. Backward visits the same products: the dy of that y, times the one factor, belongs to the gradient of the other.",
    "With the same loops and the same three places as in forward: dw gets x·dy, dx gets w·dy, and both are sums, because each weight and each pixel is used many times. db is the sum of dy over all axes except the last.",
  ],
  experiments: layerExperiments<ConvCase>({
    name: "Conv2d",
    args: ({ w, b, padding }) => [w, b, padding],
    cases,
    expected: (one) => convolution(one),
    mistakes: finiteMistakes(mistakes),
  }),
};
