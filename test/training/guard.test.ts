import { describe, expect, test } from "vitest";
import {
  BatchReader,
  decodeCheckpoint,
  encodeCheckpoint,
  type FitOptions,
  Flatten,
  fit,
  Layer,
  Linear,
  NonFiniteError,
  RandomState,
  Relu,
  Sequential,
  Sgd,
  type Shape,
  scalarKernels,
  type Tensor,
  Trainer,
} from "../../src/index.ts";
import { hashOf, tinyNormalization, tinyOptions, tinySplits } from "./tinyRun.ts";

/** Passes everything on, but sets one value of the batch that begins with these numbers. */
class Spoiler extends Layer {
  readonly kind = "spoiler";
  private readonly batch: readonly number[];
  private readonly value: number;

  constructor(batch: readonly number[], value: number) {
    super();
    this.batch = batch;
    this.value = value;
  }

  outputShape(shape: Shape): Shape {
    return shape;
  }

  // by the content of the batch, not by a count: the search for the fault repeats the same passes
  forward(x: Tensor, pass: { readonly mode: string }): Tensor {
    if (pass.mode === "evaluate" || this.batch.some((value, i) => value !== x.data[i])) return x;
    const changed = x.clone();
    changed.data[7] = this.value;
    return changed;
  }

  backward(dy: Tensor): Tensor {
    return dy;
  }
}

function spoiledRun(value: number): FitOptions {
  const options = tinyOptions();
  const random = new RandomState(1);
  const rows = Int32Array.from({ length: 10 }, (_, i) => 30 + i);
  const reader = new BatchReader(tinySplits.train, { dtype: "float32", normalization: tinyNormalization });
  const batch = reader.read(rows, options.network.workspace).inputs.data.slice(0, 20);
  const network = new Sequential([
    new Flatten(),
    new Spoiler([...batch], value),
    new Linear(48, 6, { random }),
    new Relu(), // which takes NaN for 0, so that no loss shows it
    new Linear(6, 3, { random }),
  ]);
  return { ...options, network, optimizer: new Sgd(network, { learningRate: 0.1 }), random };
}

async function failureOf(options: FitOptions): Promise<NonFiniteError> {
  const error = await fit(options).catch((error) => error);
  expect(error).toBeInstanceOf(NonFiniteError);
  return error;
}

describe("the run stops where numbers stop to be finite", () => {
  test.each([Number.NaN, Infinity])("an output that is %s", async (value) => {
    const options = spoiledRun(value);
    const error = await failureOf(options);
    expect(error).toMatchObject({
      epoch: 0,
      step: 3,
      fault: { what: "output", layer: "spoiler", value: String(value), index: [0, 7] },
    });
    expect([...(error.rows ?? [])]).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
    expect(error.message).toContain(`step 3 (epoch 1): the output of spoiler is ${value} at (0, 7)`);
    expect(error.message).toContain("rows 30, 31, 32");
    // what is left is the run before the step, from which it can be looked into
    expect(error.state?.history.loss.length).toBe(3);
  });

  // scalar: kernels that compute in float32 make the rate infinite, and 0·∞ is NaN in fc1 already
  test("weights that overflow in an update, which no loss shows before the next step", async () => {
    const error = await failureOf(tinyOptions({ learningRate: 1e39, dtype: "float32" }, scalarKernels));
    expect(error).toMatchObject({
      step: 0,
      fault: { what: "updated value", layer: "fc2 (linear 6→3)", parameter: "fc2_w" },
    });
  });

  test("weights that a relu hides from the loss are found at the end of the epoch, with their step", async () => {
    const options = tinyOptions({ activation: "relu", epochs: 1 });
    const trainer = new Trainer(options);
    trainer.step();
    trainer.step();
    const { network } = options;
    const step = options.optimizer.step.bind(options.optimizer);
    let loss = 0;
    Object.assign(options.optimizer, {
      step() {
        step();
        // a function of what is being trained, so that the search finds it again
        const sum = Array.from(network.gradients).reduce((a, b) => a + b, 0);
        loss ||= sum;
        if (sum === loss) network.values[0] = Number.NaN;
      },
    });
    const error = await (async () => {
      for await (const _ of trainer);
    })().catch((error) => error);
    expect(error).toMatchObject({ step: 2, fault: { what: "updated value", parameter: "fc1_w", index: [0, 0] } });
  });

  test("initial weights", async () => {
    const options = tinyOptions();
    options.network.values[3] = Infinity;
    expect((await failureOf(options)).message).toContain("fc1_w (0, 3) = Infinity is not finite before the first step");
  });

  test("after hundreds of steps, the run is taken up just before the step", async () => {
    const settings = {
      learningRate: 0.5,
      initScale: 1,
      layers: [48, 6, 6, 3],
      epochs: 200,
      regularization: "l2",
      lambda: 1.4,
    };
    const error = await failureOf(tinyOptions(settings));
    expect(error.step).toBeGreaterThan(5);
    const { state } = error;
    if (!state) throw new Error("the error carries no state");
    const again = new Trainer(tinyOptions(settings));
    again.restore(decodeCheckpoint(encodeCheckpoint(state, null), { name: "memory" }).state);
    expect(hashOf(again.state())).toBe(hashOf(state));
    expect(() => {
      for (let i = 0; i < 3; i++) again.step();
    }).toThrow(NonFiniteError);
  });
});

test("a run without a guard continues, whatever comes", async () => {
  const { history } = await fit({ ...tinyOptions({ learningRate: 1e39 }), guard: false });
  expect(history.loss.at(-1)).toBeNaN();
});

test("a checkpoint never holds what is not finite", async () => {
  const saved: number[] = [];
  const save = ({ network }: { network: Record<string, Tensor> }) => void saved.push(network.fc1_w.data[0]);
  await failureOf({ ...tinyOptions({ learningRate: 1e39 }), checkpoint: { steps: 1, save } });
  expect(saved.every(Number.isFinite)).toBe(true);
});
