import { expect, test } from "vitest";
import {
  CrossEntropyLoss,
  makeNetwork,
  makeOptimizer,
  type OptimizerSettings,
  optimizers,
  RandomState,
  Tensor,
  traceUpdate,
} from "../../../src/index.ts";
import { evaluateExpression, optimizerFormulas, updateEntries, updateEntry } from "../../../src/report/index.ts";

const cases: Record<string, OptimizerSettings> = {
  sgd: { kind: "sgd", learningRate: 0.1, weightDecay: 0.01 },
  "sgd with momentum": { kind: "sgd", learningRate: 0.1, momentum: 0.9 },
  "sgd with Nesterov's momentum": {
    kind: "sgd",
    learningRate: 0.1,
    momentum: 0.8,
    nesterov: true,
    scaledWeightDecay: 0.1,
  },
  adam: { kind: "adam", learningRate: 0.01 },
  adamW: { kind: "adam", learningRate: 0.01, scaledWeightDecay: 0.1 },
  amsgrad: { kind: "adam", learningRate: 0.01, amsgrad: true, beta1: 0.8 },
  nadam: { kind: "nadam", learningRate: 0.01, weightDecay: 0.001 },
  rmsprop: { kind: "rmsprop", learningRate: 0.01 },
  adagrad: { kind: "adagrad", learningRate: 0.01 },
  lion: { kind: "lion", learningRate: 0.01, scaledWeightDecay: 0.1 },
  muon: { kind: "muon", learningRate: 0.02, weightDecay: 0.01 },
  "muon with Adam for one layer": {
    kind: "muon",
    learningRate: 0.02,
    nesterov: false,
    adamLayers: ["fc1"],
    scaledWeightDecay: 0.1,
  },
};

test("every optimizer has formulas and a case", () => {
  const names = Object.keys(optimizers).sort();
  expect(Object.keys(updateEntries).sort()).toEqual(names);
  expect(Object.keys(optimizerFormulas).sort()).toEqual(names);
  expect([...new Set(Object.values(cases).map(({ kind }) => kind))].sort()).toEqual(names);
});

test.each(Object.entries(cases))("%s: the numbers give the state and the value of the real step", (_, settings) => {
  const layers = [{ kind: "linear", outputs: 4 }, { kind: "tanh" }, { kind: "linear", outputs: 3 }] as const;
  const network = makeNetwork({ inputShape: [2], layers, dtype: "float64" }, { random: new RandomState(1) });
  const optimizer = makeOptimizer(settings, network);
  const loss = new CrossEntropyLoss();
  const x = new Tensor([3, 2], Float64Array.of(1, 2, -1, 0.5, 0.3, -2));
  for (let count = 1; count <= 3; count++) {
    loss.forward(network.forward(x, { mode: "train", random: new RandomState(0) }), [0, 1, 2]);
    network.backwardParameters(loss.backward());
    const trace = traceUpdate(optimizer);
    expect([...trace.after.values]).toEqual([...network.values]);
    expect([...trace.before.values]).not.toEqual([...network.values]);
    for (let place = 0; place < network.values.length; place++) {
      const lines = updateEntry(trace, place);
      for (const { symbol, expression, value } of lines)
        expect(Math.abs(evaluateExpression(expression) - value), `${symbol} of ${place}`).toBeLessThan(1e-12);
      expect(lines[lines.length - 1].value).toBe(network.values[place]);
    }
  }
});
