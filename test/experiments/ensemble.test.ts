import { describe, expect, test } from "vitest";
import { ensembleWeights } from "../../src/experiments/build.ts";
import {
  CrossEntropyLoss,
  chooseSettings,
  type DataSource,
  type Dataset,
  evaluate,
  exportModel,
  importModel,
  modelOfRun,
  predictTable,
  prepareRun,
  RandomState,
  restoreNetwork,
  Sequential,
  SettingsError,
  scalarKernels,
  softmax,
  type Table,
  Tensor,
  Trainer,
  tableOf,
  tableSource,
} from "../../src/index.ts";
import { Ensemble } from "../../src/layers/ensemble.ts";
import { Linear } from "../../src/layers/linear.ts";
import { memberLoss } from "../../src/training/memberLoss.ts";
import { answersOfKinds } from "../../src/training/outOfFold.ts";

/** Two moons-like classes, a text and a gap; `noise` decides how much the classes overlap. */
function table(rows: number, seed = 1): Table {
  const random = new RandomState(seed);
  const normal = new Float64Array(2 * rows);
  random.fillRandn(normal);
  const x = Float64Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? Number.NaN : normal[2 * i]));
  const y = Float64Array.from({ length: rows }, (_, i) => normal[2 * i + 1]);
  const colour = Array.from(y, (_, i) => ["red", "blue", ""][i % 3]);
  const kind = Array.from(y, (value, i) => ((x[i] || 0) ** 2 + value ** 2 > 1.2 ? "out" : "in"));
  return tableOf("moons.csv", { x, y, colour, kind });
}

function sourceOf(rows = 60): DataSource {
  return tableSource(table(rows), { target: "kind" }, { folds: true, request: { folds: true } });
}

const quick = { epochs: 3 } as const;

