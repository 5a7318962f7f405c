import type { RandomState } from "../../src/random/randomState.ts";
import { type Case, type Experiment, experiment, type Mistake } from "./exercise.ts";
import { entriesOf, isTrue } from "./givenResults.ts";
import { commonMistakes, names, type PenaltyMistake, type PenaltyTerm, shapes } from "./penaltyMistakes.ts";
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

export interface PenaltyExercise {
  /** the exported function (parameters, lambda) */
  readonly name: string;
  readonly term: PenaltyTerm;
  readonly added: PenaltyTerm;
  readonly mistakes: readonly PenaltyMistake[];
}

const PENALTY = "the penalty";
const ADDED = "the term that is added to the gradients";
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
        index: i,
        rows: one.values[parameter].shape[0],
      }),
    ),
  );
  return quantity([all.length], all);
}

const sum = (one: PenaltyCase, term: PenaltyTerm): number => terms(one, term).data.reduce((a, b) => a + b, 0);

/** The requirements of a function that adds a penalty: the penalty, its gradient added in place, no state, unchanged values. */
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
      tolerance: 1e-6, // rounding differences are accepted
      afterSuccess: true,
      anyFinding: {
        cause: "stale-state",
        message: "a second call gives wrong results: something is kept from the first one, or λ is not used as given",
      },
    }),
    experiment<PenaltyCase>({
      title: "unchanged values",
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
    "another array is put into parameter.gradient: the layer keeps its own array, so the optimizer does not see the sum. Change the numbers of the existing array",
  results: () => ({ [REPLACED]: scalar(1) }),
};
