import { expect, test } from "vitest";
import {
  BinaryCrossEntropyLoss,
  CrossEntropyLoss,
  HuberLoss,
  Linear,
  type Loss,
  losses,
  MeanAbsoluteError,
  MeanSquaredError,
  RandomState,
  Sequential,
  Tensor,
  traceStep,
} from "../../../src/index.ts";
import { evaluateExpression, lossEntries, lossEntry, lossFormulas } from "../../../src/report/index.ts";

const random = new RandomState(4);
const drawn = (draw: (data: Tensor["data"]) => void): Tensor => {
  const tensor = Tensor.zeros([3, 4], "float64");
  draw(tensor.data);
  return tensor;
};
const numbers = drawn((data) => random.fillRandn(data));
const softTargets = drawn((data) => random.fillUniform(data));
const classWeights = [1, 2, 0.5, 3];

const cases: [string, Loss<never>, unknown][] = [
  ["crossEntropy", new CrossEntropyLoss(), [0, 3, 1]],
  ["crossEntropy, sum", new CrossEntropyLoss({ sizeAverage: false }), [0, 3, 1]],
  ["crossEntropy, label smoothing", new CrossEntropyLoss({ labelSmoothing: 0.1 }), [0, 3, 1]],
  ["crossEntropy, class weights", new CrossEntropyLoss({ classWeights, labelSmoothing: 0.2 }), [0, 3, 1]],
  ["crossEntropy, soft targets", new CrossEntropyLoss({ classWeights }), softTargets],
  ["meanSquaredError", new MeanSquaredError(), numbers],
  ["meanAbsoluteError", new MeanAbsoluteError(), numbers],
  ["huber", new HuberLoss({ delta: 0.7 }), numbers],
  ["huber, sum", new HuberLoss({ sizeAverage: false }), numbers],
  ["binaryCrossEntropy", new BinaryCrossEntropyLoss(), softTargets],
];

test("every loss has formulas and a case", () => {
  const names = Object.keys(losses).sort();
  expect(Object.keys(lossEntries).sort()).toEqual(names);
  expect(Object.keys(lossFormulas).sort()).toEqual(names);
  expect([...new Set(cases.map(([, { kind }]) => kind))].sort()).toEqual(names);
});

test.each(cases)("the numbers of %s give the loss and every entry of its gradient", (_, loss, targets) => {
  const network = new Sequential([new Linear(5, 4, { random: new RandomState(1), initScale: 3, dtype: "float64" })]);
  const x = Tensor.zeros([3, 5], "float64");
  random.fillRandn(x.data);
  const trace = traceStep(network, { x, loss: loss as Loss<unknown>, targets });
  for (let place = 0; place < 12; place++) {
    for (const array of ["J", "dx"] as const) {
      const lines = lossEntry(trace, array, place);
      for (const { expression, value } of lines)
        expect(Math.abs(evaluateExpression(expression) - value)).toBeLessThan(1e-12);
      expect(lines[lines.length - 1].value).toBe(array === "J" ? trace.loss : trace.dOutputs.data[place]);
    }
  }
});

test("large logits do not overflow: p = e⁰/(e⁰ + e⁻²)", () => {
  const linear = new Linear(1, 2, { initializer: "zeros", dtype: "float64" });
  linear.w.value.data.set([2000, 1998]);
  const x = new Tensor([1, 1], Float64Array.of(1));
  const trace = traceStep(new Sequential([linear]), { x, loss: new CrossEntropyLoss(), targets: [0] });
  const [p] = lossEntry(trace, "J", 0);
  expect(p.value).toBeCloseTo(1 / (1 + Math.exp(-2)), 14);
});