describe("a source with folds", () => {
  test("trains on all rows but the test rows; each class has its share in every fold", () => {
    const { train, validation, rows } = sourceOf(160);
    expect(train.labels).toHaveLength(136);
    expect(validation).toBe(train);
    expect([...(rows?.train ?? []), ...(rows?.test ?? [])].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 160 }, (_, i) => i),
    );
    const folds = train.folds as Int32Array;
    for (const label of [0, 1]) {
      const counts = Array.from(
        { length: 8 },
        (_, f) => folds.filter((fold, i) => fold === f && train.labels[i] === label).length,
      );
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  test("the default is an ensemble; a plain network is refused, because nothing would validate it", () => {
    const source = sourceOf();
    expect(chooseSettings(source).layers).toHaveLength(1);
    const plain = chooseSettings(source, { hidden: [4] });
    expect(() => prepareRun(source, plain)).toThrow(SettingsError);
    expect(() => prepareRun(source, plain)).toThrow("expected an ensemble");
  });
});

test("the loss of a member does not depend on the rows of its fold, in the loss and in the gradient", () => {
  const random = new RandomState(3);
  const copy = () => [new Linear(2, 3, { random, dtype: "float64" }), new Linear(2, 3, { random, dtype: "float64" })];
  const network = new Sequential([new Ensemble([copy(), copy(), copy()])], { kernels: scalarKernels });
  const folds = Int32Array.of(2, 0, 1, 0, 1);
  const x = Tensor.zeros([5, 2], "float64");
  random.fillRandn(x.data);
  const gradientsFor = (labels: Int32Array, input: Tensor) => {
    const loss = memberLoss(new CrossEntropyLoss(), network);
    const outputs = network.forward(input, { mode: "train", random });
    loss.compute(outputs, { targets: labels, folds } as never);
    network.backwardParameters(loss.backward());
    const [ensemble] = network.layers as [Ensemble];
    return { value: loss.value(), gradients: ensemble.members.map(({ gradients }) => [...gradients]), outputs };
  };
  const labels = Int32Array.of(0, 1, 2, 1, 0);
  const before = gradientsFor(labels, x);
  // The mean of −log p over the 20 pairs of a member and a row that it is trained on
  const p = softmax(before.outputs);
  let sum = 0;
  for (let m = 0; m < 6; m++) {
    for (let i = 0; i < 5; i++) if (folds[i] !== m % 3) sum -= Math.log(p.data[(5 * m + i) * 3 + labels[i]]);
  }
  expect(before.value).toBeCloseTo(sum / 20, 12);
  const other = x.clone();
  for (const row of [1, 3]) other.data.fill(9, 2 * row, 2 * row + 2);
  const after = gradientsFor(Int32Array.of(0, 2, 2, 0, 0), other);
  for (const m of [0, 3]) expect(after.gradients[m]).toEqual(before.gradients[m]);
  for (const m of [1, 2, 4, 5]) expect(after.gradients[m]).not.toEqual(before.gradients[m]);
});

test("out-of-fold answers are those of the copy that has not seen the row; the validation score is theirs", async () => {
  const source = sourceOf();
  const trainer = new Trainer(prepareRun(source, chooseSettings(source, quick), scalarKernels));
  for await (const _ of trainer);
  const model = modelOfRun(source, chooseSettings(source, quick), trainer.best as never);
  const network = restoreNetwork(model, scalarKernels);
  const [ensemble] = network.layers as [Ensemble];
  const { train } = source;
  const answers = await answersOfKinds(network, train);
  const all = new Tensor([train.labels.length, ...train.inputShape], train.inputs as Float32Array);
  answers.forEach((answer, kind) => {
    train.folds?.forEach((fold, row) => {
      const alone = softmax(ensemble.members[kind * 8 + fold].forward(all));
      for (let j = 0; j < 2; j++) expect(answer.data[2 * row + j]).toBeCloseTo(alone.data[2 * row + j], 5);
    });
  });
  const { score } = await evaluate(network, train);
  expect(score).toBe(trainer.best?.score);
  expect([...ensemble.mix.data].reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 6);
  const weights = ensembleWeights(model) ?? [];
  expect(weights.map(({ weight }) => weight)).toEqual([...ensemble.mix.data].sort((a, b) => b - a));
  expect(weights.find(({ kind }) => kind === "linear")?.weight).toBe(ensemble.mix.data[0]);
});

test("a run that is taken up in the middle of an epoch ends with the same parameters, to the bit", async () => {
  const source = sourceOf();
  const make = () => new Trainer(prepareRun(source, chooseSettings(source, quick), scalarKernels));
  const whole = make();
  for await (const _ of whole);
  const first = make();
  for await (const _ of first) if (first.steps === 3) break;
  const second = make();
  second.restore(first.state());
  for await (const _ of second);
  expect(second.best).toEqual(whole.best);
  expect(second.history).toEqual(whole.history);
});

test("the model comes back from safetensors and ONNX, and answers the same", async () => {
  const source = sourceOf();
  const settings = chooseSettings(source, quick);
  const trainer = new Trainer(prepareRun(source, settings, scalarKernels));
  for await (const _ of trainer);
  const model = modelOfRun(source, settings, trainer.best as never);
  const answers = predictTable(model, table(10, 5), scalarKernels);
  for (const format of ["safetensors", "onnx", "npz", "json"] as const) {
    const read = await importModel(exportModel(model, format), { name: `moons.${format}` });
    expect(read.network, format).toEqual(model.network);
    expect(predictTable(read, table(10, 5), scalarKernels), format).toEqual(answers);
  }
  expect((source.test as Dataset).folds).toBeUndefined();
});

test("a table with more columns than rows has an additive member with few bins, and fewer steps with many columns", () => {
  const wide = (columns: number) => {
    const normal = new Float64Array(50 * columns);
    new RandomState(2).fillRandn(normal);
    const cells = Array.from({ length: columns }, (_, j) => [`x${j}`, normal.slice(50 * j, 50 * (j + 1))]);
    const y = normal.slice(0, 50);
    const table = tableOf("wide.csv", { ...Object.fromEntries(cells), y });
    return chooseSettings(tableSource(table, { target: "y" }, { folds: true, request: { folds: true } }));
  };
  const [some, many] = [wide(300), wide(4000)];
  const membersOf = ({ layers }: typeof some) => (layers as unknown as [{ layers: { layers: object[] }[] }])[0].layers;
  expect(membersOf(some)).toHaveLength(3);
  const [bins] = membersOf(some)[1].layers as [{ edges: number[][] }];
  expect(bins.edges.map(({ length }) => length)).toEqual(Array(300).fill(5));
  expect(some.epochs).toBeGreaterThan(2 * many.epochs);
});
