import { planSweep, RandomState, tensor } from "../../src/node.ts";
import {
  crossValidationReport,
  crossValidationResults,
  learningRateReport,
  type Report,
  sweepReport,
} from "../../src/report/index.ts";

/** A sweep over data, values and texts called `name`. */
export function namedSweep(name: string): Report {
  const random = new RandomState(1);
  const sweep = planSweep(
    {
      vary: { activation: [name, `${name}2`, "relu"], learningRate: [0.1, 0.01, 0.001] },
      strategy: { kind: "grid" },
      seeds: [1, 2],
    },
    ({ activation, ...given }) => ({ ...planSweep(plain).trials[0].settings, ...given, activation }) as never,
  );
  const progress = new Map(sweep.trials.map(({ id }) => [id, [random.randomSample(), random.randomSample()]]));
  const diverged = [sweep.trials[0]];
  progress.set(sweep.trials[0].id, []);
  const historyOf = () => ({ loss: [3, 2, 1], trainScore: [0.1, 0.2], valScore: [0.1, 0.3] });
  return sweepReport({ sweep, metric: "accuracy", data: name, progress, diverged, historyOf, next: `train ${name}` });
}

const plain = { vary: { learningRate: [0.1] }, strategy: { kind: "grid" } };

/** A cross-validation over data and classes called `name`. */
export function namedCrossValidation(name: string): Report {
  const fold = {
    rows: Int32Array.of(0, 1),
    outputs: tensor([
      [2, 0],
      [3, 0],
    ]),
    truth: Int32Array.of(0, 1),
    always: 0,
  };
  const results = crossValidationResults([fold, fold], { name, target: name, labelNames: [name, `${name}2`] });
  return crossValidationReport(results, { finalModel: name });
}

/** A range test of data called `name`. */
export function namedLearningRate(name: string): Report {
  const values = [3, 2, 1];
  const test = { rates: [1e-3, 1e-2, 1e-1], loss: values, smoothed: values, diverged: false };
  const found = { steepest: 0.01, tenthOfMinimum: 0.01, suggestion: 0.01 };
  return learningRateReport({ ...test, ...found }, { data: name, next: `train ${name}` });
}
