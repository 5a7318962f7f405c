import type { RandomState } from "../../src/random/randomState.ts";
import { entryMap } from "./entryMap.ts";
import type { Experiment, Quantities } from "./exercise.ts";
import { type Cause, genericCause, type Observation } from "./genericCauses.ts";
import { close, scalar, wrongEntries } from "./quantities.ts";
import { type Student, StudentProblem } from "./student.ts";
import type { Quantity, Returned } from "./wire.ts";

export interface Finding {
  /** "transposed", "missing-1/N", …, or "unexplained" where no known cause fits */
  readonly cause: string;
  /** one sentence for the student */
  readonly message: string;
  /** which result is wrong: "dw" */
  readonly quantity?: string;
  /** which entries are wrong, one string a row: "·" right, "×" wrong */
  readonly map?: readonly string[];
}

const defaultTolerance = 1e-8;

/** Runs one experiment on all its cases and names the causes of what is wrong. Throws StudentProblem where the code fails. */
export async function runExperiment(one: Experiment, student: Student, random: RandomState): Promise<Finding[]> {
  const tolerance = one.tolerance ?? defaultTolerance;
  const cases = one.cases(random);
  const expected = cases.map(one.expected);
  const returned: Map<string, Returned>[] = [];
  let failure: StudentProblem | undefined;
  for (const inputs of cases) {
    const results = new Map<string, Returned>();
    returned.push(results);
    try {
      await one.run(student, inputs, (name, value) => results.set(name, value));
    } catch (error) {
      if (!(error instanceof StudentProblem)) throw error;
      failure = error; // what was returned before it is still worth a diagnosis
      break;
    }
  }
  const findings: Finding[] = [];
  for (const name of Object.keys(expected[0])) {
    const finding = quantityFinding(name, { one, cases, expected, returned, tolerance });
    if (finding && !findings.some(({ cause, message }) => cause === finding.cause && message === finding.message))
      findings.push(finding);
  }
  if (one.anyFinding && (findings.length > 0 || failure)) return [one.anyFinding];
  const change = student.changes.find(({ call }) => !one.inPlace?.includes(call));
  if (change) findings.unshift({ cause: "input-modified", message: changeMessage(change) }); // it can explain the others
  if (failure && findings.length === 0) throw failure;
  if (failure && failure.problem.kind !== "not-written") {
    const { kind, message, at } = failure.problem;
    findings.push({ cause: kind, message: at ? `${at}: ${message}` : message });
  }
  return findings;
}

function changeMessage({ call, argument }: Student["changes"][number]): string {
  const which = ["first", "second", "third", "fourth", "fifth"][argument] ?? `${argument + 1}th`;
  return `${call} modifies its ${which} argument in place: the caller's numbers have changed`;
}

interface Comparison {
  readonly one: Experiment;
  readonly cases: readonly ReturnType<Experiment["cases"]>[number][];
  readonly expected: readonly Quantities[];
  readonly returned: readonly ReadonlyMap<string, Returned>[];
  readonly tolerance: number;
}

function quantityFinding(name: string, comparison: Comparison): Finding | undefined {
  const { cases, expected, returned, tolerance } = comparison;
  const observations: Observation[] = [];
  for (const [at, inputs] of cases.entries()) {
    const value = returned[at]?.get(name);
    if (value === undefined) continue; // the code failed before
    const found = asQuantity(value, expected[at][name]);
    if (typeof found === "string")
      return {
        cause: "result",
        quantity: name,
        message: `${name} is ${found}; expected ${wanted(expected[at][name])}`,
      };
    observations.push({ one: inputs, found, right: expected[at] });
  }
  const wrong = observations.filter(({ found, right }) => !close(found, right[name], tolerance));
  if (wrong.length === 0) return undefined;
  const cause =
    knownMistake(name, comparison, observations) ??
    genericCause(name, observations, tolerance) ??
    (wrong.length < observations.length ? genericCause(name, wrong, tolerance) : undefined);
  return {
    ...(cause ?? unexplained(name, wrong[0], tolerance)),
    quantity: name,
    map: entryMap(wrong[0], name, tolerance),
  };
}

/**
 * The mistake whose results are those of the student's code in all cases, and are not the right ones. A mistake that also changes a
 * result which the student has right is not the student's: what is wrong in backward alone is not explained by forward.
 */
function knownMistake(
  name: string,
  { one: { mistakes = [] }, cases, expected, returned, tolerance }: Comparison,
  observations: readonly Observation[],
): Cause | undefined {
  const isRight = (other: string, results: readonly Partial<Quantities>[]): boolean => {
    const changed = results.some((result, at) => {
      const candidate = result[other];
      return candidate !== undefined && !close(candidate, expected[at][other], tolerance);
    });
    return (
      changed &&
      expected.every((right, at) => {
        const value = returned[at]?.get(other);
        const found = value && asQuantity(value, right[other]);
        return typeof found === "object" && close(found, right[other], tolerance);
      })
    );
  };
  return mistakes.find((mistake) => {
    let differs = false;
    const explains = observations.every(({ one, found, right }) => {
      const candidate = mistake.results(one, right)[name];
      if (candidate === undefined) return false;
      differs ||= !close(candidate, right[name], tolerance);
      return close(found, candidate, tolerance);
    });
    if (!explains || !differs) return false;
    const results = cases.map((one, at) => mistake.results(one, expected[at]));
    return !Object.keys(results[0]).some((other) => other !== name && isRight(other, results));
  });
}

function unexplained(name: string, { found, right }: Observation, tolerance: number): Cause {
  const wrong = wrongEntries(found, right[name], tolerance);
  const at = wrong[0];
  const place = right[name].shape.length === 0 ? "" : `[${indices(right[name].shape, at).join(", ")}]`;
  const numbers = `${name}${place} is ${short(found.data[at])}, and central differences and the formula give ${short(right[name].data[at])}`;
  const count =
    right[name].data.length === 1 ? "" : `${wrong.length} of ${right[name].data.length} entries are wrong; `;
  return { cause: "unexplained", message: `${name} is wrong: ${count}${numbers}` };
}

const short = (value: number): string => String(Number(value.toPrecision(6)));

function indices(shape: readonly number[], flat: number): number[] {
  const places: number[] = [];
  for (let rest = flat, axis = shape.length - 1; axis >= 0; axis--) {
    places.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return places;
}

/** A returned value as numbers, or in words what it is instead. */
function asQuantity(value: Returned, right: Quantity): Quantity | string {
  if (value.kind === "array") return value;
  if (value.kind === "plain" && typeof value.value === "number" && right.shape.length === 0) return scalar(value.value);
  if (value.kind === "plain" && typeof value.value === "boolean" && right.shape.length === 0)
    return scalar(value.value ? 1 : 0);
  if (value.kind === "other") return value.what;
  if (value.kind === "plain") return value.value === null ? "null" : `the ${typeof value.value} ${value.value}`;
  const numbers =
    value.kind === "list" ? value.items.map((item) => (item.kind === "plain" ? item.value : Number.NaN)) : [];
  if (value.kind === "list" && right.shape.length === 1 && numbers.every((item) => typeof item === "number"))
    return { shape: [numbers.length], data: Float64Array.from(numbers as number[]) };
  return value.kind === "list" ? "a list" : "an object";
}

const wanted = ({ shape }: Quantity): string =>
  shape.length === 0 ? "a number" : `an array of shape (${shape.join(", ")})`;
