import { type Report, type RunEvaluation, runReport } from "../../src/report/index.ts";

const tile = { rgb: "AAAA", width: 1, height: 1 };

/** The evaluation of a run whose files, columns, classes, cells and settings are called `name`. */
function namedEvaluation(name: string, kind: "classification" | "regression"): RunEvaluation {
  const [a, b] = [`${name}0`, `${name}1`];
  const interval: [number, number] = [0.4, 0.9];
  const scores = { rows: 4, precision: 0.5, recall: 0.5, f1: 0.5, areaUnderRoc: 0.5, averagePrecision: 0.5 };
  const classification = {
    ...{ loss: 1, top5: 1, balancedAccuracy: 0.5, calibrationError: 0.1, labels: [a, b] },
    classes: [{ label: a, ...scores }, { label: b, ...scores }], // biome-ignore format: a list
    macro: scores,
    confusion: [[1, 1], [2, 0]], // biome-ignore format: a matrix
    confused: [{ truth: a, predicted: b, count: 1, share: 0.5 }],
    bins: [{ from: 0, to: 1, rows: 4, confidence: 0.7, accuracy: 0.5 }],
    ranking: {
      ...{ positive: name, share: 0.5, area: 0.5, averagePrecision: 0.5 },
      roc: [[0, 0], [1, 1]] as [number, number][], // biome-ignore format: points
      precisionRecall: [[0, 1], [1, 0.5]] as [number, number][], // biome-ignore format: points
    },
  };
  const regression = {
    ...{ target: name, meanAbsoluteError: 1, meanAbsoluteErrorInterval: interval, medianAbsoluteError: 1 },
    ...{ rootMeanSquaredError: 1, maxError: 2, rSquared: 0.5 },
    points: { rows: 2, truth: [1, 2], predicted: [2, 1] },
    residuals: { from: -1, to: 1, counts: [1, 0, 1] },
  };
  const mistake = { row: 2, truth: name, predicted: name, certainty: 0.9 };
  const isClasses = kind === "classification";
  return {
    ...{ format: "handgrad evaluation", version: 1, command: name, handgrad: name, machine: name },
    data: {
      ...{ kind: "table", name, dropped: 1, notes: [name], inputShape: [2], inputs: 2, target: name },
      rows: { train: 4, validation: 2, test: 2 },
      classes: [{ label: name, train: 4, validation: 2, test: 2 }],
      columns: {
        ...{ rows: 8, all: 1 },
        shown: [{ name, use: name, missing: 1, distinct: 2, values: name, histogram: [1, 2] }],
      },
    },
    defaults: { shared: `other ${name}`, [`key ${name}`]: name },
    ...{ parameters: 4, summary: "layer" },
    test: {
      ...{ rows: 4, metric: isClasses ? "accuracy" : "rSquared", score: 0.5, interval, verdict: name },
      judgement: "good",
      baselines: [{ name, score: 0.4, interval, outcome: name, p: 0.04 }],
      ...(isClasses ? { classification } : { regression }),
      importance: {
        ...{ rows: 4, testRows: 4, repeats: 2, columns: 1, score: 0.5 },
        drops: [{ name, mean: 0.1, deviation: 0.01 }],
      },
      mistakes: {
        wrong: 2,
        columns: [name],
        rows: [isClasses ? { ...mistake, image: tile } : { ...mistake, cells: [name] }],
      },
    },
    weights: { units: 1, tiles: [tile] },
  };
}

/** The report of such a run. */
export function namedRun(name: string, kind: "classification" | "regression"): Report {
  return runReport({
    name,
    config: {
      shared: name,
      [`key ${name}`]: name,
      nested: { [name]: 1 },
      layers: [{ kind: name }],
      seed: 1,
      epochs: 2,
    },
    metric: kind === "classification" ? "accuracy" : "rSquared",
    ...{ loss: [3, 2, 1, 0.5], trainScore: [0.1, 0.2], valScore: [0.1, 0.3], trainLoss: [2, 1], valLoss: [2, 1.5] },
    trace: { every: 1, gradientNorm: [3, 2, 1, 1], learningRate: [1, 1, 1, 1] },
    ...{ bestEpoch: 1, seconds: 1, kernels: name, standIn: true, stopped: true, failure: name, rule: name },
    evaluation: namedEvaluation(name, kind),
  });
}
