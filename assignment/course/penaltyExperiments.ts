import type { RandomState } from "../../src/random/randomState.ts";
import { type Case, type Experiment, experiment, type Mistake } from "./exercise.ts";
import { entriesOf, isTrue } from "./givenResults.ts";
import { mapped, quantity, randomQuantity, scalar } from "./quantities.ts";
import type { Student, StudentObject } from "./student.ts";
import type { Quantity, Returned } from "./wire.ts";

/** Parameters with gradients, to which a penalty adds its gradient. */
interface PenaltyCase extends Case {
  readonly names: readonly string[];
  readonly values: readonly Quantity[];
  readonly gradients: readonly Quantity[];
  readonly lambda: number;
}

/** One number of a parameter. */
export interface PenaltyEntry {
  readonly name: string;
  readonly value: number;
  readonly gradient: number;
  readonly lambda: number;
  readonly size: number;
}
export type PenaltyTerm = (entry: PenaltyEntry) => number;

export interface PenaltyMistake {
  readonly cause: string;
  readonly message: string;
  /** what the penalty sums; right where it is left out */
  readonly term?: PenaltyTerm;
  /** what is made of the sum */
  readonly total?: (sum: number, lambda: number) => number;
  /** what is added to each gradient; right where it is left out */
  readonly added?: PenaltyTerm;
}

export interface PenaltyExercise {
  /** the exported function (parameters, lambda) */
  readonly name: string;
  readonly term: PenaltyTerm;
  readonly added: PenaltyTerm;
  readonly mistakes: readonly PenaltyMistake[];
}

const names = ["fc1_w", "fc1_b", "fc2_w"];
const shapes = [[3, 4], [4], [2, 5]];
const PENALTY = "the penalty";
const ADDED = "what is added to the gradients";
const REPLACED = "parameter.gradient is replaced";

function randomCase(random: RandomState, lambda: number): PenaltyCase {
  // the third value of each parameter is zero, where |θ| has its kink
  const values = shapes.map((shape) => mapped(randomQuantity(random, shape), (value, i) => (i === 2 ? 0 : value)));
  return { names, lambda, values, gradients: shapes.map((shape) => randomQuantity(random, shape)) };
}

/** The term of every number of every parameter. */
function terms(one: PenaltyCase, term: PenaltyTerm): Quantity {
  const all = one.values.flatMap(({ data }, parameter) =>
    Array.from(data, (value, i) =>
      term({
        name: one.names[parameter],
        value,
        gradient: one.gradients[parameter].data[i],
        lambda: one.lambda,
        size: data.length,
      }),
    ),
  );
  return quantity([all.length], all);
}

const sum = (one: PenaltyCase, term: PenaltyTerm): number => terms(one, term).data.reduce((a, b) => a + b, 0);

/** What a function that adds a penalty must do: the penalty, its gradient added in place, nothing kept, the values left alone. */
export function penaltyExperiments({ name, term, added, mistakes }: PenaltyExercise): Experiment[] {
  const expected = (one: PenaltyCase) => ({
    [REPLACED]: scalar(0),
    [PENALTY]: scalar(sum(one, term)),
    [ADDED]: terms(one, added),
  });
  const asMistake = ({ cause, message, ...one }: PenaltyMistake): Mistake<PenaltyCase> => ({
    cause,
    message,
    results: (inputs) => ({
      ...((one.term || one.total) && {
        [PENALTY]: scalar((one.total ?? ((total) => total))(sum(inputs, one.term ?? term), inputs.lambda)),
      }),
      ...(one.added && { [ADDED]: terms(inputs, one.added) }),
    }),
  });
  const lambdas = [0.07, 0.23];
  const run = async (student: Student, one: PenaltyCase, report: (name: string, value: Returned) => void) => {
    const parameters = await givenParameters(student, one);
    const penalty = await student.call(name, parameters, one.lambda);
    const changes = await gradientChanges(parameters);
    report(REPLACED, { kind: "plain", value: changes.isReplaced });
    report(PENALTY, penalty);
    if (!changes.isReplaced) report(ADDED, { kind: "array", ...changes.gradient });
  };

  return [
    experiment<PenaltyCase>({
      title: "penalty and gradients",
      cases: (random) => [randomCase(random, lambdas[0])],
      run,
      expected,
      mistakes: [replaced, ...[...mistakes, ...commonMistakes(term, added)].map(asMistake)],
    }),
    experiment<PenaltyCase>({
      title: "a second call, with another λ",
      cases: (random) => [randomCase(random, lambdas[1])],
      run,
      expected,
      afterSuccess: true,
      anyFinding: {
        cause: "stale-state",
        message: "a second call gives wrong results: something is kept from the first one, or λ is not used as given",
      },
    }),
    experiment<PenaltyCase>({
      title: "values stay as they are",
      cases: (random) => [randomCase(random, lambdas[0])],
      run: async (student, one, report) => {
        const parameters = await givenParameters(student, one);
        await student.call(name, parameters, one.lambda);
        report("the change of θ", { kind: "array", ...(await gradientChanges(parameters)).value });
      },
      expected: (one) => ({ "the change of θ": terms(one, () => 0) }),
      afterSuccess: true,
      anyFinding: {
        cause: "input-modified",
        message: `${name} modifies parameter.value in place: it should only read the values and change the gradients`,
      },
    }),
  ];
}

const givenParameters = (student: Student, one: PenaltyCase): Promise<StudentObject[]> =>
  Promise.all(one.names.map((name, at) => student.given("parameter", name, one.values[at], one.gradients[at])));

