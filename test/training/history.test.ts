import { describe, expect, test } from "vitest";
import { type FitOptions, RandomState, type Tensor, Trainer } from "../../src/index.ts";
import { predictOutputs } from "../../src/training/evaluate.ts";
import { tinyData, tinyNormalization, tinyOptions, tinySplits } from "./tinyRun.ts";

/** 90 rows in batches of 2 are 45 steps an epoch; every second one is measured. */
const rows = tinyData(90, 4);
const options = (settings: object = {}): FitOptions => ({
  ...tinyOptions({ epochs: 2, ...settings }),
  train: rows,
  trainEvaluated: rows,
  batchSize: 2,
  random: new RandomState(1),
});

/** Mean of −log p[label] over the rows, p = exp(logit)/Σ exp. */
function crossEntropy({ data }: Tensor, labels: Int32Array): number {
  const each = Array.from(labels, (label, row) => {
    const exponentials = [0, 1, 2].map((j) => Math.exp(data[3 * row + j]));
    return -Math.log(exponentials[label] / exponentials.reduce((sum, value) => sum + value));
  });
  return each.reduce((sum, value) => sum + value) / each.length;
}

async function trained(settings: object = {}): Promise<Trainer> {
  const trainer = new Trainer(options(settings));
  for await (const _ of trainer);
  return trainer;
}

describe("the history of a run", () => {
  test("has the losses of every epoch: mean cross-entropy in evaluation mode", async () => {
    const { history, options: run } = await trained();
    const evaluated = { normalization: tinyNormalization };
    for (const [name, part] of [
      ["trainLoss", rows],
      ["valLoss", tinySplits.validation],
    ] as const) {
      expect(history[name]).toHaveLength(2);
      const logits = await predictOutputs(run.network, part, evaluated);
      expect(history[name]?.[1]).toBeCloseTo(crossEntropy(logits, part.labels), 5);
    }
  });

  test("has the norm of the gradients and the learning rate of every second step", async () => {
    const schedule = { kind: "step", factor: 0.5, every: 1 } as const;
    const trainer = new Trainer({ ...options({ learningRate: 0.1 }), schedule });
    const norms: number[] = [];
    for (let step = 0; step < 90; step++) {
      if (step === 45) await trainer.endEpoch();
      trainer.step();
      const squares = [...trainer.options.network.gradients].reduce((sum, value) => sum + value * value, 0);
      if (step % 2 === 0) norms.push(Math.sqrt(squares));
    }
    const { trace } = trainer.history;
    expect(trace?.every).toBe(2);
    expect(trace?.gradientNorm).toHaveLength(45);
    for (const [i, norm] of trace?.gradientNorm.entries() ?? []) expect(norm / norms[i]).toBeCloseTo(1, 5);
    // Steps 0 … 44 are the first epoch: 23 of them are measured
    expect(trace?.learningRate).toEqual([...Array(23).fill(0.1), ...Array(22).fill(0.05)]);
  });

  test("has the norm before clipping", async () => {
    const [free, clipped] = await Promise.all([trained(), trained({ clipNorm: 1e-6 })]);
    expect(clipped.history.trace?.gradientNorm[0]).toBe(free.history.trace?.gradientNorm[0]);
  });

  test("of version 0.1 continues without what it lacks", async () => {
    const { metric, loss, trainScore, valScore } = (await trained()).history;
    const first = new Trainer(options());
    for await (const { kind } of first) if (kind === "epoch") break;
    const state = first.state();
    const old = { metric, loss: loss.slice(0, 45), trainScore: trainScore.slice(0, 1), valScore: valScore.slice(0, 1) };
    const second = new Trainer(options());
    second.restore({ ...state, history: old });
    for await (const _ of second);
    expect(second.history).toEqual({ metric, loss, trainScore, valScore });
  });

  test("of another length is refused", async () => {
    const trainer = new Trainer(options());
    for await (const { kind } of trainer) if (kind === "epoch") break;
    const state = trainer.state();
    const restore = (history: object) =>
      new Trainer(options()).restore({ ...state, history: { ...state.history, ...history } });
    expect(() => restore({ valLoss: [] })).toThrow(/history\.valLoss must be of length 1, got 0/);
    const trace = { ...state.history.trace, learningRate: [] };
    expect(() => restore({ trace })).toThrow(/history\.trace\.learningRate must be of length 23, got 0/);
  });
});
