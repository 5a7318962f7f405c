import { describe, expect, test } from "vitest";
import {
  BinaryCrossEntropyLoss,
  CrossEntropyLoss,
  type Dataset,
  datasetOf,
  fit,
  Linear,
  type LossName,
  losses,
  MeanSquaredError,
  numericalGradient,
  RandomState,
  relativeError,
  Sequential,
  SettingsError,
  type Shape,
  ShapeError,
  type TargetKind,
  Tensor,
  tensor,
} from "../../src/index.ts";
import vectors from "../fixtures/losses/binaryCrossEntropy.json" with { type: "json" };

const stored = ({ shape, data }: { readonly shape: Shape; readonly data: readonly number[] }) =>
  new Tensor(shape, Float64Array.from(data));

describe("BinaryCrossEntropyLoss", () => {
  test.each(vectors.cases)("loss and gradient are PyTorch's, to 1e-12: $config", ({ config, x, y, loss, dx }) => {
    const ours = new BinaryCrossEntropyLoss({ sizeAverage: config.size_average });
    expect(Math.abs(ours.forward(stored(x), stored(y)) / loss - 1)).toBeLessThan(1e-12);
    expect(relativeError(ours.backward().data, Float64Array.from(dx.data))).toBeLessThan(1e-12);
  });

  test("of a logit of 0 it is log 2, whatever the target, and its gradient is ½ − y", () => {
    const loss = new BinaryCrossEntropyLoss();
    expect(loss.forward(tensor([[0, 0, 0, 0]], "float64"), tensor([[0, 1, 0.25, 0.5]], "float64"))).toBe(Math.LN2);
    expect(loss.backward().toArray()).toEqual([[0.5 / 4, -0.5 / 4, 0.25 / 4, 0]]);
  });

  test("logits of ±1e4 do not overflow: correct answers cost 0, wrong ones |x|", () => {
    for (const dtype of ["float64", "float32"] as const) {
      const loss = new BinaryCrossEntropyLoss({ sizeAverage: false });
      expect(loss.forward(tensor([[1e4, -1e4]], dtype), tensor([[1, 0]], dtype))).toBe(0);
      expect([...loss.backward().data].map(Math.abs)).toEqual([0, 0]);
      expect(loss.forward(tensor([[1e4, -1e4]], dtype), tensor([[0, 1]], dtype))).toBe(2e4);
      expect(loss.backward().toArray()).toEqual([[1, -1]]);
    }
  });

  test("its gradient is that of central differences, to 1e-7", () => {
    const random = new RandomState(4);
    const [x, y] = [Tensor.zeros([7, 3], "float64"), Tensor.zeros([7, 3], "float64")];
    random.fillRandn(x.data);
    random.fillUniform(y.data);
    for (const sizeAverage of [true, false]) {
      const loss = new BinaryCrossEntropyLoss({ sizeAverage });
      loss.forward(x, y);
      const dx = loss.backward().clone();
      // h: rounding of J (1e-16/h) and what a difference leaves out (h²) are both far below 1e-7
      const numerical = numericalGradient(() => loss.forward(x, y), x, { h: 1e-4 });
      expect(relativeError(dx.data, numerical.data)).toBeLessThan(1e-7);
    }
  });

  test.each([
    [[[1.5]], "BinaryCrossEntropyLoss: expected targets from 0 to 1, found 1.5 at element 0"],
    [[[-0.5]], "BinaryCrossEntropyLoss: expected targets from 0 to 1, found -0.5 at element 0"],
    [[[Number.NaN]], "BinaryCrossEntropyLoss: expected targets from 0 to 1, found NaN at element 0"],
    [[[1, 0]], "BinaryCrossEntropyLoss: outputs are (1, 1), targets (1, 2)"],
  ])("targets %j are refused", (targets, message) => {
    expect(() => new BinaryCrossEntropyLoss().forward(tensor([[2]]), tensor(targets))).toThrow(new ShapeError(message));
  });

  test("backward and value need a forward pass; class labels are no targets", () => {
    const needed = new ShapeError("binaryCrossEntropy: backward and value need a forward pass first");
    expect(() => new BinaryCrossEntropyLoss().backward()).toThrow(needed);
    expect(() => new BinaryCrossEntropyLoss().value()).toThrow(needed);
    expect(() => new BinaryCrossEntropyLoss().forward(tensor([[2]]), [1] as never)).toThrow(
      "BinaryCrossEntropyLoss: expected targets as a tensor of numbers (1, 1), found class labels",
    );
  });
});

describe("which targets a loss takes", () => {
  const inputs = [
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  const two = [
    [0, 1],
    [1, 0],
    [0.5, 0.5],
  ];
  const data: Record<TargetKind, Dataset> = {
    classes: datasetOf({ inputs, labels: [0, 1, 1], name: "rows of classes" }),
    probabilities: datasetOf({ inputs, targets: two, kind: "probabilities", name: "rows of probabilities" }),
    numbers: datasetOf({ inputs, targets: two, name: "rows of numbers" }),
    labels: datasetOf({ inputs, targets: two, kind: "labels", name: "rows of labels" }),
  };
  // From mathematics: cross-entropy needs a distribution, binary cross-entropy questions, squares any numbers
  const taken: Record<LossName, readonly TargetKind[]> = {
    crossEntropy: ["classes", "probabilities"],
    meanSquaredError: ["numbers", "labels", "probabilities"],
    meanAbsoluteError: ["numbers", "labels", "probabilities"],
    huber: ["numbers", "labels", "probabilities"],
    binaryCrossEntropy: ["labels"],
  };

  test("the classes say it", () => {
    expect(new CrossEntropyLoss().targetKinds).toEqual(taken.crossEntropy);
    expect(new MeanSquaredError().targetKinds).toEqual(taken.meanSquaredError);
    expect(new BinaryCrossEntropyLoss().targetKinds).toEqual(taken.binaryCrossEntropy);
  });

  const cases = (Object.keys(losses) as LossName[]).flatMap((loss) =>
    (Object.keys(data) as TargetKind[]).map((kind) => [loss, kind] as const),
  );
  test.each(cases)("%s with %s: trained, or refused in one line", async (loss, kind) => {
    const random = new RandomState(1);
    const network = new Sequential([new Linear(2, 2, { random })]);
    const [train, optimizer] = [data[kind], { kind: "sgd", learningRate: 0.1 } as const];
    const run = fit({ network, loss, optimizer, train, validation: train, epochs: 1, batchSize: 3, random });
    if (taken[loss].includes(kind)) expect((await run).history.loss[0]).toBeGreaterThan(0);
    else {
      const expected = taken[loss].join(", ").replace(/, ([^,]*)$/, " or $1");
      await expect(run).rejects.toThrow(
        new SettingsError(`loss ${loss}: expected ${expected} to train for, found ${kind} in rows of ${kind}`),
      );
    }
  });
});
