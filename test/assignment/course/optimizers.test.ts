import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { adamRule } from "../../../assignment/course/exercises/adamRule.ts";
import { momentumRule } from "../../../assignment/course/exercises/momentum.ts";
import { rmspropRule } from "../../../assignment/course/exercises/rmsprop.ts";
import { sgdRule } from "../../../assignment/course/exercises/sgd.ts";
import { weightDecayRule } from "../../../assignment/course/exercises/weightDecay.ts";
import type { Rule } from "../../../assignment/course/optimizerRule.ts";

// trajectories of PyTorch in float64
interface OptimizerVectors {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, number>>;
  readonly p0: { readonly data: readonly number[] };
  readonly grads: readonly { readonly data: readonly number[] }[];
  readonly trajectory: readonly { readonly data: readonly number[] }[];
}
const { cases } = JSON.parse(readFileSync(new URL("../../../reference/vectors.json", import.meta.url), "utf8")) as {
  cases: OptimizerVectors[];
};
const vectors = (name: string): OptimizerVectors[] =>
  cases.filter((one) => one.kind === "optimizer" && one.name === name && !one.config.nesterov);

test.each([
  ["sgd", weightDecayRule],
  ["adam", adamRule()],
  ["sgd_momentum", momentumRule],
  ["rmsprop", rmspropRule()],
] as [string, Rule][])("the rule of %s gives the trajectory of PyTorch", (name, rule) => {
  const found = vectors(name);
  expect(found.length).toBeGreaterThan(0);
  for (const { config, p0, grads, trajectory } of found) {
    const options = {
      momentum: config.momentum,
      alpha: config.alpha,
      beta1: config.beta1,
      beta2: config.beta2,
      epsilon: config.eps,
      weightDecay: config.weight_decay ?? 0,
    };
    p0.data.forEach((start, i) => {
      let value = start;
      const state = {};
      grads.forEach(({ data }, at) => {
        const gradient = data[i];
        const rest = {
          name: "w",
          start,
          firstGradient: grads[0].data[i],
          gradientOfFirst: data[0],
          size: p0.data.length,
        };
        value += rule({ ...rest, value, gradient, step: at + 1, learningRate: config.lr, options, state });
        expect(value).toBeCloseTo(trajectory[at].data[i], 12);
      });
    });
  }
});

test("without decay, SGD with weight decay is SGD", () => {
  const entry = { name: "w", value: 0.7, start: 0.7, gradient: -0.4, firstGradient: -0.4, step: 1, learningRate: 0.1 };
  const more = { state: {}, size: 1, gradientOfFirst: -0.4 };
  expect(sgdRule({ ...entry, ...more, options: {} })).toBeCloseTo(0.04, 15);
  expect(weightDecayRule({ ...entry, ...more, options: { weightDecay: 0 } })).toBeCloseTo(0.04, 15);
});
