import type { RandomState } from "../../src/random/randomState.ts";
import { asQuantity, wanted } from "./asQuantity.ts";
import { entryMap } from "./entryMap.ts";
import type { Case, Experiment, Found, Quantities } from "./exercise.ts";
import type { Finding, ObservedFinding } from "./finding.ts";
import { type Cause, genericCause, type Observation } from "./genericCauses.ts";
import { notSetCause } from "./notSetCause.ts";
import { compareWithOwnForward } from "./ownForward.ts";
import { close, indices, short, wrongEntries } from "./quantities.ts";
import { type Student, StudentProblem } from "./student.ts";
import { termCause } from "./termCause.ts";
import type { Returned } from "./wire.ts";

const defaultTolerance = 1e-8;

/** Runs one experiment on all its cases and names the causes of wrong results. Throws StudentProblem if the code fails. */
export async function runExperiment(one: Experiment, student: Student, random: RandomState): Promise<Finding[]> {
  const cases = one.cases(random);
  const returned: Map<string, Returned>[] = [];
  let failure: { readonly error: StudentProblem; readonly special?: string } | undefined;
  for (const inputs of cases) {
    const results = new Map<string, Returned>();
    returned.push(results);
    try {
      await one.run(student, inputs, (name, value) => results.set(name, value));
    } catch (error) {
      if (!(error instanceof StudentProblem)) throw error;
      failure = { error, special: inputs.special }; // earlier results are still diagnosed
      break;
    }
  }
  const change = student.changes.find(({ call }) => !one.inPlace?.includes(call));

  let observed: ObservedFinding[] = [];
  const comparison = { one, cases, expected: cases.map((inputs, at) => one.expected(inputs, foundIn(returned[at]))) };
  for (const name of Object.keys(comparison.expected[0])) {
    const found = quantityFinding(name, { ...comparison, returned });
    if (found && !observed.some(({ finding }) => sameCause(finding, found.finding))) observed.push(found);
  }
  if (one.anyFinding && (observed.length > 0 || failure)) return [one.anyFinding];
  observed = await compareWithOwnForward(one, student, observed);
  const findings = observed.map(({ finding }) => finding);
  if (change) findings.unshift({ cause: "input-modified", message: changeMessage(change) }); // it can explain the others
  if (failure && (findings.length > 0 || failure.special)) findings.push(...failureFinding(failure));
  else if (failure) throw failure.error;
  return findings;
}

const sameCause = (a: Finding, b: Finding): boolean => a.cause === b.cause && a.message === b.message;

