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
  wasmKernels,
} from "../../src/index.ts";
import type { Window2d } from "../../src/kernels/imageKernels.ts";
import { nativeKernels, nativeStatus } from "../../src/node/kernels/nativeKernels.ts";
import { normalTensor } from "../normalTensor.ts";

// 48 × 48 × 8 results of the convolution: 28 images fit into 2 MiB in float32, 14 in float64
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
    const [x, dy] = [normalTensor([batch, side, side, 3], 2, dtype), normalTensor([batch, 4], 3, dtype)];
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
      network.forward(normalTensor([images, side, side, 3], 2, "float32"), evaluation);
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
    network.forward(normalTensor([400, 4, 4, 300], 2, "float32"), evaluation);
    expect(calls).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
  });
});
