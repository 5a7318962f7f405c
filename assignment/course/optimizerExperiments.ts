import type { RandomState } from "../../src/random/randomState.ts";
import { type Case, type Experiment, experiment, type Mistake } from "./exercise.ts";
import { entriesOf, isTrue } from "./givenResults.ts";
import { mapped, quantity, randomQuantity, scalar } from "./quantities.ts";
import type { Student, StudentObject } from "./student.ts";
import type { Quantity, Returned } from "./wire.ts";

/** Several steps of an optimizer with several parameters. */
export interface OptimizerCase extends Case {
  /** what the constructor gets */
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
  /** what the optimizer keeps for this number; empty before the first step */
  readonly state: Record<string, number>;
  /** how many numbers the parameter has */
  readonly size: number;
}

/** By how much a number changes in a step. */
export type Rule = (entry: Entry) => number;

/** What an optimizer keeps, and for which numbers. */
interface Bookkeeping {
  /** numbers with equal keys share their state */
  readonly stateKey?: (parameter: number, index: number, step: number) => string;
  readonly step?: (step: number, parameter: number, index: number) => number;
  readonly isUpdated?: (parameter: number, index: number) => boolean;
}

export interface OptimizerMistake extends Bookkeeping {
  readonly cause: string;
  readonly message: string;
  /** the right rule where it is left out */
  readonly rule?: Rule;
}

export interface OptimizerExercise {
  /** the exported class, with the field learningRate and the method step(parameters) */
  readonly name: string;
  /** options that make mistakes visible: no small ε, no β near 1 */
  readonly options: Readonly<Record<string, number>>;
  /** the options beside learningRate that may be left out, with their values then */
  readonly defaults?: Readonly<Record<string, number>>;
  /** θ changes by rule(…) */
  readonly rule: Rule;
  readonly hasState: boolean;
  readonly mistakes: readonly OptimizerMistake[];
  /** mistakes that do not show before the learning rate changes */
  readonly rateMistakes?: readonly OptimizerMistake[];
}

const names = ["fc1_w", "fc1_b", "fc2_w"];
const shapes = [[3, 4], [4], [2, 5]];
const steps = 4;

function randomCase(random: RandomState, options: OptimizerCase["options"]): OptimizerCase {
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
function changes(one: OptimizerCase, rule: Rule, bookkeeping: Bookkeeping = {}): Quantity {
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
        });
        if (isUpdated(parameter, i)) data[i] += change;
        all.push(data[i] - value);
      });
    });
  });
  return quantity([one.gradients.length, all.length / one.gradients.length], all);
}

const CHANGE = "the change of θ";
const REPLACED = "parameter.value is replaced";

const asMistake = (rule: Rule, { cause, message, ...mistake }: OptimizerMistake): Mistake<OptimizerCase> => ({
  cause,
  message,
  results: (one) => ({ [CHANGE]: changes(one, mistake.rule ?? rule, mistake) }),
});

const replaced: Mistake<OptimizerCase> = {
  cause: "not-in-place",
  message:
    "step puts another array into parameter.value: the layer keeps its own array, so the network does not change. Change the numbers of the array that is there",
  results: () => ({ [REPLACED]: scalar(1) }),
};

