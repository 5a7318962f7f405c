import { type OptimizerMistake, type Rule, shapes } from "./optimizerRule.ts";

/** Mistakes that any optimizer can have. */
export function commonMistakes(rule: Rule): OptimizerMistake[] {
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
      message: "the value is used instead of the gradient",
      rule: (entry) => rule({ ...entry, gradient: entry.value }),
    },
    {
      cause: "wrong-index",
      message: "all entries of a parameter use the gradient of its first entry",
      rule: (entry) => rule({ ...entry, gradient: entry.gradientOfFirst }),
    },
    {
      cause: "learning-rate-per-step",
      message: "the learning rate is divided by the root of the number of the step, which is not in the formula",
      rule: (entry) => rule({ ...entry, learningRate: entry.learningRate / Math.sqrt(entry.step) }),
    },
    {
      cause: "zero-skipped",
      message: "entries whose gradient is 0 are skipped; the step should change them too",
      rule: (entry) => (entry.gradient === 0 ? 0 : rule(entry)),
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
      message:
        "the number of changed entries of each parameter is its number of columns: a loop runs over the last length",
      isUpdated: (parameter, index) => index < (shapes[parameter].at(-1) ?? 0),
    },
    {
      cause: "one-row",
      message: "the number of changed entries of each parameter is its number of rows: a loop runs over shape[0]",
      isUpdated: (parameter, index) => index < shapes[parameter][0],
    },
  ];
}

const sizeOf = (parameter: number): number => shapes[parameter].reduce((product, length) => product * length, 1);

/** Mistakes of optimizers that keep a state. */
export const stateMistakes: readonly OptimizerMistake[] = [
  {
    cause: "state-not-kept",
    message: "the state is reset in each step: the state of the previous step is lost",
    stateKey: (parameter, index, step) => `${parameter} ${index} ${step}`,
  },
  {
    cause: "state-not-kept",
    message: "the state and the step counter are reset in each step: those of the previous step are lost",
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
