import type { Case, Mistake } from "../../exercise.ts";
import { plusRow, scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import {
  epsilon,
  following,
  momentum,
  type NormCase,
  normalized,
  type RunningVariant,
  results,
  start,
  times,
} from "./formulas.ts";

export interface RunningCase extends Case {
  readonly first: NormCase;
  readonly second: NormCase;
  readonly last: NormCase;
}

export function runningResults(
  { last }: RunningCase,
  running: ReturnType<typeof following>,
  { changed = false, used = running }: { readonly changed?: boolean; readonly used?: typeof running } = {},
) {
  return {
    runningMean: running.mean,
    runningVariance: running.variance,
    "changed by evaluation": scalar(Number(changed)),
    "y in evaluation": results(last, { used }).y,
  };
}

const running = (cause: string, message: string, variant: RunningVariant): Mistake<RunningCase> => ({
  cause,
  message,
  results: (one) => runningResults(one, following([one.first.x, one.second.x], variant)),
});

export const runningMistakes: Mistake<RunningCase>[] = [
  running(
    "population-variance",
    "the running variance follows the population variance, with the divisor N; it should follow the sample variance",
    { lost: 0 },
  ),
  running("exchanged", "momentum and 1 − momentum are exchanged in the running statistics", { share: 1 - momentum }),
  running(
    "exchanged",
    "momentum and 1 − momentum are exchanged, and the running variance follows the population variance",
    { share: 1 - momentum, lost: 0 },
  ),
  running(
    "momentum",
    "the running statistics use a momentum of their own (0.1) and not the one given to the constructor",
    { share: 0.1 },
  ),
  running(
    "momentum",
    "the running statistics use a momentum of their own (0.9) and not the one given to the constructor",
    { share: 0.9 },
  ),
  running(
    "no-average",
    "the running statistics are those of the last batch; they should keep a part of the earlier ones",
    { share: 1 },
  ),
  running("no-average", "the running statistics are those of the last batch, and the variance has the divisor N", {
    share: 1,
    lost: 0,
  }),
  running(
    "missing-factor",
    "the running statistics keep all of the earlier value; the factor 1 − momentum is missing",
    { keep: 1 },
  ),
  running("missing-factor", "the statistics of the batch are added without the factor momentum", {
    keep: 1 - momentum,
    share: 1,
  }),
  running("wrong-quantity", "the running variance follows the deviation, the root of the variance", {
    taken: Math.sqrt,
  }),
  running(
    "wrong-quantity",
    "the running variance follows the deviation of the population, the root of the variance with the divisor N",
    { taken: Math.sqrt, lost: 0 },
  ),
  running("wrong-quantity", "the running variance follows 1/√(σ² + ε)", {
    lost: 0,
    taken: (v) => 1 / Math.sqrt(v + epsilon),
  }),
  running("epsilon", "the running variance contains epsilon", { taken: (v) => v + epsilon }),
  running("epsilon", "the running variance contains epsilon and has the divisor N", {
    taken: (v) => v + epsilon,
    lost: 0,
  }),
  running("start", "the running variance starts at 0 and should start at 1", { from: { mean: 0, variance: 0 } }),
  running("start", "the running mean starts at 1 and should start at 0", { from: { mean: 1, variance: 1 } }),
  running("not-updated", "forward does not change the running statistics in training", { share: 0, keep: 1 }),
  {
    cause: "one-batch",
    message: "the running statistics follow the first batch only",
    results: (one) => runningResults(one, following([one.first.x])),
  },
  {
    cause: "updated-twice",
    message: "the running statistics are updated twice for each batch",
    results: ({ first, second, last }) =>
      runningResults({ first, second, last }, following([first.x, first.x, second.x, second.x])),
  },
  {
    cause: "not-updated",
    message: "the running mean does not change in training",
    results: (one) =>
      runningResults(one, { ...following([one.first.x, one.second.x]), mean: start(one.first.w.shape[0]).mean }),
  },
  {
    cause: "not-updated",
    message: "the running variance does not change in training",
    results: (one) =>
      runningResults(one, {
        ...following([one.first.x, one.second.x]),
        variance: start(one.first.w.shape[0]).variance,
      }),
  },
  {
    cause: "swapped",
    message: "the running statistics change in evaluation and not in training",
    results: (one) => runningResults(one, following([one.first.x], { share: 0 }), { changed: true }),
  },
  {
    cause: "swapped",
    message: "evaluation uses mean and variance of the batch; it should use the running ones",
    results: ({ last }) => ({ "y in evaluation": results(last).y }),
  },
  {
    cause: "swapped",
    message: "evaluation changes the running statistics; only training should",
    results: () => ({ "changed by evaluation": scalar(1) }),
  },
  {
    cause: "swapped",
    message: "evaluation changes the running statistics, before it uses them; only training should",
    results: (one) => {
      const { first, second, last } = one;
      return { "y in evaluation": results(last, { used: following([first.x, second.x, last.x]) }).y };
    },
  },
  ...(
    [
      ["epsilon", "evaluation does not use epsilon", (v) => 1 / Math.sqrt(v)],
      [
        "epsilon",
        "evaluation adds epsilon to the root; it belongs under the root",
        (v) => 1 / (Math.sqrt(v) + epsilon),
      ],
      ["missing-root", "evaluation divides by the running variance; the root is missing", (v) => 1 / (v + epsilon)],
      ["inverse", "evaluation multiplies by the deviation and should divide by it", (v) => Math.sqrt(v + epsilon)],
      ["missing-term", "evaluation does not divide by the deviation", () => 1],
    ] as [string, string, (variance: number) => number][]
  ).map(
    ([cause, message, scale]): Mistake<RunningCase> => ({
      cause,
      message,
      results: ({ first, second, last }) => ({
        "y in evaluation": results(last, { scale, used: following([first.x, second.x]) }).y,
      }),
    }),
  ),
  ...(
    [
      ["missing-bias", "y in evaluation lacks b", (hat, { w }) => times(hat, w)],
      ["missing-factor", "y in evaluation lacks the factor w", (hat, { b }) => plusRow(hat, b)],
      ["missing-term", "y in evaluation is x̂: w and b are missing", (hat) => hat],
    ] as [string, string, (hat: Quantity, one: NormCase) => Quantity][]
  ).map(
    ([cause, message, of]): Mistake<RunningCase> => ({
      cause,
      message,
      results: ({ first, second, last }) => ({
        "y in evaluation": of(normalized(last.x, { used: following([first.x, second.x]) }).hat, last),
      }),
    }),
  ),
  {
    cause: "unchanged-input",
    message: "evaluation returns x unchanged",
    results: ({ last }) => ({ "y in evaluation": last.x }),
  },
];
