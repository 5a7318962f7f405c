import { describe, expect, test } from "vitest";
import {
  Adam,
  BatchNorm,
  Conv2d,
  Flatten,
  GroupedOptimizer,
  Linear,
  type Optimizer,
  RandomState,
  Residual,
  Sequential,
  SettingsError,
  Sgd,
  type Trainable,
} from "../../src/index.ts";

const dtype = "float64";

function makeNetwork(): Sequential {
  const random = new RandomState(1);
  return new Sequential([
    new Conv2d(2, 3, { kernel: 2, random, dtype }),
    new BatchNorm(3, { dtype }),
    new Residual([new Conv2d(3, 3, { kernel: 1, bias: false, random, dtype }), new BatchNorm(3, { dtype })]),
    new Flatten(),
    new Linear(12, 4, { random, dtype }),
  ]);
}

/** Gradients that depend on the values and the step. */
function setGradients({ values, gradients }: Trainable, step: number): void {
  for (let i = 0; i < values.length; i++) gradients[i] = Math.sin(i + step) + 0.1 * values[i];
}

describe("sgd with nesterov, weight decay of weights alone and fast biases", () => {
  const [learningRate, momentum, decay, biasRate] = [0.05, 0.9, 0.3, 4];
  const grouped = (network: Sequential) =>
    new GroupedOptimizer(network, { decayed: "weights", biasRate }, (part, { decays }) => {
      return new Sgd(part, { learningRate, momentum, nesterov: true, scaledWeightDecay: decays ? decay : 0 });
    });

  test("moves each parameter by its own formula", () => {
    const network = makeNetwork();
    const optimizer = grouped(network);
    const expected = network.save();
    const velocity = Object.fromEntries(
      Object.entries(expected).map(([name, { size }]) => [name, new Float64Array(size)]),
    );
    for (let step = 0; step < 5; step++) {
      setGradients(network, step);
      optimizer.learningRate = learningRate / (1 + step);
      for (const name of network.parameterNames) {
        const [{ data, shape }, gradient, u] = [expected[name], network.getGradient(name).data, velocity[name]];
        const rate = optimizer.learningRate * (name.endsWith("_b") ? biasRate : 1);
        const shrink = shape.length > 1 ? optimizer.learningRate * decay : 0;
        for (let i = 0; i < data.length; i++) {
          u[i] = momentum * u[i] + gradient[i];
          data[i] += -rate * (gradient[i] + momentum * u[i]) - shrink * data[i];
        }
      }
      optimizer.step();
      for (const name of network.parameterNames) {
        network.getParameter(name).data.forEach((value, i) => {
          expect(value, name).toBeCloseTo(expected[name].data[i], 12);
        });
      }
    }
  });

  test("continues from its state as if nothing had been", () => {
    const run = (steps: number, network: Sequential, optimizer: Optimizer, from = 0) => {
      for (let step = from; step < steps; step++) {
        setGradients(network, step);
        optimizer.step();
      }
    };
    const [whole, first, second] = [makeNetwork(), makeNetwork(), makeNetwork()];
    run(6, whole, grouped(whole));
    const optimizer = grouped(first);
    run(3, first, optimizer);
    second.load(first.save());
    const resumed = grouped(second);
    resumed.restore(structuredClone(optimizer.state()));
    run(6, second, resumed, 3);
    expect(second.save()).toEqual(whole.save());
    expect(resumed.kind).toBe("sgd");
    expect(() => resumed.restore({ step: 0, buffers: {} })).toThrow(SettingsError);
  });
});

test("groups that differ in nothing make the same steps as one optimizer", () => {
  const [one, several] = [makeNetwork(), makeNetwork()];
  const options = { learningRate: 0.01, scaledWeightDecay: 0.1 };
  const optimizers = [new Adam(one, options), new GroupedOptimizer(several, {}, (part) => new Adam(part, options))];
  for (let step = 0; step < 3; step++) {
    setGradients(one, step);
    setGradients(several, step);
    for (const optimizer of optimizers) optimizer.step();
  }
  expect(several.save()).toEqual(one.save());
  expect(optimizers[1].state().step).toBe(3);
});
