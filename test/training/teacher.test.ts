import { describe, expect, test } from "vitest";
import {
  fit,
  Linear,
  type Model,
  networkOf,
  prepareFit,
  prepareRun,
  RandomState,
  readSettings,
  restoreNetwork,
  Sequential,
  Teacher,
  Tensor,
  tensor,
  Workspace,
} from "../../src/index.ts";
import { hashOf, throughFile, tinyData, tinyNormalization, tinyOptions, tinySource, tinySplits } from "./tinyRun.ts";

/** Logits are the inputs: two classes. */
function identity(): Sequential {
  const network = new Sequential([new Linear(2, 2, { random: new RandomState(1), dtype: "float64" })]);
  network.assign(
    "fc1_w",
    tensor(
      [
        [1, 0],
        [0, 1],
      ],
      "float64",
    ),
  );
  network.assign("fc1_b", tensor([0, 0], "float64"));
  return network;
}

/** A model of the tiny data after some epochs. */
async function trained(settings: object = {}): Promise<Model> {
  const asked = readSettings({ layers: [48, 6, 3], initScale: 0.1, batchSize: 10, epochs: 2, ...settings });
  const { best } = await fit(prepareRun(tinySource, asked));
  if (!best) throw new Error("no epoch was finished");
  const { inputShape, labelNames } = tinySource.train;
  const network = networkOf(asked, inputShape, { testTimeAugmentation: true });
  return {
    ...{ network, parameters: best.parameters, labelNames, answers: "classes" },
    ...{ normalization: tinyNormalization, standIn: true },
  };
}

const taught = { teacher: { model: "a model", weight: 1 } };

describe("the targets", () => {
  const workspace = new Workspace();

  test("are (1 − w)·onehot + w·softmax of the teacher's logits", () => {
    const inputs = tensor(
      [
        [Math.log(3), 0],
        [0, Math.log(4)],
      ],
      "float64",
    );
    const targets = new Teacher(identity(), { weight: 0.75 }).targets(inputs, [1, 1], workspace);
    // softmax: (3/4, 1/4) and (1/5, 4/5)
    const expected = [0.75 * 0.75, 0.75 * 0.25 + 0.25, 0.75 * 0.2, 0.75 * 0.8 + 0.25];
    for (const [i, value] of targets.data.entries()) expect(value).toBeCloseTo(expected[i], 14);
  });

  test("mix with probabilities of a changed batch", () => {
    const inputs = tensor([[Math.log(3), 0]], "float64");
    const soft = tensor([[0.6, 0.4]], "float64");
    const targets = new Teacher(identity(), { weight: 0.5 }).targets(inputs, soft, workspace);
    expect(targets.data[0]).toBeCloseTo(0.5 * 0.75 + 0.5 * 0.6, 14);
    expect(targets.data[1]).toBeCloseTo(0.5 * 0.25 + 0.5 * 0.4, 14);
  });

  test("of a row do not depend on how many rows there are", () => {
    const random = new RandomState(3);
    const many = new Tensor(
      [131, 2],
      Float64Array.from({ length: 262 }, () => random.randn()),
    );
    const labels = Int32Array.from({ length: 131 }, () => random.randint(0, 2));
    const teacher = new Teacher(identity(), { weight: 0.3 });
    const together = Array.from(teacher.targets(many, labels, workspace).data);
    const alone = Array.from({ length: 131 }, (_, row) => {
      const one = new Tensor([1, 2], many.data.subarray(2 * row, 2 * row + 2));
      return Array.from(teacher.targets(one, labels.subarray(row, row + 1), workspace).data);
    });
    expect(together).toEqual(alone.flat());
  });

  test("are those of the teacher's own normalization", () => {
    const [own, training] = [
      { mean: [0.25, 0.5], deviation: [0.5, 0.25] },
      { mean: [0.5, 0.125], deviation: [0.25, 2] },
    ];
    const pixels = [0.75, 0.25];
    const seen = pixels.map((pixel, c) => (pixel - training.mean[c]) / training.deviation[c]);
    const [x, y] = pixels.map((pixel, c) => (pixel - own.mean[c]) / own.deviation[c]);
    const teacher = new Teacher(identity(), { weight: 1, normalizations: { own, training } });
    const { data } = teacher.targets(tensor([seen], "float64"), [0], workspace);
    expect(data[0]).toBeCloseTo(1 / (1 + Math.exp(y - x)), 14);
  });

  test("need a weight from 0 to 1", () => {
    for (const weight of [-0.1, 1.5, Number.NaN])
      expect(() => new Teacher(identity(), { weight })).toThrow(
        `teacher: weight: expected a number from 0 to 1, found ${weight}`,
      );
  });
});

