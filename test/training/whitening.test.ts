import { expect, test } from "vitest";
import {
  Conv2d,
  type Dataset,
  describeNetwork,
  makeNetwork,
  parseSettings,
  prepareFit,
  RandomState,
  SettingsError,
  tensor,
  whitenFirstLayer,
} from "../../src/index.ts";
import { symmetricEigen } from "../../src/training/symmetricEigen.ts";

test("eigenvalues of a matrix of two rows", () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  expect(values[0]).toBeCloseTo(3, 14);
  expect(values[1]).toBeCloseTo(1, 14);
  expect(vectors[0][0]).toBeCloseTo(Math.SQRT1_2, 14);
  expect(vectors[0][1]).toBeCloseTo(Math.SQRT1_2, 14);
  expect(vectors[1][0] * vectors[1][1]).toBeCloseTo(-0.5, 14);
});

test.each([1, 5, 27])("A = Σ λ·v·vᵀ with %d orthogonal vectors", (n) => {
  const factor = new Float64Array(n * n);
  new RandomState(n).fillRandn(factor);
  const at = (i: number, j: number) =>
    factor.subarray(i * n, (i + 1) * n).reduce((sum, x, k) => sum + x * factor[j * n + k], 0);
  const matrix = Float64Array.from({ length: n * n }, (_, i) => at(Math.floor(i / n), i % n));
  const { values, vectors } = symmetricEigen(matrix, n);
  expect([...values]).toEqual([...values].sort((a, b) => b - a));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const product = vectors[i].reduce((sum, x, k) => sum + x * vectors[j][k], 0);
      expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
      const rebuilt = values.reduce((sum, value, k) => sum + value * vectors[k][i] * vectors[k][j], 0);
      expect(Math.abs(rebuilt - matrix[i * n + j])).toBeLessThan(1e-12 * values[0]);
    }
  }
});

/** Pictures whose neighbouring pixels and channels are similar. */
function smoothImages(rows: number): Dataset {
  const random = new RandomState(4);
  const inputs = new Uint8Array(rows * 8 * 8 * 3);
  for (let i = 0; i < inputs.length; i++) {
    const before = i % 24 >= 3 ? inputs[i - 3] : 128;
    inputs[i] = Math.max(0, Math.min(255, 0.7 * before + 0.3 * random.randint(0, 256)));
  }
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  return { name: "smooth", inputs, inputShape: [8, 8, 3], labels, labelNames: ["a", "b"] };
}

const normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.2, 0.2, 0.2] };
const layers = [
  { kind: "conv2d", outputs: 24, kernel: 2, bias: false, whitened: true },
  { kind: "gelu" },
  { kind: "flatten" },
  { kind: "linear", outputs: 2 },
] as const;

test("whitened outputs are uncorrelated, with mean square 1, and then their negatives", () => {
  const train = smoothImages(30);
  const network = makeNetwork({ inputShape: [8, 8, 3], layers, dtype: "float64" }, { random: new RandomState(1) });
  whitenFirstLayer(network, train, { normalization });
  const x = tensor(
    Array.from({ length: 30 }, (_, n) =>
      Array.from({ length: 8 }, (_, y) =>
        Array.from({ length: 8 }, (_, x) =>
          [0, 1, 2].map((c) => (train.inputs[((n * 8 + y) * 8 + x) * 3 + c] / 255 - 0.5) / 0.2),
        ),
      ),
    ),
    "float64",
  );
  const { data, size } = network.layers[0].forward(x, { mode: "evaluate" });
  const pixels = size / 24;
  const product = (i: number, j: number) => {
    let sum = 0;
    for (let pixel = 0; pixel < pixels; pixel++) sum += data[pixel * 24 + i] * data[pixel * 24 + j];
    return sum / pixels;
  };
  for (let i = 0; i < 12; i++) {
    for (let j = 0; j < 12; j++) {
      if (i !== j) expect(Math.abs(product(i, j))).toBeLessThan(1e-7); // pixels are rounded to float32
    }
    // λ/(λ + 0.0005), and λ is at least 0.02 here
    expect(product(i, i)).toBeLessThan(1);
    expect(product(i, i)).toBeGreaterThan(0.97);
    for (let pixel = 0; pixel < pixels; pixel++) expect(data[pixel * 24 + 12 + i]).toBe(-data[pixel * 24 + i]);
  }
});

test("prepareFit whitens before the training, which leaves the weights alone", async () => {
  const train = smoothImages(30);
  const prepare = () =>
    prepareFit(parseSettings({ layers, batchSize: 10, seed: 3 }), { train, validation: train, normalization });
  const { network } = prepare();
  expect(network.parameterNames).toEqual(["fc1_w", "fc1_b"]);
  expect(network.save()).toEqual(prepare().network.save());
  const description = describeNetwork(network, [8, 8, 3]);
  expect(description.layers[0]).toEqual(layers[0]);
  expect(makeNetwork(description, { parameters: network.save() }).save()).toEqual(network.save());
});

test.each([{ outputs: 5 }, { outputs: 26 }])(
  "$outputs outputs of whitened patches of 12 numbers are refused",
  ({ outputs }) => {
    expect(() => new Conv2d(3, outputs, { kernel: 2, whitened: true })).toThrow(SettingsError);
  },
);
