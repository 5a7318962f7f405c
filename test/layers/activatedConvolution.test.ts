import { afterAll, describe, expect, test, vi } from "vitest";
import {
  Conv2d,
  Dropout,
  type DType,
  evaluation,
  Flatten,
  Gelu,
  type Kernels,
  type Layer,
  Linear,
  RandomState,
  Relu,
  Residual,
  Sequential,
  scalarKernels,
  type TrainPass,
} from "../../src/index.ts";
import { nativeKernels, nativeStatus } from "../../src/node/kernels/nativeKernels.ts";
import { normalTensor } from "../normalTensor.ts";

const batch = 5;
const parametersOnly = (): TrainPass => ({ mode: "train", random: new RandomState(0), inputGradient: false });
const withInputs = (): TrainPass => ({ mode: "train", random: new RandomState(0) });

/** A frozen convolution at the start, as in the recipe `conv`, others with parameters, and one inside a residual layer. */
function networkOf(kernels: Kernels, dtype: DType, first: () => Layer = () => new Gelu()): Sequential {
  const random = new RandomState(1);
  const convolution = (channels: number, outputs: number, frozen = false) =>
    new Conv2d(channels, outputs, { kernel: 3, padding: "same", random, dtype, frozen });
  return new Sequential(
    [
      ...[convolution(3, 8, true), first(), new Dropout(0.8)],
      ...[convolution(8, 6), new Relu()],
      new Residual([convolution(6, 6), new Gelu(), convolution(6, 6)]),
      ...[new Flatten(), new Linear(6 * 49, 3, { random, dtype, initScale: 0.1 })],
    ],
    { kernels },
  );
}

const native = nativeStatus().available ? [["native", nativeKernels({ threads: 2 })] as const] : [];

describe.each([["scalar", scalarKernels] as const, ...native])(
  "a convolution and the activation after it, %s",
  (_, kernels) => {
    afterAll(() => kernels.close?.());

    describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
      const [x, dy] = [normalTensor([batch, 7, 7, 3], 2, dtype), normalTensor([batch, 3], 3, dtype)];

      test("the network has the bits of its layers one after the other: outputs and gradients", () => {
        const [whole, apart] = [networkOf(kernels, dtype), networkOf(kernels, dtype)];
        const pass = withInputs();
        const y = apart.layers.reduce((value, layer) => layer.forward(value, pass), x);
        expect(whole.forward(x, withInputs())).toEqual(y);
        const dx = apart.layers.reduceRight((gradient, layer) => layer.backward(gradient), dy);
        expect(whole.backward(dy)).toEqual(dx);
        expect(whole.gradients).toEqual(apart.gradients);
        const evaluated = apart.layers.reduce((value, layer) => layer.forward(value, evaluation), x);
        expect(whole.forward(x, evaluation)).toEqual(evaluated);
      });

      test("without the gradient of the inputs, outputs and gradients of parameters are the same", () => {
        const [whole, parameters] = [networkOf(kernels, dtype), networkOf(kernels, dtype)];
        expect(parameters.forward(x, parametersOnly())).toEqual(whole.forward(x, withInputs()));
        whole.backward(dy);
        parameters.backwardParameters(dy);
        expect(parameters.gradients).toEqual(whole.gradients);
        expect(() => parameters.backward(dy)).toThrow('backward needs a forward pass in "train" mode');
      });

      test("a method that a caller has replaced is called", () => {
        const network = networkOf(kernels, dtype);
        const forward = vi.spyOn(network.layers[0], "forward");
        network.forward(x, evaluation);
        network.forward(x, parametersOnly());
        expect(forward).toHaveBeenCalledTimes(2);
      });
    });
  },
);

describe.skipIf(!nativeStatus().available)("with native kernels", () => {
  test("they are one kernel in evaluation, and before the first parameter in training", () => {
    const kernels = nativeKernels({ threads: 1 });
    const calls = [vi.spyOn(kernels.images, "conv2d"), vi.spyOn(kernels.images, "conv2dActivate")] as const;
    const counts = () => calls.map((call) => call.mock.calls.length).join();
    const network = networkOf(kernels, "float32");
    const x = normalTensor([batch, 7, 7, 3], 2, "float32");
    network.forward(x, evaluation);
    expect(counts()).toBe("1,3"); // the convolution at the end of the residual layer has no activation
    network.forward(x, parametersOnly());
    expect(counts()).toBe("4,4");
    network.forward(x, withInputs());
    expect(counts()).toBe("8,4");
    kernels.close();
  });
});
