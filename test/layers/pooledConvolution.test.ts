import { afterAll, describe, expect, test, vi } from "vitest";
import {
  Conv2d,
  type DType,
  evaluation,
  Flatten,
  type Kernels,
  Linear,
  MaxPool2d,
  RandomState,
  Relu,
  Sequential,
  scalarKernels,
  Tensor,
  wasmKernels,
} from "../../src/index.ts";
import type { Window2d } from "../../src/kernels/imageKernels.ts";
import { nativeKernels, nativeStatus } from "../../src/node/kernels/nativeKernels.ts";

// 48 × 48 × 8 results of the convolution: in float32 more than 2 MiB for 28 images and more, in float64 for 14
const [side, outputs] = [48, 8];

function networkOf(kernels: Kernels, dtype: DType): Sequential {
  const random = new RandomState(1);
  const convolution = (channels: number, wanted: number) =>
    new Conv2d(channels, wanted, { kernel: 3, padding: "same", random, dtype });
  return new Sequential(
    [
      ...[convolution(3, outputs), new MaxPool2d({ size: 3, stride: 2 }), new Relu()],
      ...[convolution(outputs, 5), new MaxPool2d({ size: 2 }), new MaxPool2d({ size: 3 })],
      ...[new Flatten(), new Linear(5 * 9, 4, { random, dtype, initScale: 0.1 })],
    ],
    { kernels },
  );
}

function noise(dtype: DType, shape: readonly number[], seed: number): Tensor {
  const values = Tensor.zeros(shape, dtype);
  new RandomState(seed).fillRandn(values.data);
  return values;
}

const pass = () => ({ mode: "train", random: new RandomState(0) }) as const;

const all = [
  ["scalar", () => scalarKernels],
  ["wasm", () => wasmKernels({ threads: 2 })],
  ...(nativeStatus().available ? [["native", () => nativeKernels({ threads: 2 })] as const] : []),
] as const;

describe.each(all)("a convolution and max pooling after it, %s", (_, open) => {
  const kernels = open();
  afterAll(() => kernels.close?.());

  test.each([
    ["float32", 28],
    ["float32", 65],
    ["float64", 15],
  ] as const)("in %s, %i images have the bits of the layers one after the other", (dtype, batch) => {
    const [x, dy] = [noise(dtype, [batch, side, side, 3], 2), noise(dtype, [batch, 4], 3)];
    const [whole, apart] = [networkOf(kernels, dtype), networkOf(kernels, dtype)];
    const y = apart.layers.reduce((value, layer) => layer.forward(value, pass()), x);
    expect(whole.forward(x, pass())).toEqual(y);
    const dx = apart.layers.reduceRight((gradient, layer) => layer.backward(gradient), dy);
    expect(whole.backward(dy)).toEqual(dx);
    expect(whole.gradients).toEqual(apart.gradients);
    const gradients = whole.gradients.slice();
    whole.forward(x, pass());
    whole.backwardParameters(dy);
    expect(whole.gradients).toEqual(gradients);
    expect(whole.forward(x, evaluation)).toEqual(y);
  });
});

describe("parts", () => {
  const kernels = wasmKernels({ threads: 1 });
  afterAll(() => kernels.close());

  test("large batches are computed in parts, small ones at once", () => {
    const [convolutions, pools] = [vi.spyOn(kernels.images, "conv2d"), vi.spyOn(kernels.images, "maxPool2d")];
    const network = networkOf(kernels, "float32");
    const batches = (images: number) => {
      for (const calls of [convolutions, pools]) calls.mockClear();
      network.forward(noise("float32", [images, side, side, 3], 2), evaluation);
      return [convolutions, pools].map((calls) => calls.mock.calls.map((values) => (values.at(-1) as Window2d).batch));
    };
    expect(batches(28)).toEqual([
      [28, 28],
      [28, 28, 28],
    ]);
    expect(batches(65)).toEqual([
      [28, 28, 9, 65],
      [28, 28, 9, 65, 65],
    ]);
    vi.restoreAllMocks();
  });

  test("weights that are larger than the results are not packed for each part", () => {
    const convolution = new Conv2d(300, 400, { kernel: 3, padding: "same", random: new RandomState(1) });
    const network = new Sequential([convolution, new MaxPool2d({ size: 2 })], { kernels });
    const calls = vi.spyOn(kernels.images, "conv2d");
    network.forward(noise("float32", [400, 4, 4, 300], 2), evaluation);
    expect(calls).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
  });
});