async function gradientChanges(parameters: readonly StudentObject[]) {
  const results = await Promise.all(parameters.map((parameter) => parameter.call("changes")));
  const all = (name: string): Quantity => {
    const numbers = results.flatMap((result) => [...entriesOf(result, name)]);
    return quantity([numbers.length], numbers);
  };
  return {
    value: all("value"),
    gradient: all("gradient"),
    isReplaced: results.some((result) => isTrue(result, "isReplaced")),
  };
}

const replaced: Mistake<PenaltyCase> = {
  cause: "not-in-place",
  message:
    "another array is put into parameter.gradient: the layer keeps its own array, so the optimizer does not see the sum. Change the numbers of the array that is there",
  results: () => ({ [REPLACED]: scalar(1) }),
};

/** Mistakes that any penalty can have. */
function commonMistakes(term: PenaltyTerm, added: PenaltyTerm): PenaltyMistake[] {
  // in the penalty and the gradients, or in one of them
  const only = (cause: string, message: string, names: readonly string[]): PenaltyMistake[] => {
    const inPenalty = { term: (entry: PenaltyEntry) => (names.includes(entry.name) ? term(entry) : 0) };
    const inGradients = { added: (entry: PenaltyEntry) => (names.includes(entry.name) ? added(entry) : 0) };
    return [
      { cause, message, ...inPenalty, ...inGradients },
      { cause, message: `the penalty is incomplete: ${message}`, ...inPenalty },
      { cause, message: `the gradients are incomplete: ${message}`, ...inGradients },
    ];
  };
  const total = (cause: string, message: string, of: (sum: number, lambda: number) => number): PenaltyMistake => ({
    cause,
    message,
    total: of,
  });
  const count = shapes.reduce((size, shape) => size + shape.reduce((product, length) => product * length, 1), 0);
  return [
    ...only("one-parameter", "only the first parameter is penalized", ["fc1_w"]),
    ...only("one-parameter", "only the last parameter is penalized", ["fc2_w"]),
    ...only("one-parameter", "the first parameter is not penalized", ["fc1_b", "fc2_w"]),
    ...only("one-parameter", "the last parameter is not penalized", ["fc1_w", "fc1_b"]),
    ...only("bias-excluded", "the biases are not penalized; weights and biases should be penalized alike", [
      "fc1_w",
      "fc2_w",
    ]),
    ...only("one-parameter", "only the biases are penalized", ["fc1_b"]),
    total("missing-lambda", "the penalty lacks the factor λ", (sum, lambda) => sum / lambda),
    total("wrong-formula", "the penalty contains λ twice", (sum, lambda) => sum * lambda),
    total("wrong-formula", "the penalty is divided by λ", (sum, lambda) => sum / lambda ** 2),
    total("factor-2", "the penalty is half as large as it should be", (sum) => sum / 2),
    total("extra-1/N", "the penalty is a mean over all numbers; it should be a sum", (sum) => sum / count),
    total(
      "extra-1/N",
      "the penalty is divided by the number of parameters; it should be a sum",
      (sum) => sum / shapes.length,
    ),
    total(
      "wrong-formula",
      "λ is added once to the sum; it should be multiplied by it",
      (sum, lambda) => sum / lambda + lambda,
    ),
    {
      cause: "extra-1/N",
      message: "the penalty sums the means of the parameters; it should sum over all of their numbers",
      term: (entry) => term(entry) / entry.size,
    },
    {
      cause: "wrong-input",
      message: "the penalty is computed from the gradients; it should be computed from the values",
      term: (entry) => term({ ...entry, value: entry.gradient }),
    },
    {
      cause: "wrong-input",
      message: "the penalty is computed from the gradients after the addition; it should be computed from the values",
      term: (entry) => term({ ...entry, value: entry.gradient + added(entry) }),
    },
    {
      cause: "overwritten",
      message: "the gradient of the penalty replaces the gradient of the loss; it should be added to it",
      added: (entry) => added(entry) - entry.gradient,
    },
    {
      cause: "multiplied",
      message: "the gradient of the loss is multiplied by the gradient of the penalty; the two should be added",
      added: (entry) => entry.gradient * added(entry) - entry.gradient,
    },
    {
      cause: "sign",
      message: "the gradient of the penalty is subtracted; it should be added",
      added: (entry) => -added(entry),
    },
    {
      cause: "missing-lambda",
      message: "what is added to the gradients lacks the factor λ",
      added: (entry) => added({ ...entry, lambda: 1 }),
    },
    {
      cause: "wrong-formula",
      message: "what is added to the gradients contains λ twice",
      added: (entry) => added({ ...entry, lambda: entry.lambda ** 2 }),
    },
    {
      cause: "wrong-input",
      message: "what is added comes from the gradients; it should come from the values",
      added: (entry) => added({ ...entry, value: entry.gradient }),
    },
    {
      cause: "missing-gradient",
      message: "nothing is added to the gradients",
      added: () => 0,
    },
    {
      cause: "extra-1/N",
      message: "what is added is divided by the number of entries of the parameter",
      added: (entry) => added(entry) / entry.size,
    },
    {
      cause: "extra-1/N",
      message: "what is added is divided by the number of all entries",
      added: (entry) => added(entry) / count,
    },
    {
      cause: "wrong-formula",
      message: "the penalty itself is added to the gradients; its derivative should be",
      added: term,
    },
    {
      cause: "wrong-formula",
      message: "λ is added to each gradient: the part with θ is missing",
      added: ({ lambda }) => lambda,
    },
    {
      cause: "factor-2",
      message: "what is added is half as large as it should be",
      added: (entry) => added(entry) / 2,
    },
    {
      cause: "factor-2",
      message: "what is added is twice as large as it should be",
      added: (entry) => 2 * added(entry),
    },
    { cause: "factor-2", message: "the penalty is twice as large as it should be", term: (entry) => 2 * term(entry) },
  ];
}