describe("training with a teacher", () => {
  test("of weight 0 has the results of training without one", async () => {
    const teacher = await trained({ seed: 7 });
    const settings = { layers: [48, 6, 3], initScale: 0.1, batchSize: 10, epochs: 2 };
    const plain = await fit(prepareRun(tinySource, readSettings(settings)));
    const other = await fit(
      prepareRun({ ...tinySource, teacher }, readSettings({ ...settings, teacher: { model: "a model", weight: 0 } })),
    );
    for (const [step, loss] of other.history.loss.entries()) expect(loss).toBeCloseTo(plain.history.loss[step], 5);
    expect(other.history.valScore).toEqual(plain.history.valScore);
  });

  test("that answers as the student does changes nothing", async () => {
    const model = await trained();
    const prepared = prepareRun({ ...tinySource, teacher: model }, readSettings({ ...settingsOf, ...taught }));
    prepared.network.load(model.parameters);
    await fit({ ...prepared, train: tinyData(40, 5) });
    // p − q is 0, up to the rounding of softmax
    for (const [name, { data }] of Object.entries(prepared.network.save()))
      for (const [i, value] of data.entries()) expect(value).toBeCloseTo(model.parameters[name].data[i], 5);
  });

  test("that is worse than chance is imitated", async () => {
    const { parameters, ...model } = await trained({ epochs: 10, learningRate: 0.3 });
    // the last layer answers the next class
    const swapped = Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data }]) => {
        const value = new Tensor(shape, data.slice());
        if (name.startsWith("fc2"))
          for (let i = 0; i < data.length; i++) value.data[i] = data[i - (i % 3) + ((i + 1) % 3)];
        return [name, value];
      }),
    );
    const teacher = { ...model, parameters: swapped };
    const settings = { ...settingsOf, epochs: 10, learningRate: 0.3, ...taught };
    const { history } = await fit(prepareRun({ ...tinySource, teacher }, readSettings(settings)));
    const right = await fit(prepareRun(tinySource, readSettings({ ...settings, teacher: undefined })));
    expect(right.history.valScore.at(-1)).toBeGreaterThan(0.8);
    expect(history.valScore.at(-1)).toBeLessThan(0.2);
  });

  test("is resumed to the same bits", async () => {
    const teacher = await trained({ seed: 7 });
    const prepared = () =>
      prepareRun(
        { ...tinySource, teacher },
        readSettings({ ...settingsOf, ...taught, augmentation: { flip: true, shift: 1, mixup: 0.4 } }),
      );
    const states: string[] = [];
    await fit({ ...prepared(), checkpoint: { steps: 1000, save: (state) => void states.push(hashOf(state)) } });
    const controller = new AbortController();
    const first = await fit({
      ...prepared(),
      signal: controller.signal,
      onStep: ({ step }) => step === 5 && controller.abort(),
    });
    if (!first.state) throw new Error("the run was not stopped");
    const resumed: string[] = [];
    const resume = throughFile(first.state);
    await fit({
      ...prepared(),
      resume,
      checkpoint: { steps: 1000, save: (state) => void resumed.push(hashOf(state)) },
    });
    expect(resumed.at(-1)).toBe(states.at(-1));
  });

  test("uses the network without its views, and the finer classes of a model with both labels", async () => {
    const finer = { labels: tinySplits.train.labels, labelNames: ["d", "g", "l"] };
    const both = { ...tinySplits, train: { ...tinySplits.train, finer } };
    const groups = [0, 1, 2];
    const model = await trained({ testTimeAugmentation: { flip: true } });
    const grouped: Model = {
      ...model,
      network: {
        ...model.network,
        layers: model.network.layers.toSpliced(-1, 0, { kind: "groupClasses", groups }),
      },
    };
    const settings = readSettings({ ...settingsOf, ...taught, labels: "both", classGroups: groups });
    const data = { ...both, normalization: tinyNormalization, teacher: grouped };
    const { teacher } = prepareFit(settings, data);
    expect(teacher?.network.layers.map(({ kind }) => kind)).toEqual(["flatten", "linear", "gelu", "linear"]);
  });
});

const settingsOf = { layers: [48, 6, 3], initScale: 0.1, batchSize: 10, epochs: 2 };

describe("is refused", () => {
  const prepare = (teacher: Model | undefined, settings: object = {}) =>
    prepareRun({ ...tinySource, teacher }, readSettings({ ...settingsOf, ...taught, ...settings }));

  test("if its model was not read", () => {
    expect(() => prepare(undefined)).toThrow(/teacher: expected the model of a model, .* found none/);
  });

  test("for other classes or inputs", async () => {
    const model = await trained();
    expect(() => prepare({ ...model, labelNames: ["x", "y", "z"] })).toThrow(
      "teacher: expected the classes of tiny 1 (dark, grey, light; 3), found x, y, z (3)",
    );
    const flat = { ...model, network: { ...model.network, inputShape: [48] } };
    expect(() => prepare(flat)).toThrow("teacher: expected inputs (4, 4, 3), as tiny 1 has, found (48)");
    const table = {
      kind: "table",
      features: [],
      target: { kind: "number", name: "y", mean: 0, deviation: 1 },
      ignored: [],
    };
    expect(() => prepare({ ...model, preprocessing: table as never })).toThrow(
      "encodes the columns as this training does",
    );
  });

  test("beside shards, and for a loss without probabilities", async () => {
    const model = await trained();
    const network = restoreNetwork(model);
    const teacher = new Teacher(network);
    const sharded = { ...tinyOptions({ shards: 2 }), teacher };
    await expect(fit(sharded)).rejects.toThrow("teacher: expected no shards beside it");
    const numbers = { kind: "numbers", values: new Float32Array(47 * 3), width: 3 } as const;
    const regression = { ...tinySplits.train, targets: numbers };
    await expect(fit({ ...tinyOptions(), loss: "meanSquaredError", train: regression, teacher })).rejects.toThrow(
      "teacher: expected classes and a loss for their probabilities, found numbers and meanSquaredError",
    );
  });
});