/** What an optimizer must do: several steps, two optimizers in turn, a learning rate that changes, defaults, and gradients left alone. */
export function optimizerExperiments(exercise: OptimizerExercise): Experiment[] {
  const { name, rule, options, defaults } = exercise;
  const mistakes = [...exercise.mistakes, ...commonMistakes(rule), ...(exercise.hasState ? stateMistakes : [])];
  const known = [replaced, ...mistakes.map((one) => asMistake(rule, one))];
  const expected = (one: OptimizerCase) => ({ [REPLACED]: scalar(0), [CHANGE]: changes(one, rule) });
  const cases = (random: RandomState) => [randomCase(random, options)];
  const afterSuccess = { run: runSteps(name), expected, afterSuccess: true };

  return [
    experiment<OptimizerCase>({ title: "several steps", cases, run: runSteps(name), expected, mistakes: known }),
    experiment<Pair>({
      title: "two optimizers in turn",
      cases: (random) => [{ one: randomCase(random, options), other: randomCase(random, options) }],
      run: async (student, { one, other }, report) => {
        const first = await Steps.of(student, name, one);
        const second = await Steps.of(student, name, other);
        for (let step = 0; step < steps; step++) {
          await first.step(step);
          await second.step(step);
        }
        first.report(report);
      },
      expected: ({ one }) => expected(one),
      afterSuccess: true,
      anyFinding: {
        cause: "shared-state",
        message:
          "two optimizers disturb each other: what one of them keeps from step to step is in a variable that both use",
      },
    }),
    experiment<OptimizerCase>({
      title: "a learning rate that changes",
      ...afterSuccess,
      cases: (random) => {
        const { learningRate } = options;
        const learningRates = [learningRate, learningRate, 0.3 * learningRate, 0.3 * learningRate];
        return [{ ...randomCase(random, options), learningRates }];
      },
      mistakes: [
        asMistake(rule, {
          cause: "learning-rate-fixed",
          message: "step ignores a learningRate that is set later: the decay of the learning rate has no effect",
          rule: (entry) => rule({ ...entry, learningRate: entry.options.learningRate }),
        }),
        ...(exercise.rateMistakes ?? []).map((one) => asMistake(rule, one)),
      ],
    }),
    ...(defaults
      ? [
          experiment<OptimizerCase>({
            title: "options that are left out",
            ...afterSuccess,
            cases: (random) => [randomCase(random, { learningRate: options.learningRate })],
            expected: (one) => expected({ ...one, options: { ...defaults, ...one.options } }),
            anyFinding: {
              cause: "defaults",
              message: `the results are wrong where options are left out: the defaults are ${defaultsText(defaults)}`,
            },
          }),
        ]
      : []),
    experiment<OptimizerCase>({
      title: "gradients stay as they are",
      cases,
      afterSuccess: true,
      run: async (student, one, report) => {
        const all = await Steps.of(student, name, one);
        report("the change of the gradients", await all.run());
      },
      expected: (one) => ({
        "the change of the gradients": mapped(changes(one, rule), () => 0),
      }),
      anyFinding: {
        cause: "input-modified",
        message: "step modifies the gradients in place: it should change the values and only read the gradients",
      },
    }),
  ];
}

interface Pair extends Case {
  readonly one: OptimizerCase;
  readonly other: OptimizerCase;
}

const defaultsText = (defaults: Readonly<Record<string, number>>): string =>
  Object.entries(defaults)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ");

const runSteps =
  (name: string): Experiment<OptimizerCase>["run"] =>
  async (student, one, report) => {
    const all = await Steps.of(student, name, one);
    await all.run();
    all.report(report);
  };

/** An optimizer of a student with parameters of its own. */
class Steps {
  readonly #one: OptimizerCase;
  readonly #optimizer: StudentObject;
  readonly #parameters: StudentObject;
  readonly #changes: number[] = [];
  readonly #gradientChanges: number[] = [];
  #isReplaced = false;

  private constructor(one: OptimizerCase, optimizer: StudentObject, parameters: StudentObject) {
    this.#one = one;
    this.#optimizer = optimizer;
    this.#parameters = parameters;
  }

  static async of(student: Student, name: string, one: OptimizerCase): Promise<Steps> {
    const optimizer = await student.construct(name, one.options);
    return new Steps(one, optimizer, await student.given("parameters", one.names, one.values));
  }

  async step(at: number): Promise<void> {
    const { gradients, learningRates } = this.#one;
    if (learningRates) await this.#optimizer.set("learningRate", learningRates[at]);
    const result = await this.#parameters.call("step", this.#optimizer, gradients[at]);
    this.#changes.push(...entriesOf(result, "change"));
    this.#gradientChanges.push(...entriesOf(result, "gradientChange"));
    this.#isReplaced ||= isTrue(result, "isReplaced");
  }

