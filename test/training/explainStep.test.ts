import { expect, test } from "vitest";
import {
  BatchNorm,
  CrossEntropyLoss,
  Dropout,
  explainStep,
  Gelu,
  Linear,
  MeanSquaredError,
  RandomState,
  Sequential,
  ShapeError,
  Tensor,
  tensor,
  worstError,
} from "../../src/index.ts";

test("one weight by hand: y = 3·2 + 1 = 7, J = (7 − 5)² = 4, dy = 4, dw = 8, db = 4, dx = 12", () => {
  const linear = new Linear(1, 1, { initializer: "zeros", dtype: "float64" });
  linear.w.value.data[0] = 3;
  linear.b.value.data[0] = 1;
  const network = new Sequential([linear]);
  const x = tensor([[2]], "float64");
  const { loss, layers } = explainStep(network, { x, loss: new MeanSquaredError(), targets: tensor([[5]], "float64") });
  expect(loss).toBe(4);
  const [{ name, kind, input, output, parameters }] = layers;
  expect([name, kind]).toEqual(["fc1", "linear"]);
  expect([...input.gradient.data, ...output.value.data, ...output.gradient.data]).toEqual([12, 7, 4]);
  expect(parameters.map(({ name: key, value, gradient }) => [key, ...value.data, ...gradient.data])).toEqual([
    ["w", 3, 8],
    ["b", 1, 4],
  ]);
  expect(parameters[0].checked[0].index).toEqual([0, 0]);
  expect(parameters[0].checked[0].numerical).toBeCloseTo(8, 8);
});

function mixed(): Sequential {
  const random = new RandomState(1);
  const linear = (inputs: number, outputs: number) => new Linear(inputs, outputs, { random, dtype: "float64" });
  return new Sequential([
    linear(5, 8),
    new BatchNorm(8, { dtype: "float64" }),
    new Gelu(),
    new Dropout(0.5),
    linear(8, 6),
    new Dropout(0.7),
    linear(6, 3),
  ]);
}

function batch() {
  const x = Tensor.zeros([6, 5], "float64");
  new RandomState(2).fillRandn(x.data);
  return { x, loss: new CrossEntropyLoss(), targets: [0, 1, 2, 0, 1, 2] };
}

test("every gradient agrees with differences through dropout and batch normalization, and nothing in the network changes", () => {
  const network = mixed();
  const before = network.save();
  const explanation = explainStep(network, batch(), { entries: 40 });
  expect(worstError(explanation)).toBeLessThan(1e-6);
  expect(network.save()).toEqual(before);
  const { layers } = explanation;
  layers.slice(1).forEach(({ input }, i) => {
    expect(input.value).toEqual(layers[i].output.value);
    expect(input.gradient).toEqual(layers[i].output.gradient);
  });
});

test("the entry with the largest gradient is among those that are checked; the same seed chooses the same ones", () => {
  const [one, two] = [explainStep(mixed(), batch(), { seed: 3 }), explainStep(mixed(), batch(), { seed: 3 })];
  expect(one).toEqual(two);
  for (const { gradient, checked } of one.layers.flatMap(({ parameters }) => parameters)) {
    const largest = Math.max(...gradient.data.map(Math.abs));
    expect(Math.max(...checked.map(({ analytic }) => Math.abs(analytic)))).toBe(largest);
    expect(checked.length).toBe(Math.min(4, gradient.size));
  }
});

test("a wrong backward pass shows", () => {
  class Wrong extends Gelu {
    override backward(dy: Tensor): Tensor {
      const dx = super.backward(dy);
      return new Tensor(
        dx.shape,
        dx.data.map((value) => -value),
      );
    }
  }
  const linear = new Linear(2, 2, { random: new RandomState(1), dtype: "float64" });
  const network = new Sequential([linear, new Wrong()]);
  const x = tensor([[1, -2]], "float64");
  const { layers } = explainStep(network, { x, loss: new CrossEntropyLoss(), targets: [1] });
  expect(layers[1].input.checked[0].error).toBeCloseTo(1, 6);
});

test("float32 is refused", () => {
  const network = new Sequential([new Linear(2, 2, { random: new RandomState(1) })]);
  expect(() => explainStep(network, { x: tensor([[1, 2]]), loss: new CrossEntropyLoss(), targets: [1] })).toThrow(
    ShapeError,
  );
});
