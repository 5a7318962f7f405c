import { describe, expect, test } from "vitest";
import {
  dropoutNet,
  Flatten,
  fcGelu,
  fullyConnectedNetwork,
  Gelu,
  Linear,
  RandomState,
  Sequential,
  ShapeError,
  smallFullyConnected,
  Tensor,
  tensor,
  tinyNet,
} from "../../src/index.ts";

const random = () => new RandomState(1);
const two = () =>
  new Sequential([
    new Flatten(),
    new Linear(6, 4, { random: random(), dtype: "float64" }),
    new Gelu(),
    new Linear(4, 3, { random: random(), dtype: "float64" }),
  ]);

describe("Sequential", () => {
  test("layers without names are called fc1, fc2; parameters are views of one buffer, in order", () => {
    const network = two();
    expect(network.parameterNames).toEqual(["fc1_w", "fc1_b", "fc2_w", "fc2_b"]);
    expect(network.values.length).toBe(6 * 4 + 4 + 4 * 3 + 3);
    network.values.fill(7);
    expect(network.getParameter("fc2_b").toArray()).toEqual([7, 7, 7]);
  });

  test("weights are drawn in layer order from one stream, scaled", () => {
    const network = tinyNet({ random: new RandomState(123), dtype: "float64" });
    const expected = new Float64Array(3072 * 128 + 128 * 20);
    new RandomState(123).fillRandn(expected, 0.002);
    expect(network.getParameter("fc1_w").data).toEqual(expected.subarray(0, 3072 * 128));
    expect(network.getParameter("fc2_w").data).toEqual(expected.subarray(3072 * 128));
    expect(network.getParameter("fc1_b").data.every((value) => value === 0)).toBe(true);
  });

  test("what was read stays as it was: reads are copies", () => {
    const network = two();
    const before = network.getParameter("fc1_b");
    network.assign("fc1_b", tensor([1, 2, 3, 4], "float64"));
    expect(before.toArray()).toEqual([0, 0, 0, 0]);
    expect(network.getParameter("fc1_b").toArray()).toEqual([1, 2, 3, 4]);
  });

  test("save and load carry all parameters to a new network", () => {
    const [one, other] = [two(), two()];
    other.values.fill(0);
    other.load(one.save());
    expect(other.values).toEqual(one.values);
  });

  test("load changes nothing unless everything fits", () => {
    const network = two();
    const before = network.values.slice();
    const { fc2_b: _, ...missing } = network.save();
    expect(() => network.load(missing)).toThrow("fc2_b is missing");
    expect(() => network.load({ ...network.save(), fc2_b: tensor([1]) })).toThrow("fc2_b must be (3), got (1)");
    expect(() => network.load({ ...network.save(), fc9_w: tensor([1]) })).toThrow("no parameter is called fc9_w");
    expect(network.values).toEqual(before);
  });

  test("outputs of one call are not changed by the next", () => {
    const network = two();
    const first = network.forward(new Tensor([2, 6], new Float64Array(12).fill(1)));
    const copy = first.clone();
    network.forward(new Tensor([2, 6], new Float64Array(12).fill(2)));
    expect(first).toEqual(copy);
  });

  test("a batch that does not fit: the whole chain with the shapes that flow", () => {
    const x = Tensor.zeros([100, 64], "float64");
    expect(() => two().forward(x)).toThrow(ShapeError);
    expect(() => two().forward(x)).toThrow(
      "fc1 (linear 6→4): expected input of shape (batch, …, 6), got (100, 64)\n  (100, 64) → flatten (100, 64) → fc1 (linear 6→4) ✗",
    );
  });

  test("the wrong type, an empty batch, mixed types, the same name twice are refused", () => {
    const float32 = (name: string) => new Linear(2, 2, { name, initializer: "zeros" });
    expect(() => two().forward(Tensor.zeros([1, 6], "float32"))).toThrow("the network is float64, the input float32");
    expect(() => two().forward(Tensor.zeros([0, 6], "float64"))).toThrow("empty");
    expect(() => new Sequential([float32("a"), new Linear(2, 2, { dtype: "float64", initializer: "zeros" })])).toThrow(
      "mix float32 and float64",
    );
    expect(() => new Sequential([float32("a"), float32("a")])).toThrow("two parameters are called a_w");
  });

  test("backward without a forward pass says so", () => {
    expect(() => two().backward(Tensor.zeros([1, 3], "float64"))).toThrow('needs a forward pass in "train" mode');
  });

  test("backwardParameters gives the same gradients as backward", () => {
    const network = two();
    const x = Tensor.zeros([5, 6], "float64");
    const dy = Tensor.zeros([5, 3], "float64");
    random().fillRandn(x.data);
    random().fillRandn(dy.data);
    network.forward(x, { mode: "train", random: random() });
    network.backward(dy);
    const gradients = network.gradients.slice();
    network.gradients.fill(0);
    network.backwardParameters(dy);
    expect(network.gradients).toEqual(gradients);
  });
});

describe("the presets of the assignment", () => {
  test.each([
    ["fcGelu", fcGelu({ random: random() }), [3, 5, 3], [3, 5], 80],
    ["smallFullyConnected", smallFullyConnected({ random: random() }), [4, 4], [4, 7], 367],
    ["dropoutNet", dropoutNet({ random: random(), keepProb: 0.5 }), [3, 15], [3, 10], 1260],
    ["tinyNet", tinyNet({ random: random() }), [2, 32, 32, 3], [2, 20], 395_924],
    ["fullyConnectedNetwork", fullyConnectedNetwork({ random: random() }), [2, 32, 32, 3], [2, 20], 349_720],
  ])("%s: shapes and number of parameters", (_, network, input, output, parameters) => {
    expect(network.outputShape(input)).toEqual(output);
    expect(network.values.length).toBe(parameters);
  });
});