  /** All steps; the changes of the gradients, which should be zero. */
  async run(): Promise<Returned> {
    for (const at of this.#one.gradients.keys()) await this.step(at);
    return this.#matrix(this.#gradientChanges);
  }

  report(report: (name: string, value: Returned) => void): void {
    report(REPLACED, { kind: "plain", value: this.#isReplaced });
    if (!this.#isReplaced) report(CHANGE, this.#matrix(this.#changes));
  }

  #matrix(numbers: readonly number[]): Returned {
    const rows = this.#one.gradients.length;
    return { kind: "array", ...quantity([rows, numbers.length / rows], numbers) };
  }
}

/** Mistakes that any optimizer can have. */
function commonMistakes(rule: Rule): OptimizerMistake[] {
  return [
    {
      cause: "missing-learning-rate",
      message: "the learning rate η is missing in the change of θ",
      rule: (entry) => rule({ ...entry, learningRate: 1 }),
    },
    {
      cause: "learning-rate-twice",
      message: "the change of θ contains the learning rate η twice",
      rule: (entry) => rule({ ...entry, learningRate: entry.learningRate ** 2 }),
    },
    {
      cause: "learning-rate-inverse",
      message: "the change of θ is divided by the learning rate η instead of multiplied by it",
      rule: (entry) => rule({ ...entry, learningRate: 1 / entry.learningRate }),
    },
    {
      cause: "learning-rate-per-step",
      message: "the learning rate is divided by the number of the step, which is not in the formula",
      rule: (entry) => rule({ ...entry, learningRate: entry.learningRate / entry.step }),
    },
    {
      cause: "sign",
      message: "θ moves up the gradient: the change of θ has the wrong sign",
      rule: (entry) => -rule(entry),
    },
    {
      cause: "sign",
      message: "θ moves up the gradient: the term with the gradient has the wrong sign",
      rule: (entry) => rule({ ...entry, gradient: -entry.gradient }),
    },
    {
      cause: "assigned",
      message: "θ is replaced by its change: the old θ is missing",
      rule: (entry) => rule(entry) - entry.value,
    },
    {
      cause: "multiplied",
      message: "θ is multiplied by its change",
      rule: (entry) => entry.value * rule(entry) - entry.value,
    },
    {
      cause: "stale-state",
      message: "every step uses the gradients of the first one",
      rule: (entry) => rule({ ...entry, gradient: entry.firstGradient }),
    },
    {
      cause: "wrong-input",
      message: "the value is used in the place of the gradient",
      rule: (entry) => rule({ ...entry, gradient: entry.value }),
    },
    {
      cause: "gradient-sign",
      message: "only the sign of the gradient is used",
      rule: (entry) => rule({ ...entry, gradient: Math.sign(entry.gradient) }),
    },
    {
      cause: "extra-1/N",
      message: "the gradient is divided by the number of entries of the parameter, which is not in the formula",
      rule: (entry) => rule({ ...entry, gradient: entry.gradient / entry.size }),
    },
    {
      cause: "one-parameter",
      message: "only the first parameter changes; step should change all of them",
      isUpdated: (parameter) => parameter === 0,
    },
    {
      cause: "one-parameter",
      message: "the last parameter does not change; step should change all of them",
      isUpdated: (parameter) => parameter < shapes.length - 1,
    },
    {
      cause: "one-parameter",
      message: "the first parameter does not change; step should change all of them",
      isUpdated: (parameter) => parameter > 0,
    },
    {
      cause: "one-parameter",
      message: "only the last parameter changes; step should change all of them",
      isUpdated: (parameter) => parameter === shapes.length - 1,
    },
    {
      cause: "one-parameter",
      message: "the biases do not change; step should change all parameters",
      isUpdated: (parameter) => parameter !== 1,
    },
    {
      cause: "one-entry",
      message: "only the first entry of each parameter changes",
      isUpdated: (_, index) => index === 0,
    },
    {
      cause: "one-entry",
      message: "the last entry of each parameter does not change: a loop ends too early",
      isUpdated: (parameter, index) => index < sizeOf(parameter) - 1,
    },
    {
      cause: "one-entry",
      message: "the first entry of each parameter does not change: a loop starts too late",
      isUpdated: (_, index) => index > 0,
    },
    {
      cause: "one-row",
      message: "only as many entries of each parameter change as it has rows: a loop runs over shape[0]",
      isUpdated: (parameter, index) => index < shapes[parameter][0],
    },
  ];
}

const sizeOf = (parameter: number): number => shapes[parameter].reduce((product, length) => product * length, 1);

const stateMistakes: readonly OptimizerMistake[] = [
  {
    cause: "state-not-kept",
    message: "the state starts anew in each step: what a parameter's state was in the step before is lost",
    stateKey: (parameter, index, step) => `${parameter} ${index} ${step}`,
  },
  {
    cause: "state-not-kept",
    message: "the state and the step counter start anew in each step: what was there before is lost",
    stateKey: (parameter, index, step) => `${parameter} ${index} ${step}`,
    step: () => 1,
  },
  {
    cause: "shared-state",
    message: "all parameters share one state; each needs a state of its own",
    stateKey: (_, index) => `${index}`,
  },
  {
    cause: "shared-state",
    message: "all entries of a parameter share one number as their state; each entry needs a state of its own",
    stateKey: (parameter) => `${parameter}`,
  },
  {
    cause: "shared-state",
    message: "all entries of all parameters share one number as their state; each entry needs a state of its own",
    stateKey: () => "",
  },
];
