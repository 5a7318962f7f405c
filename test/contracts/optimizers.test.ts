import { describe, expect, test } from "vitest";
import {
  Adagrad,
  Adam,
  type DecayOptions,
  type DType,
  Lion,
  Muon,
  Nadam,
  type Optimizer,
  Rmsprop,
  SettingsError,
  Sgd,
  Tensor,
  Workspace,
} from "../../src/index.ts";
import { zeros } from "../../src/tensor/tensor.ts";

type Options = DecayOptions & { readonly learningRate: number };
type Network = ReturnType<typeof network>;

function network(values: readonly number[], dtype: DType = "float64") {
  const buffers = [zeros(dtype, values.length), zeros(dtype, values.length)];
  buffers[0].set(values);
  // 2 × 2, so that optimizers of matrices have one
  const shape = values.length === 4 ? [2, 2] : [values.length];
  const parameters = [{ value: new Tensor(shape, buffers[0]) }];
  return { values: buffers[0], gradients: buffers[1], workspace: new Workspace(), parameters };
}

/** Every optimizer there is; a new one gets all of the suite by a line here. */
const makers: Record<string, (of: Network, options: Options) => Optimizer> = {
  sgd: (of, options) => new Sgd(of, options),
  "sgd with momentum": (of, options) => new Sgd(of, { momentum: 0.9, ...options }),
  "sgd with nesterov": (of, options) => new Sgd(of, { momentum: 0.9, nesterov: true, ...options }),
  adam: (of, options) => new Adam(of, options),
  "adam with amsgrad": (of, options) => new Adam(of, { amsgrad: true, ...options }),
  nadam: (of, options) => new Nadam(of, options),
  muon: (of, options) => new Muon(of, options),
  "muon without matrices": (of, options) =>
    new Muon({ ...of, parameters: [{ value: vectorOf(of) }] }, { adamRatio: 1, ...options }),
  rmsprop: (of, options) => new Rmsprop(of, options),
  adagrad: (of, options) => new Adagrad(of, options),
  lion: (of, options) => new Lion(of, options),
};

const vectorOf = ({ values }: Network) => new Tensor([values.length], values);

const start = [1, -2, 0.5, 3];

describe.each(Object.entries(makers))("optimizer %s", (_, make) => {
  /** θ for steps on Σ aθ²/2: the gradient is a·θ. */
  const descend = (optimizer: Optimizer, { values, gradients }: Network, steps: number) => {
    for (let step = 0; step < steps; step++) {
      for (let i = 0; i < values.length; i++) gradients[i] = (i + 1) * values[i];
      optimizer.step();
    }
  };

  test("finds the minimum of a bowl", () => {
    const of = network(start);
    const optimizer = make(of, { learningRate: 0.05 });
    for (let round = 0; round < 6; round++) {
      descend(optimizer, of, 400);
      optimizer.learningRate *= optimizer.kind === "adagrad" ? 1.5 : 0.4;
    }
    for (const value of of.values) expect(Math.abs(value)).toBeLessThan(0.02);
  });

  test("without gradients nothing moves, and gradients are only read", () => {
    const of = network(start);
    const optimizer = make(of, { learningRate: 0.1 });
    optimizer.step();
    expect([...of.values]).toEqual(start);
    of.gradients.set([1, 2, 3, 4]);
    optimizer.learningRate = 0;
    optimizer.step();
    expect([...of.values]).toEqual(start);
    expect([...of.gradients]).toEqual([1, 2, 3, 4]);
  });

  test("weightDecay takes λ of θ, scaledWeightDecay η·λ, and both add up", () => {
    const shrunk = (options: Options) => {
      const of = network(start);
      const optimizer = make(of, options);
      for (let step = 0; step < 3; step++) optimizer.step();
      return of.values[3] / 3;
    };
    expect(shrunk({ learningRate: 0.1, weightDecay: 0.02 })).toBeCloseTo(0.98 ** 3, 14);
    expect(shrunk({ learningRate: 0.5, weightDecay: 0.02 })).toBeCloseTo(0.98 ** 3, 14);
    expect(shrunk({ learningRate: 0.1, scaledWeightDecay: 0.02 })).toBeCloseTo(0.998 ** 3, 14);
    expect(shrunk({ learningRate: 0.1, scaledWeightDecay: 0.02, weightDecay: 0.02 })).toBeCloseTo(0.978 ** 3, 14);
  });

  test("continues from a saved state exactly", () => {
    const [one, other] = [network(start), network(start)];
    const first = make(one, { learningRate: 0.02 });
    descend(first, one, 5);
    const second = make(other, { learningRate: 0.02 });
    second.restore(structuredClone(first.state()));
    other.values.set(one.values);
    descend(first, one, 5);
    descend(second, other, 5);
    expect(other.values).toEqual(one.values);
  });

  test("a state of another network is refused, and nothing of it is used", () => {
    const [small, large] = [network([1]), network(start)];
    const optimizer = make(large, { learningRate: 0.1 });
    const saved = make(small, { learningRate: 0.1 }).state();
    if (Object.keys(saved.buffers).length === 0) return;
    expect(() => optimizer.restore(saved)).toThrow(SettingsError);
  });

  test("float32 follows float64", () => {
    const [wide, narrow] = [network(start), network(start, "float32")];
    descend(make(wide, { learningRate: 0.01, weightDecay: 0.001 }), wide, 20);
    descend(make(narrow, { learningRate: 0.01, weightDecay: 0.001 }), narrow, 20);
    wide.values.forEach((value, i) => {
      expect(Math.abs(narrow.values[i] - value)).toBeLessThan(1e-5);
    });
  });

  test.each([
    { learningRate: -1 },
    { learningRate: Number.NaN },
    { learningRate: 1, weightDecay: -1 },
    { learningRate: 1, scaledWeightDecay: Number.NaN },
  ])("%o is refused", (options) => {
    expect(() => make(network(start), options)).toThrow(SettingsError);
  });
});
