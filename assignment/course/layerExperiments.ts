import type { RandomState } from "../../src/random/randomState.ts";
import { asQuantity } from "./asQuantity.ts";
import { type Case, type Experiment, experiment, type Found, type Mistake, type Quantities } from "./exercise.ts";
import { close, sameShape, zipped } from "./quantities.ts";
import type { Sendable, Student, StudentObject } from "./student.ts";
import type { Quantity, Returned } from "./wire.ts";

/** One use of a layer: its constructor's arguments, an input, and the gradient of its output. */
export interface LayerCase extends Case {
  readonly x: Quantity;
  readonly dy: Quantity;
}

/** A class with forward and backward: a layer, or with other names a loss. */
export interface PassExercise<One extends Case> {
  /** the exported class */
  readonly name: string;
  /** the constructor's arguments; equal for the inputs of one layer */
  readonly args: (one: One) => readonly Sendable[];
  readonly forwardArgs: (one: One) => readonly Sendable[];
  readonly backwardArgs: (one: One) => readonly Sendable[];
  /** what forward returns, and what backward returns: the gradient "dx" of the input `x` */
  readonly output: string;
  readonly inputGradient: string;
  /** inputs of forward that code could wrongly keep from an earlier call */
  readonly kept: readonly string[];
  /**
   * Inputs of a layer with one set of parameters: one batch size, another, and that one again. Further ones are special cases, which
   * only the first experiment uses.
   */
  readonly cases: (random: RandomState) => readonly [One, One, One, ...One[]];
  /** the output, the gradient of the input, and the gradients of the parameters under the names of the fields that hold them */
  readonly expected: (one: One) => Quantities;
  readonly mistakes?: readonly Mistake<One>[];
  readonly terms?: Experiment<One>["terms"];
  readonly tolerance?: number;
  /** inputs that are parameters, in fields of the same names: forward and backward only read them */
  readonly parameters?: readonly string[];
}

export type LayerExercise<One extends LayerCase> = Pick<
  PassExercise<One>,
  "name" | "args" | "cases" | "expected" | "mistakes" | "terms" | "tolerance" | "parameters"
>;

/** What every layer must do: forward(x, training) returns y, backward(dy) returns dx. See passExperiments. */
export function layerExperiments<One extends LayerCase>(exercise: LayerExercise<One>): Experiment[] {
  return passExperiments<One>({
    ...exercise,
    forwardArgs: ({ x }) => [x, true],
    backwardArgs: ({ dy }) => [dy],
    output: "y",
    inputGradient: "dx",
    kept: ["x"],
    cases: (random) => {
      const [one, ...others] = exercise.cases(random).map(withInputs);
      return [one, ...others] as unknown as readonly [One, One, One, ...One[]];
    },
  });
}

const withInputs = <One extends LayerCase>(one: One): One => ({
  ...one,
  inputs: { x: one.x, dy: one.dy, ...one.inputs },
});

/**
 * A forward and a backward pass of a new object; the same with another batch, which finds stale state and accumulated gradients; a batch of
 * another size; and two objects in turn, which finds shared state.
 */
export function passExperiments<One extends Case>(described: PassExercise<One>): Experiment[] {
  const exercise = { ...described, expected: remembered(described.expected) };
  const { cases, expected, mistakes, terms, tolerance, kept, parameters = [] } = exercise;
  // rounding differences are accepted, because these experiments are about state
  const laterTolerance = 100 * (tolerance ?? 1e-8);
  const construct = (student: Student, one: One): Promise<StudentObject> =>
    student.construct(exercise.name, ...exercise.args(one));
  const twoBatches: Experiment<Pair<One>>["run"] = async (student, { before, now }, report) => {
    const layer = await construct(student, now);
    await pass(exercise, layer, before, () => {});
    for (const name of parameters) {
      const value = await layer.get(name);
      const found = asQuantity(value, parameter(now, name));
      if (typeof found === "string") continue; // the class keeps it elsewhere
      report(afterPass(name), value);
      if (!close(found, parameter(now, name), 0)) return; // what follows is wrong for this reason
    }
    await pass(exercise, layer, now, report);
  };
  const ofNow = ({ now }: Pair<One>): Quantities => ({
    ...Object.fromEntries(parameters.map((name) => [afterPass(name), parameter(now, name)])),
    ...expected(now),
  });
  const updates = parameters.map((name) => ({
    cause: "parameter-modified",
    message: `forward or backward changes ${name}: they only read the parameters, and the optimizer changes them`,
    results: (_: Pair<One>, __: Quantities, { [afterPass(name)]: found }: Found) => ({ [afterPass(name)]: found }),
  }));

  return [
    experiment<One>({
      title: "forward and backward",
      cases,
      run: async (student, one, report) => pass(exercise, await construct(student, one), one, report),
      expected,
      mistakes,
      terms,
      tolerance,
      objective: async (student, one) => {
        const layer = await construct(student, one);
        return objective(one, await layer.call("forward", ...exercise.forwardArgs(one)));
      },
    }),
    experiment<Pair<One>>({
      title: "a second batch through the same layer",
      afterSuccess: true,
      tolerance: laterTolerance,
      cases: (random) => {
        const [, before, now] = cases(random);
        return [
          { before, now },
          { before: now, now: before },
        ];
      },
      run: twoBatches,
      expected: ofNow,
      otherwise: stale, // a new layer had all results right
      mistakes: [
        ...updates,
        {
          cause: "accumulated",
          message: "gradients of the second batch are added to those of the first; backward should overwrite them",
          results: ({ before, now }, ...found) => ofWrong(sums(exercise, expected(before), expected(now)), ...found),
        },
        {
          cause: "accumulated",
          message: `the second ${exercise.output} is added to the first one; forward should start again`,
          results: ({ before, now }) => outputSum(exercise, expected(before), expected(now)),
        },
        { ...stale, results: ({ before }, ...found) => ofWrong(expected(before), ...found) },
        ...kept.map((name) => ({
          ...stale,
          results: ({ before, now }: Pair<One>, right: Quantities, found: Found) =>
            ofWrong(expected({ ...now, [name]: before[name as keyof One] }), right, found),
        })),
      ],
    }),
    experiment<Pair<One>>({
      title: "a batch of another size",
      afterSuccess: true,
      tolerance: laterTolerance,
      cases: (random) => {
        const [before, now] = cases(random);
        return [
          { before, now },
          { before: now, now: before },
        ];
      },
      run: twoBatches,
      expected: ofNow,
      anyFinding: {
        cause: "stale-state",
        message: "a second batch of another size fails: something with the size of the first batch is kept",
      },
    }),
    experiment<Pair<One>>({
      title: "two layers in turn",
      afterSuccess: true,
      tolerance: laterTolerance,
      cases: (random) => {
        const [before, now] = cases(random); // of other sizes, so that a shape that is shared is wrong too
        return [{ before, now }];
      },
      run: async (student, { before, now }, report) => {
        const layer = await construct(student, now);
        const other = await construct(student, before);
        report(exercise.output, await layer.call("forward", ...exercise.forwardArgs(now)));
        await other.call("forward", ...exercise.forwardArgs(before));
        report(exercise.inputGradient, await layer.call("backward", ...exercise.backwardArgs(now)));
        await other.call("backward", ...exercise.backwardArgs(before));
        await reportGradients(exercise, layer, now, report);
      },
      expected: ofNow,
      anyFinding: {
        cause: "shared-state",
        message: "two objects of the class affect each other: both keep their state in the same variable",
      },
    }),
  ];
}

