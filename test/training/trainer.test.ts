import { describe, expect, test, vi } from "vitest";
import {
  type FitOptions,
  fit,
  SettingsError,
  ShapeError,
  scalarKernels,
  Trainer,
  type TrainerState,
  TrainingError,
  training,
} from "../../src/index.ts";
import { wasmKernels } from "../../src/kernels/wasm.ts";
import { hashOf, throughFile, tinyOptions } from "./tinyRun.ts";

const runs: Record<string, object> = {
  "sgd with dropout": { keepProb: 0.5 },
  "adam in float64": {
    optimizer: "adam",
    learningRate: 0.01,
    dtype: "float64",
    learningRateDecay: { factor: 0.5, every: 1 },
  },
  "momentum, batch normalization, a schedule and warm-up": {
    momentum: 0.9,
    normalizationLayers: "batch",
    preciseBatchNorm: true,
    schedule: { kind: "plateau", patience: 0, factor: 0.5 },
    warmUpEpochs: 0.5,
  },
  "augmentation, mixup and an average": {
    optimizer: "lion",
    learningRate: 0.001,
    augmentation: { flip: true, shift: 1, mixup: 0.4 },
    emaDecay: 0.9,
    clipNorm: 1,
  },
  "whitened convolution, alternating flips, cutmix, groups of parameters and a triangle": {
    layers: [
      { kind: "conv2d", outputs: 6, kernel: 2, bias: false, whitened: true },
      { kind: "gelu" },
      { kind: "conv2d", outputs: 8, kernel: 3, padding: "same", bias: false, initializer: "identity" },
      { kind: "batchNorm", momentum: 0.4 },
      { kind: "maxPool2d", size: 3 },
      { kind: "flatten" },
      { kind: "linear", outputs: 3 },
      { kind: "scale", factor: 0.5 },
    ],
    ...{ momentum: 0.9, nesterov: true, scaledWeightDecay: 0.01, decayed: "weights", biasRate: 4 },
    learningRate: 0.05,
    schedule: { kind: "triangle" },
    augmentation: { flip: "alternate", shift: 1, cutmix: 1, mixup: 0.2 },
    emaDecay: 0.9,
  },
};

async function* take(trainer: Trainer, events: number) {
  let left = events;
  for await (const event of trainer) {
    yield event;
    if (--left === 0) return;
  }
}

async function whole(options: FitOptions) {
  const trainer = new Trainer(options);
  for await (const _ of trainer);
  return trainer.state();
}

describe.each(Object.entries(runs))("%s", (_, settings) => {
  test("continues from every step, through a file, to the same bits", async () => {
    const expected = hashOf(await whole(tinyOptions(settings)));
    const events = 3 * 5;
    for (let stop = 0; stop < events; stop++) {
      const first = new Trainer(tinyOptions(settings));
      for await (const _ of take(first, stop || 1));
      const second = new Trainer(tinyOptions({ ...settings }));
      second.restore(throughFile(first.state()));
      for await (const _ of second);
      expect(hashOf(second.state())).toEqual(expected);
    }
  });
});

test("continues with another number of threads, to the same bits", async () => {
  const settings = { ...runs["sgd with dropout"], layers: [48, 200, 3] };
  const [one, two] = [wasmKernels({ threads: 1 }), wasmKernels({ threads: 2 })];
  const expected = hashOf(await whole(tinyOptions(settings, one)));
  const first = new Trainer(tinyOptions(settings, one));
  for await (const _ of take(first, 6));
  const second = new Trainer(tinyOptions(settings, two));
  second.restore(throughFile(first.state()));
  for await (const _ of second);
  expect(hashOf(second.state())).toEqual(expected);
  one.close();
  two.close();
});

test("more epochs than at first: as if the number had been given at the start", async () => {
  const expected = hashOf(await whole(tinyOptions({ epochs: 4 })));
  const more = new Trainer(tinyOptions({ epochs: 4 }));
  more.restore(throughFile(await whole(tinyOptions({ epochs: 2 }))));
  for await (const _ of more);
  expect(hashOf(more.state())).toEqual(expected);
});

test("patience ends a run, also one that continues", async () => {
  const settings = { epochs: 50, patience: 3, learningRate: 1e-9 };
  const first = await whole(tinyOptions(settings));
  expect(first.epoch).toBe((first.best?.epoch ?? 0) + 4);
  const second = new Trainer(tinyOptions(settings));
  second.restore(first);
  expect(second.finished).toBe(true);
});

