import type { RandomState } from "../../src/random/randomState.ts";
import type { Case } from "./exercise.ts";
import { mapped, quantity, randomQuantity } from "./quantities.ts";
import type { Quantity } from "./wire.ts";

/** Several steps of an optimizer with several parameters. */
export interface OptimizerCase extends Case {
  /** the arguments of the constructor */
  readonly options: Readonly<Record<string, number>>;
  readonly names: readonly string[];
  readonly values: readonly Quantity[];
  /** the gradients of each step, one a parameter */
  readonly gradients: readonly (readonly Quantity[])[];
  /** the learning rate of each step, where it is set from outside */
  readonly learningRates?: readonly number[];
}

/** One number of a parameter in one step. */
export interface Entry {
  readonly name: string;
  readonly value: number;
  /** the value before the first step */
  readonly start: number;
  readonly gradient: number;
  /** the gradient of the first step */
  readonly firstGradient: number;
  /** counted from 1 */
  readonly step: number;
  readonly learningRate: number;
  readonly options: Readonly<Record<string, number>>;
  /** the optimizer's state for this number; empty before the first step */
  readonly state: Record<string, number>;
  /** the number of entries of the parameter */
  readonly size: number;
  /** the gradient of the parameter's first number */
  readonly gradientOfFirst: number;
}

/** The change of a number in a step. */
export type Rule = (entry: Entry) => number;

/** The state of an optimizer, and the numbers that share it. */
export interface Bookkeeping {
  /** numbers with equal keys share their state */
  readonly stateKey?: (parameter: number, index: number, step: number) => string;
  readonly step?: (step: number, parameter: number, index: number) => number;
  readonly isUpdated?: (parameter: number, index: number) => boolean;
}

export interface OptimizerMistake extends Bookkeeping {
  readonly cause: string;
  readonly message: string;
  /** the right rule by default */
  readonly rule?: Rule;
}

const names = ["fc1_w", "fc1_b", "fc2_w"];
export const shapes = [[3, 4], [4], [2, 5]];
export const steps = 4;

export function randomCase(random: RandomState, options: OptimizerCase["options"]): OptimizerCase {
  const gradients = Array.from({ length: steps }, () =>
    shapes.map((shape) => {
      const gradient = randomQuantity(random, shape);
      // one small gradient, one that is always zero, and one that is zero from the second step on
      return mapped(gradient, (value, i) => (i === 1 ? 0.01 * value : i === 2 ? 0 : value));
    }),
  );
  for (const step of gradients.slice(1)) for (const { data } of step) data[3] = 0;
  return { options, names, values: shapes.map((shape) => randomQuantity(random, shape)), gradients };
}

/** The changes of all numbers, one step a row. */
export function changes(one: OptimizerCase, rule: Rule, bookkeeping: Bookkeeping = {}): Quantity {
  const { stateKey = (parameter, index) => `${parameter} ${index}`, isUpdated = () => true } = bookkeeping;
  const values = one.values.map(({ data }) => data.slice());
  const states = new Map<string, Record<string, number>>();
  const all: number[] = [];
  one.gradients.forEach((gradients, at) => {
    values.forEach((data, parameter) => {
      data.forEach((value, i) => {
        const key = stateKey(parameter, i, at + 1);
        const state = states.get(key) ?? {};
        states.set(key, state);
        const change = rule({
          name: one.names[parameter],
          value,
          start: one.values[parameter].data[i],
          gradient: gradients[parameter].data[i],
          firstGradient: one.gradients[0][parameter].data[i],
          step: bookkeeping.step?.(at + 1, parameter, i) ?? at + 1,
          learningRate: one.learningRates?.[at] ?? one.options.learningRate,
          options: one.options,
          state,
          size: data.length,
          gradientOfFirst: gradients[parameter].data[0],
        });
        if (isUpdated(parameter, i)) data[i] += change;
        all.push(data[i] - value);
      });
    });
  });
  return quantity([one.gradients.length, all.length / one.gradients.length], all);
}