/** Computes the right results of a case once: a convolution takes most of the time of its check. */
function remembered<One extends Case>(expected: (one: One) => Quantities): (one: One) => Quantities {
  const known = new WeakMap<One, Quantities>();
  return (one) => {
    const results = known.get(one) ?? expected(one);
    known.set(one, results);
    return results;
  };
}

const parameter = (one: Case, name: string): Quantity => one[name as keyof Case] as unknown as Quantity;
const afterPass = (name: string): string => `${name} after a pass`;

/** The results of a mistake that can concern each result by itself: those that the student has wrong. */
function ofWrong(results: Partial<Quantities>, right: Quantities, found: Found): Partial<Quantities> {
  const isWrong = (name: string): boolean => !found[name] || !close(found[name], right[name], 1e-8);
  return Object.fromEntries(Object.entries(results).filter(([name]) => isWrong(name)));
}

const stale = {
  cause: "stale-state",
  message: "the results of a second batch depend on the first one: something is kept that forward should replace",
};

interface Pair<One extends Case> extends Case {
  readonly before: One;
  readonly now: One;
}

/** Runs forward and backward and reports their results and the gradients. */
async function pass<One extends Case>(
  exercise: PassExercise<One>,
  layer: StudentObject,
  one: One,
  report: (name: string, value: Returned) => void,
): Promise<void> {
  report(exercise.output, await layer.call("forward", ...exercise.forwardArgs(one)));
  report(exercise.inputGradient, await layer.call("backward", ...exercise.backwardArgs(one)));
  await reportGradients(exercise, layer, one, report);
}

async function reportGradients<One extends Case>(
  exercise: PassExercise<One>,
  layer: StudentObject,
  one: One,
  report: (name: string, value: Returned) => void,
): Promise<void> {
  for (const name of gradientNames(exercise, exercise.expected(one))) report(name, await layer.get(name));
}

const gradientNames = <One extends Case>(exercise: PassExercise<One>, all: Quantities): string[] =>
  Object.keys(all).filter((name) => name !== exercise.output && name !== exercise.inputGradient);

/** Σ dy·y, the objective whose gradients backward returns; a loss is its own. NaN if forward returned something else. */
function objective(one: Case & { readonly dy?: Quantity }, output: Returned): number {
  const y = asQuantity(output);
  if (typeof y === "string") return Number.NaN;
  if (!one.dy) return y.data.length === 1 ? y.data[0] : Number.NaN;
  return y.data.length === one.dy.data.length
    ? zipped(y, one.dy, (a, b) => a * b).data.reduce((sum, value) => sum + value, 0)
    : Number.NaN;
}

const outputSum = <One extends Case>(
  { output }: PassExercise<One>,
  before: Quantities,
  now: Quantities,
): Partial<Quantities> =>
  sameShape(before[output].shape, now[output].shape)
    ? { [output]: zipped(now[output], before[output], (a, b) => a + b) }
    : {};

function sums<One extends Case>(exercise: PassExercise<One>, before: Quantities, now: Quantities): Partial<Quantities> {
  const names = gradientNames(exercise, now).filter((name) => before[name].data.length === now[name].data.length);
  return Object.fromEntries(names.map((name) => [name, zipped(now[name], before[name], (a, b) => a + b)]));
}
