import type { Case, Experiment, Quantities } from "./exercise.ts";
import type { Finding, ObservedFinding } from "./finding.ts";
import { close, indices, largest, quantity, short, wrongEntries } from "./quantities.ts";
import { type Student, StudentProblem } from "./student.ts";
import type { Quantity } from "./wire.ts";

const entriesCompared = 4;
const tolerance = 1e-4;

/**
 * Compares gradients with central differences of the student's own forward and adds the result to the findings. If forward is wrong,
 * gradients that agree with it are not separate mistakes; if they disagree and no cause is known, the message says so.
 */
export async function compareWithOwnForward(
  one: Experiment,
  student: Student,
  observed: readonly ObservedFinding[],
): Promise<ObservedFinding[]> {
  if (!one.objective) return [...observed];
  const kept: ObservedFinding[] = [];
  const agreeing: string[] = [];
  const forwardIsWrong = observed.some(({ finding }) => !isGradient(finding, observed));
  for (const each of observed) {
    const { finding, observation } = each;
    if (!isGradient(finding, observed) || !(forwardIsWrong || finding.cause === "unexplained")) {
      kept.push(each);
      continue;
    }
    const name = finding.quantity as string;
    const comparison = observation && (await differencesAt(one, student, name, observation.one, observation));
    if (!comparison) kept.push(each);
    else if (comparison.agrees && forwardIsWrong) agreeing.push(name);
    else if (comparison.agrees || finding.cause !== "unexplained") kept.push(each);
    else kept.push({ ...each, finding: { ...finding, message: `${name} is wrong: ${comparison.words}` } });
  }
  if (agreeing.length > 0) kept.push({ finding: followsForward(agreeing) });
  return kept;
}

const followsForward = (names: readonly string[]): Finding => ({
  cause: "follows-forward",
  message: `${names.join(" and ")} ${names.length > 1 ? "agree" : "agrees"} with central differences of your own forward, which is wrong: change both together`,
});

/** A gradient "dx" belongs to an input "x" of the case. */
function isGradient({ quantity: name }: Finding, observed: readonly ObservedFinding[]): boolean {
  const observation = observed.find(({ finding }) => finding.quantity === name)?.observation;
  return name !== undefined && observation !== undefined && inputOf(name, observation.one) !== undefined;
}

function inputOf(name: string, one: Case): Quantity | undefined {
  const input = name.startsWith("d") ? (one as unknown as Record<string, unknown>)[name.slice(1)] : undefined;
  return typeof input === "object" && input !== null && "data" in input ? (input as Quantity) : undefined;
}

interface Comparison {
  readonly agrees: boolean;
  readonly words: string;
}

/** Compares a few entries, the wrong ones first; none if forward fails or shapes differ. */
async function differencesAt(
  experiment: Experiment,
  student: Student,
  name: string,
  one: Case,
  { found, right }: { readonly found: Quantity; readonly right: Quantities },
): Promise<Comparison | undefined> {
  const input = inputOf(name, one);
  if (!input || found.data.length !== input.data.length) return undefined;
  const wrong = wrongEntries(found, right[name], 1e-8);
  const places = [...wrong, ...input.data.keys()].filter((at, i, all) => all.indexOf(at) === i);
  const compared: { readonly at: number; readonly numerical: number }[] = [];
  try {
    for (const at of places.slice(0, entriesCompared))
      compared.push({ at, numerical: await centralDifference(experiment, student, name, one, at) });
  } catch (error) {
    if (!(error instanceof StudentProblem)) throw error;
    return undefined;
  }
  const bound = tolerance * Math.max(largest(found), ...compared.map(({ numerical }) => Math.abs(numerical)));
  const off = compared.find(({ at, numerical }) => !(Math.abs(found.data[at] - numerical) <= bound));
  if (!compared.every(({ numerical }) => Number.isFinite(numerical))) return undefined;
  if (!off) return { agrees: true, words: "" };
  const place = `${name}[${indices(right[name].shape, off.at).join(", ")}]`;
  const words = `${place} is ${short(found.data[off.at])}, and central differences of your own forward give ${short(off.numerical)}`;
  const count = `${wrong.length} of ${right[name].data.length} entries are wrong; `;
  return { agrees: false, words: close(found, right[name], 1e-8) ? words : count + words };
}

/** (J(x + h) − J(x − h)) / 2h along one entry of the input. */
async function centralDifference(
  { objective }: Experiment,
  student: Student,
  name: string,
  one: Case,
  at: number,
): Promise<number> {
  const input = inputOf(name, one) as Quantity;
  const h = 1e-5 * Math.max(1, Math.abs(input.data[at]));
  const moved = (by: number): Promise<number> => {
    const changed = quantity(input.shape, input.data);
    changed.data[at] += by;
    return (objective as NonNullable<Experiment["objective"]>)(student, { ...one, [name.slice(1)]: changed } as Case);
  };
  return ((await moved(h)) - (await moved(-h))) / (2 * h);
}
