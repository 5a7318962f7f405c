import type { RandomState } from "../../src/random/randomState.ts";
import { type Case, type Experiment, experiment, type Mistake } from "./exercise.ts";
import { entriesOf, isTrue } from "./givenResults.ts";
import { commonMistakes, stateMistakes } from "./optimizerMistakes.ts";
import { changes, type OptimizerCase, type OptimizerMistake, type Rule, randomCase, steps } from "./optimizerRule.ts";
import { close, quantity, scalar } from "./quantities.ts";
import type { Student, StudentObject } from "./student.ts";
import type { Quantity, Returned } from "./wire.ts";

export interface OptimizerExercise {
  /** the exported class, with the field learningRate and the method step(parameters) */
  readonly name: string;
  /** options with which mistakes are visible: no small ε, no β near 1 */
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

const CHANGE = "the change of θ";
const GRADIENTS = "the gradients are modified";
const REPLACED = "parameter.value is replaced";

const asMistake = (rule: Rule, { cause, message, ...mistake }: OptimizerMistake): Mistake<OptimizerCase> => ({
  cause,
  message,
  results: (one) => ({ [CHANGE]: changes(one, mistake.rule ?? rule, mistake) }),
});

const replaced: Mistake<OptimizerCase> = {
  cause: "not-in-place",
  message:
    "step puts another array into parameter.value: the layer keeps its own array, so the network does not change. Change the numbers of the existing array",
  results: () => ({ [REPLACED]: scalar(1) }),
};

const modified: Mistake<OptimizerCase> = {
  cause: "input-modified",
  message: "step modifies the gradients in place: it should change the values and only read the gradients",
  results: () => ({ [GRADIENTS]: scalar(1) }),
};

/** The finding for all other mistakes that do not show in the first step. */
const laterSteps: Mistake<OptimizerCase> = {
  cause: "later-steps",
  message:
    "the first step is right and later ones are wrong: check the state that is kept between steps, and its update",
  results: (_, right, { [CHANGE]: found }) => {
    const columns = right[CHANGE].shape[1];
    const firstRow = ({ data }: Quantity): Quantity => quantity([columns], data.slice(0, columns));
    return found && close(firstRow(found), firstRow(right[CHANGE]), 1e-8) ? { [CHANGE]: found } : {};
  },
};

/** What an optimizer must do: several steps, two optimizers in turn, a learning rate that changes, and defaults. Gradients are only read. */
export function optimizerExperiments(exercise: OptimizerExercise): Experiment[] {
  const { name, rule, options, defaults } = exercise;
  const mistakes = [
    ...exercise.mistakes,
    ...commonMistakes(rule),
    ...(exercise.hasState ? stateMistakes : []),
    ...ignoredOptions(rule, defaults),
  ];
  const known = [replaced, modified, ...mistakes.map((one) => asMistake(rule, one)), laterSteps];
  const expected = (one: OptimizerCase) => ({
    [REPLACED]: scalar(0),
    [GRADIENTS]: scalar(0),
    [CHANGE]: changes(one, rule),
  });
  const cases = (random: RandomState) => [randomCase(random, options)];
  const inPlace = ["step"]; // the finding says what was modified
  // rounding differences are accepted
  const tolerance = 1e-6;
  const afterSuccess = { run: runSteps(name), expected, afterSuccess: true, tolerance, inPlace };

  return [
    experiment<OptimizerCase>({
      title: "several steps",
      cases,
      run: runSteps(name),
      expected,
      mistakes: known,
      inPlace,
    }),
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
      tolerance,
      inPlace,
      anyFinding: {
        cause: "shared-state",
        message: "two optimizers affect each other: both keep their state in the same variable",
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
  ];
}

/** Options that are replaced by what they are when they are left out. */
function ignoredOptions(rule: Rule, defaults: OptimizerExercise["defaults"] = {}): OptimizerMistake[] {
  return Object.entries(defaults).map(([name, value]) => ({
    cause: "option-ignored",
    message: `${name} is always ${value}: the option is ignored`,
    rule: (entry) => rule({ ...entry, options: { ...entry.options, [name]: value } }),
  }));
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
  #isModified = false;
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
    this.#isModified ||= Array.from(entriesOf(result, "gradientChange")).some((change) => change !== 0);
    this.#isReplaced ||= isTrue(result, "isReplaced");
  }

  /** All steps. */
  async run(): Promise<void> {
    for (const at of this.#one.gradients.keys()) await this.step(at);
  }

  report(report: (name: string, value: Returned) => void): void {
    report(REPLACED, { kind: "plain", value: this.#isReplaced });
    report(GRADIENTS, { kind: "plain", value: this.#isModified });
    if (!this.#isReplaced) report(CHANGE, this.#matrix(this.#changes));
  }

  #matrix(numbers: readonly number[]): Returned {
    const rows = this.#one.gradients.length;
    return { kind: "array", ...quantity([rows, numbers.length / rows], numbers) };
  }
}