test("of equal accuracies the one with less loss is the best, also in a run that continues", async () => {
  const options = (): FitOptions => ({ ...tinyOptions({ epochs: 20, learningRate: 0.02 }), ties: "loss" });
  const first = new Trainer(options());
  const best: number[] = [];
  let ties = 0;
  for await (const event of first) {
    if (event.kind === "step") continue;
    if (event.improved) best.push(event.epoch);
    if (event.improved && event.valScore === first.history.valScore[best.at(-2) ?? -1]) ties++;
  }
  expect(ties).toBeGreaterThan(0);
  const improved: number[] = [];
  let state: TrainerState | undefined;
  for (let epoch = 1; epoch <= 20; epoch++) {
    const trainer = new Trainer(options());
    if (state) trainer.restore(throughFile(state));
    while (trainer.epoch < epoch) {
      const { value: event } = await trainer[Symbol.asyncIterator]().next();
      if (event?.kind === "epoch" && event.improved) improved.push(event.epoch);
    }
    state = trainer.state();
  }
  expect(improved).toEqual(best);
});

describe("events", () => {
  test("one a step and one an epoch, and leaving the loop loses nothing", async () => {
    const kinds: string[] = [];
    const trainer = training(tinyOptions());
    for await (const event of trainer) {
      kinds.push(event.kind);
      if (kinds.length === 7) break;
    }
    for await (const event of trainer) kinds.push(event.kind);
    expect(kinds).toEqual(Array.from({ length: 15 }, (_, i) => (i % 5 === 4 ? "epoch" : "step")));
    expect(hashOf(trainer.state())).toEqual(hashOf(await whole(tinyOptions())));
  });

  test("an aborted signal throws its reason, and the trainer can continue", async () => {
    const controller = new AbortController();
    const trainer = training({ ...tinyOptions(), signal: controller.signal });
    const reason = new Error("enough");
    await expect(async () => {
      for await (const event of trainer) if (event.kind === "epoch") controller.abort(reason);
    }).rejects.toBe(reason);
    expect(trainer.history.valScore.length).toBe(1);
    const next = new Trainer(tinyOptions());
    next.restore(trainer.state());
    for await (const _ of next);
    expect(hashOf(next.state())).toEqual(hashOf(await whole(tinyOptions())));
  });
});

describe("fit", () => {
  test("a stopped run gives the state from which another continues", async () => {
    const controller = new AbortController();
    const onStep = vi.fn(({ step }) => step === 5 && controller.abort());
    const { state, stopped } = await fit({ ...tinyOptions(), signal: controller.signal, onStep });
    expect(stopped).toBe(true);
    const whole = await fit(tinyOptions());
    const rest = await fit({ ...tinyOptions(), resume: state });
    expect(rest).toEqual(whole);
  });

  test.each(["onStep", "onEpoch"])(
    "what %s throws reaches the caller with the run so far, which is kept",
    async (name) => {
      const saved: number[] = [];
      const cause = new Error("no space on the chart");
      const callback = (event: { epoch: number }) => {
        if (event.epoch === 1) throw cause;
      };
      const save = ({ history }: { history: { loss: readonly number[] } }) => void saved.push(history.loss.length);
      const error = await fit({ ...tinyOptions(), [name]: callback, checkpoint: { save } }).catch((error) => error);
      expect(error).toBeInstanceOf(TrainingError);
      expect(error.cause).toBe(cause);
      expect(error.message).toContain("no space on the chart");
      expect(saved.at(-1)).toBe(name === "onStep" ? 5 : 8);
      const rest = await fit({ ...tinyOptions(), resume: error.result.state });
      expect(rest).toEqual(await fit(tinyOptions()));
    },
  );
});

describe("a state that does not belong to the run changes nothing", () => {
  test.each<[string, object, typeof SettingsError | typeof ShapeError, string]>([
    ["another optimizer", { optimizer: "adam" }, SettingsError, "optimizer.kind"],
    ["fewer epochs", { epochs: 1 }, SettingsError, "epoch"],
    ["other batches", { batchSize: 5 }, SettingsError, "history.loss"],
    ["another network", { layers: [48, 7, 3] }, ShapeError, "fc1_w"],
    ["an average", { emaDecay: 0.5 }, SettingsError, "average"],
  ])("%s", async (_, settings, kind, field) => {
    const state = await whole(tinyOptions({ epochs: 2 }));
    const trainer = new Trainer(tinyOptions(settings, scalarKernels));
    const before = hashOf(trainer.state());
    expect(() => trainer.restore(state)).toThrow(kind);
    expect(() => trainer.restore(state)).toThrow(field);
    expect(hashOf(trainer.state())).toEqual(before);
  });

  test("rows that are not there", async () => {
    const state = await whole(tinyOptions({ epochs: 2 }));
    const order = state.batches.order.slice();
    order[3] = 1000;
    const trainer = new Trainer(tinyOptions());
    expect(() => trainer.restore({ ...state, batches: { ...state.batches, order } })).toThrow("batches.order");
  });
});
