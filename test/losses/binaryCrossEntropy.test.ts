import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkVector, parseVectors } from "../../assignment/index.ts";
import {
  BinaryCrossEntropyLoss,
  datasetOf,
  evaluate,
  fit,
  Linear,
  RandomState,
  Sequential,
  ShapeError,
  tensor,
} from "../../src/index.ts";

// From PyTorch's BCEWithLogitsLoss in float64
const file = new URL("../fixtures/binaryCrossEntropy.json", import.meta.url);
const vectors = parseVectors(readFileSync(file, "utf8"), { name: "binaryCrossEntropy.json" });

test.each([
  ["float64", 1e-12],
  ["float32", 1e-5],
] as const)("%s agrees with PyTorch", (dtype, tolerance) => {
  expect(vectors).toHaveLength(2);
  for (const vector of vectors) {
    const { errors } = checkVector(vector, dtype);
    expect(Object.keys(errors ?? {})).toEqual(["loss", "dx"]);
    for (const error of Object.values(errors ?? {})) expect(error).toBeLessThan(tolerance);
  }
});

test("nothing overflows: a sure and right answer costs 0, a sure and wrong one its logit", () => {
  const loss = new BinaryCrossEntropyLoss();
  expect(loss.forward(tensor([[1e4, -1e4]], "float64"), tensor([[1, 0]], "float64"))).toBe(0);
  expect(loss.forward(tensor([[1e4, -1e4]], "float64"), tensor([[0, 1]], "float64"))).toBe(1e4);
  expect([...loss.backward().data]).toEqual([0.5, -0.5]);
  expect(loss.forward(tensor([[0]], "float64"), tensor([[1]], "float64"))).toBeCloseTo(Math.LN2, 15);
});

test("targets outside of 0 … 1 and of another shape are refused", () => {
  const loss = new BinaryCrossEntropyLoss();
  expect(() => loss.forward(tensor([[1, 2]]), tensor([[1, 2]]))).toThrow(
    "BinaryCrossEntropyLoss: expected targets from 0 to 1, found 2 at element 1",
  );
  expect(() => loss.forward(tensor([[1, 2]]), tensor([[1]]))).toThrow(ShapeError);
});

test("several labels a row: fit takes the loss by itself, and the score is the share of right labels", async () => {
  const random = new RandomState(1);
  const inputs = Array.from({ length: 64 }, () => [random.uniform(-1, 1), random.uniform(-1, 1)]);
  const targets = inputs.map(([x, y]) => [x > 0 ? 1 : 0, y > 0 ? 1 : 0, x + y > 0 ? 1 : 0]);
  const data = datasetOf({ inputs, targets, kind: "labels", labelNames: ["right", "upper", "above"] });
  const network = new Sequential([new Linear(2, 3, { random })]);
  const optimizer = { kind: "adam", learningRate: 0.1 } as const;
  const { history } = await fit({
    network,
    optimizer,
    train: data,
    validation: data,
    batchSize: 16,
    epochs: 60,
    random,
  });
  expect(history.metric).toBe("accuracy");
  const { score } = await evaluate(network, data);
  const right = targets.flat().filter((target, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    const logits = network.forward(tensor([inputs[row]])).data;
    return logits[column] > 0 === (target === 1);
  });
  expect(score).toBe(right.length / 192);
  expect(score).toBeGreaterThan(0.97);
});
