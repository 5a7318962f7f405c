import { afterAll, describe, expect, test, vi } from "vitest";
import {
  BatchNorm,
  type DType,
  evaluation,
  Gelu,
  type Kernels,
  type Layer,
  Linear,
  RandomState,
  Relu,
  Residual,
  Sequential,
  Softplus,
  type Tensor,
  tensor,
} from "../../../src/index.ts";
import { nativeKernels, nativeStatus } from "../../../src/node/kernels/nativeKernels.ts";

const rows = 40;

/** With an activation after each normalization: one of the table, and one that scales its input. */
function networkOf(kernels: Kernels, dtype: DType, activation: () => Layer = () => new Gelu()): Sequential {
  const random = new RandomState(1);
  const linear = (inputs: number, outputs: number) => new Linear(inputs, outputs, { random, dtype, initScale: 0.5 });
  const norm = (features: number) => new BatchNorm(features, { dtype });
  return new Sequential(
    [
      ...[linear(7, 12), norm(12), activation()],
      new Residual([linear(12, 12), norm(12), new Softplus({ beta: 2 }), norm(12), new Relu()]),
      ...[linear(12, 9), norm(9), linear(9, 3)],
    ],
    { kernels },
  );
}

const noise = (dtype: DType, columns: number, seed: number): Tensor => {
  const random = new RandomState(seed);
  return tensor(
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.randn())),
    dtype,
  );
};

describe.skipIf(!nativeStatus().available)("batch normalization and the activation after it", () => {
  const kernels = nativeKernels({ threads: 2 });
  afterAll(() => kernels.close());

  test("are one kernel in training, if it is one of the table", () => {
    const [one, together] = ["batchNorm", "batchNormActivate"].map((name) =>
      vi.spyOn(kernels.norms, name as "batchNorm"),
    );
    networkOf(kernels, "float32").forward(noise("float32", 7, 1), { mode: "train", random: new RandomState(0) });
    // Gelu, and the Relu within the residual layer; Softplus scales its input, and the last normalization has no activation
    expect([one.mock.calls.length, together.mock.calls.length]).toEqual([2, 2]);
    vi.restoreAllMocks();
  });

  describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
    const [x, dy] = [noise(dtype, 7, 2), noise(dtype, 3, 3)];

    test("the network has the bits of its layers one after the other: outputs, gradients, running statistics", () => {
      const [whole, apart] = [networkOf(kernels, dtype), networkOf(kernels, dtype)];
      const pass = { mode: "train", random: new RandomState(0) } as const;
      for (let step = 0; step < 2; step++) {
        const y = apart.layers.reduce((value, layer) => layer.forward(value, pass), x);
        expect(whole.forward(x, pass)).toEqual(y);
        const dx = apart.layers.reduceRight((gradient, layer) => layer.backward(gradient), dy);
        expect(whole.backward(dy)).toEqual(dx);
        expect(whole.gradients).toEqual(apart.gradients);
        expect(whole.save()).toEqual(apart.save());
      }
      expect(whole.forward(x, evaluation)).toEqual(apart.forward(x, evaluation));
    });

    test("each layer can go back by itself after the network's forward pass", () => {
      const [whole, apart] = [networkOf(kernels, dtype), networkOf(kernels, dtype)];
      const pass = { mode: "train", random: new RandomState(0) } as const;
      for (const network of [whole, apart]) network.forward(x, pass);
      const dx = apart.layers.reduceRight((gradient, layer) => layer.backward(gradient), dy);
      expect(whole.backward(dy)).toEqual(dx);
      expect(whole.gradients).toEqual(apart.gradients);
    });

    test("the network goes back from the last pass of its layers", () => {
      const [whole, apart] = [networkOf(kernels, dtype), networkOf(kernels, dtype)];
      const pass = { mode: "train", random: new RandomState(0) } as const;
      whole.forward(noise(dtype, 7, 4), pass);
      for (const network of [whole, apart]) network.layers.reduce((value, layer) => layer.forward(value, pass), x);
      expect(whole.backward(dy)).toEqual(apart.layers.reduceRight((gradient, layer) => layer.backward(gradient), dy));
      expect(whole.gradients).toEqual(apart.gradients);
    });

    test("a gradient of another shape is refused by the activation", () => {
      const random = new RandomState(1);
      const network = new Sequential([new Linear(7, 5, { random, dtype }), new BatchNorm(5, { dtype }), new Gelu()], {
        kernels,
      });
      network.forward(x, { mode: "train", random });
      expect(() => network.backward(dy)).toThrow("gelu: expected dy of shape (40, 5), got (40, 3)");
    });

    test("gradients become final from the last layer to the first", () => {
      const [whole, apart] = [networkOf(kernels, dtype), networkOf(kernels, dtype)];
      const pass = { mode: "train", random: new RandomState(0) } as const;
      for (const network of [whole, apart]) network.forward(x, pass);
      const offsets: number[] = [];
      whole.backward(dy);
      apart.backwardParameters(dy, (offset) => {
        expect(apart.gradients.subarray(offset)).toEqual(whole.gradients.subarray(offset));
        offsets.push(offset);
      });
      expect(apart.gradients).toEqual(whole.gradients);
      expect(offsets).toEqual([...offsets].sort((a, b) => b - a));
      expect(offsets.at(-1)).toBe(7 * 12 + 12); // of the first layer alone
    });

    test("a method that a subclass or a caller has replaced is called", () => {
      class Doubled extends Gelu {
        override forward(x: Tensor): Tensor {
          const y = super.forward(x);
          y.data.forEach((value, i) => {
            y.data[i] = 2 * value;
          });
          return y;
        }
      }
      const network = networkOf(kernels, dtype, () => new Doubled());
      const pass = { mode: "train", random: new RandomState(0) } as const;
      const y = network.layers.reduce((value, layer) => layer.forward(value, pass), x);
      expect(network.forward(x, pass)).toEqual(y);
      const seen: string[] = [];
      for (const layer of network.layers) {
        const { forward } = layer;
        layer.forward = (...values) => {
          seen.push(layer.kind);
          return forward.call(layer, ...values);
        };
      }
      network.forward(x, pass);
      expect(seen).toEqual(network.layers.map(({ kind }) => kind));
    });
  });
});