/** The results that have a type which numbers can be read from. */
function foundIn(returned: ReadonlyMap<string, Returned> = new Map()): Found {
  const entries = [...returned].map(([name, value]) => [name, asQuantity(value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => typeof value !== "string")) as Found;
}

function failureFinding({ error, special }: { error: StudentProblem; special?: string }): Finding[] {
  const { kind, message, at } = error.problem;
  // code that is not written is the next thing to do, unless ordinary inputs have shown that it exists
  if (kind === "not-written" && special === undefined) return [];
  const where = at ? `${at}: ${message}` : message;
  return [{ cause: kind, message: special ? `${special}: ${where}` : where }];
}

function changeMessage({ call, argument }: Student["changes"][number]): string {
  const which = ["first", "second", "third", "fourth", "fifth"][argument] ?? `${argument + 1}th`;
  return `${call} modifies its ${which} argument in place: the caller's numbers have changed`;
}

interface Comparison {
  readonly one: Experiment;
  readonly cases: readonly Case[];
  readonly expected: readonly ReturnType<Experiment["expected"]>[];
  readonly returned: readonly ReadonlyMap<string, Returned>[];
}

function quantityFinding(name: string, { one, cases, expected, returned }: Comparison): ObservedFinding | undefined {
  const tolerance = one.tolerance ?? defaultTolerance;
  const observations: Observation[] = [];
  for (const [at, inputs] of cases.entries()) {
    const value = returned[at]?.get(name);
    if (value === undefined) continue; // the code failed before
    const found = asQuantity(value, expected[at][name]);
    if (typeof found === "string") {
      const message = `${name} is ${found}; expected ${wanted(expected[at][name])}`;
      return { finding: { cause: "result", quantity: name, message } };
    }
    observations.push({ one: inputs, found, right: expected[at], all: foundIn(returned[at]) });
  }
  const isWrong = ({ found, right }: Observation): boolean => !close(found, right[name], tolerance);
  const wrong = observations.filter(isWrong);
  if (wrong.length === 0) return undefined;

  // if ordinary cases are wrong, they show the cause; special ones may have another cause in addition
  const ordinary = observations.filter((observation) => observation.one.special === undefined);
  const onlySpecial = !ordinary.some(isWrong);
  const groups = onlySpecial ? [observations, [...ordinary, wrong[0]]] : [ordinary];
  const wrongGroups = onlySpecial ? [wrong, [wrong[0]]] : [ordinary.filter(isWrong)];
  const [shown] = wrongGroups[0];
  const cause =
    firstOf(groups, (group) => knownMistake(name, one, group, tolerance)) ??
    firstOf([...groups, ...wrongGroups], (group) => genericCause(name, group, tolerance)) ??
    firstOf(groups, (group) => termCause(name, one, group, tolerance)) ??
    firstOf(groups, (group) => notSetCause(name, group, tolerance)) ??
    one.otherwise ??
    unexplained(name, shown, tolerance);
  const message = onlySpecial ? `${wrong[0].one.special}: ${cause.message}` : cause.message;
  return {
    finding: { cause: cause.cause, message, quantity: name, map: entryMap(shown, name, tolerance) },
    observation: shown,
  };
}

function firstOf<Item, Result>(items: readonly Item[], find: (item: Item) => Result | undefined): Result | undefined {
  for (const item of items) {
    const result = find(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

/**
 * The mistake whose results equal those of the student's code in all cases, and differ from the right ones. A mistake that also changes an
 * earlier result that is right does not count: a mistake in forward does not explain results that are wrong only in backward. Mistakes
 * that explain all results they change come first.
 */
function knownMistake(
  name: string,
  { mistakes = [] }: Experiment,
  observations: readonly Observation[],
  tolerance: number,
): Cause | undefined {
  const names = Object.keys(observations[0].right);
  const earlier = names.slice(0, names.indexOf(name));
  let first: Cause | undefined;
  for (const mistake of mistakes) {
    const candidates: Partial<Quantities>[] = [];
    const matches = observations.every(({ one, found, right, all }) => {
      const results = mistake.results(one, right, all);
      candidates.push(results);
      return results[name] !== undefined && close(found, results[name], tolerance);
    });
    if (!matches) continue;
    const changes = (other: string): boolean =>
      observations.some(({ right }, at) => {
        const candidate = candidates[at][other];
        return candidate !== undefined && !close(candidate, right[other], tolerance);
      });
    const isRight = (other: string): boolean =>
      observations.every(({ right, all: { [other]: found } }) => found && close(found, right[other], tolerance));
    if (!changes(name) || earlier.some((other) => changes(other) && isRight(other))) continue;
    const explainsAll = observations.every(({ all }, at) =>
      Object.entries(candidates[at]).every(([other, candidate]) => {
        const found = all[other];
        return found === undefined || candidate === undefined || close(found, candidate, tolerance);
      }),
    );
    if (explainsAll) return mistake;
    first ??= mistake;
  }
  return first;
}

function unexplained(name: string, { found, right }: Observation, tolerance: number): Cause {
  const wrong = wrongEntries(found, right[name], tolerance);
  const at = wrong[0];
  const place = right[name].shape.length === 0 ? "" : `[${indices(right[name].shape, at).join(", ")}]`;
  const numbers = `${name}${place} is ${short(found.data[at])}, and the formula gives ${short(right[name].data[at])}`;
  const count =
    right[name].data.length === 1 ? "" : `${wrong.length} of ${right[name].data.length} entries are wrong; `;
  return { cause: "unexplained", message: `${name} is wrong: ${count}${numbers}` };
}
