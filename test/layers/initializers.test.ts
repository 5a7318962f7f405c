import { describe, expect, test } from "vitest";
import {
  Conv2d,
  type InitializerName,
  initializers,
  Linear,
  multilayerPerceptron,
  RandomState,
  Tensor,
} from "../../src/index.ts";

const weights = (name: InitializerName, inputs: number, outputs: number): Float64Array => {
  const array = new Float64Array(inputs * outputs);
  initializers[name](array, { inputs, outputs, random: new RandomState(3), initScale: 0.5 });
  return array;
};

test.each([
  ["scaled", 0.5],
  ["he", Math.sqrt(2 / 200)],
  ["xavier", Math.sqrt(2 / 300)],
  ["lecun", Math.sqrt(1 / 200)],
] as const)("%s: deviation %d for 200 inputs and 100 outputs", (name, deviation) => {
  const w = weights(name, 200, 100);
  const mean = w.reduce((sum, value) => sum + value, 0) / w.length;
  const measured = Math.sqrt(w.reduce((sum, value) => sum + (value - mean) ** 2, 0) / w.length);
  expect(Math.abs(mean)).toBeLessThan(0.02 * deviation);
  expect(Math.abs(measured / deviation - 1)).toBeLessThan(0.02);
});

describe.each([
  [40, 12],
  [12, 40],
  [30, 30],
])("orthogonal %d → %d", (inputs, outputs) => {
  test("the shorter side's vectors have length 1 and right angles", () => {
    const w = weights("orthogonal", inputs, outputs);
    const at = (i: number, k: number) => (inputs < outputs ? w[i * outputs + k] : w[k * outputs + i]);
    const count = Math.min(inputs, outputs);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let product = 0;
        for (let k = 0; k < Math.max(inputs, outputs); k++) product += at(i, k) * at(j, k);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
  });
});

test("identity: the first outputs repeat the channels, in each group, and the others are drawn", () => {
  const random = new RandomState(3);
  const conv = new Conv2d(2, 6, { kernel: [3, 2], padding: "same", initializer: "identity", random, dtype: "float64" });
  const x = new Tensor(
    [1, 4, 5, 2],
    Float64Array.from({ length: 40 }, (_, i) => Math.sin(i)),
  );
  const y = conv.forward(x);
  const channel = (tensor: Tensor, c: number) => [...tensor.data].filter((_, i) => i % tensor.shape[3] === c);
  for (const c of [0, 1]) expect(channel(y, c)).toEqual(channel(x, c));
  const drawn = Float64Array.from(conv.w.value.data).filter((_, i) => i % 6 > 1);
  const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + value ** 2, 0) / drawn.length);
  expect(Math.abs(deviation / Math.sqrt(1 / 36) - 1)).toBeLessThan(0.3);
  const options = { kernel: 3, padding: 1, groups: 2, initializer: "identity", random, dtype: "float64" } as const;
  expect(new Conv2d(2, 2, options).forward(x).data).toEqual(x.data);
  const linear = new Linear(3, 3, { initializer: "identity", random });
  expect([...linear.w.value.data]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
});

test("the default is initScale · randn, drawn as always", () => {
  const random = new RandomState(5);
  const expected = Array.from({ length: 6 }, () => 0.1 * random.randn());
  expect([...new Linear(2, 3, { random: new RandomState(5), initScale: 0.1, dtype: "float64" }).w.value.data]).toEqual(
    expected,
  );
});

test("a perceptron with normalization and residual steps: its names, its buffers, one flat buffer", () => {
  const network = multilayerPerceptron({
    ...{ sizes: [4, 8, 8, 3], normalization: "batch", residual: true, initializer: "orthogonal" },
    random: new RandomState(1),
  });
  expect(network.parameterNames).toEqual([
    "fc1_w",
    "fc1_b",
    "fc1_bn_w",
    "fc1_bn_b",
    "res2_fc2_w",
    "res2_fc2_b",
    "res2_fc2_bn_w",
    "res2_fc2_bn_b",
    "fc3_w",
    "fc3_b",
  ]);
  expect(Object.keys(network.save()).slice(10)).toEqual([
    "fc1_bn_mean",
    "fc1_bn_variance",
    "res2_fc2_bn_mean",
    "res2_fc2_bn_variance",
  ]);
  expect(network.values).toHaveLength(4 * 8 + 8 + 16 + 8 * 8 + 8 + 16 + 8 * 3 + 3);
  network.values.fill(0.5);
  expect(network.getParameter("res2_fc2_w").data.every((value) => value === 0.5)).toBe(true);
  expect(() => network.getGradient("fc1_bn_mean")).toThrow("is not trained");
  const { fc1_bn_mean, ...rest } = network.save();
  expect(() => network.load(rest)).toThrow("fc1_bn_mean is missing");
});
