import type { RandomState } from "../../src/random/randomState.ts";
import { type Case, type Experiment, experiment, type Mistake, type Quantities } from "./exercise.ts";
import { zipped } from "./quantities.ts";
import type { Sendable, Student, StudentObject } from "./student.ts";
import type { Quantity, Returned } from "./wire.ts";

/** One use of a layer: its constructor's arguments, an input, and the gradient that arrives from above. */
export interface LayerCase extends Case {
  readonly x: Quantity;
  readonly dy: Quantity;
}

export interface LayerExercise<One extends LayerCase> {
  /** the exported class, with forward(x) and backward(dy) */
  readonly name: string;
  /** what the layer is made of; equal for the inputs of one layer */
  readonly args: (one: One) => readonly Sendable[];
  /** further arguments of forward, such as `true` in training */
  readonly forwardArgs?: (one: One) => readonly Sendable[];
  /** three inputs of a layer with one set of parameters: one batch size, another, and that one again */
  readonly cases: (random: RandomState) => readonly [One, One, One];
  /** y, dx, and the gradients of the parameters under the names of the fields that hold them */
  readonly expected: (one: One) => Quantities;
  readonly mistakes: readonly Mistake<One>[];
  readonly tolerance?: number;
}

/** Runs a layer forward and backward and reports y, dx, and the gradients. */
async function pass<One extends LayerCase>(
  exercise: LayerExercise<One>,
  layer: StudentObject,
  one: One,
  report: (name: string, value: Returned) => void,
): Promise<void> {
  report("y", await layer.call("forward", one.x, ...(exercise.forwardArgs?.(one) ?? [])));
  report("dx", await layer.call("backward", one.dy));
  await reportGradients(exercise, layer, one, report);
}

async function reportGradients<One extends LayerCase>(
  exercise: LayerExercise<One>,
  layer: StudentObject,
  one: One,
  report: (name: string, value: Returned) => void,
): Promise<void> {
  for (const name of Object.keys(exercise.expected(one))) {
    if (name !== "y" && name !== "dx") report(name, await layer.get(name));
  }
}

/**
 * What every layer must do: a forward and a backward pass of a new layer; the same again with another batch, which finds state that was
 * kept and gradients that accumulate; a batch of another size; and two layers in turn, which finds state that they share.
 */
export function layerExperiments<One extends LayerCase>(exercise: LayerExercise<One>): Experiment[] {
  const { cases, expected, mistakes, tolerance, name } = exercise;
  const construct = (student: Student, one: One): Promise<StudentObject> =>
    student.construct(name, ...exercise.args(one));
  const twoBatches: Experiment<Pair<One>>["run"] = async (student, { before, now }, report) => {
    const layer = await construct(student, now);
    await pass(exercise, layer, before, () => {});
    await pass(exercise, layer, now, report);
  };
  const ofNow = ({ now }: Pair<One>): Quantities => expected(now);

  return [
    experiment<One>({
      title: "forward and backward",
      cases: (random) => cases(random).map((one) => ({ ...one, inputs: { x: one.x, dy: one.dy, ...one.inputs } })),
      run: async (student, one, report) => pass(exercise, await construct(student, one), one, report),
      expected,
      mistakes,
      tolerance,
    }),
    experiment<Pair<One>>({
      title: "a second batch through the same layer",
      afterSuccess: true,
      tolerance,
      cases: (random) => {
        const [, before, now] = cases(random);
        return [
          { before, now },
          { before: now, now: before },
        ];
      },
      run: twoBatches,
      expected: ofNow,
      mistakes: [
        {
          cause: "accumulated",
          message: "gradients of the second batch are added to those of the first; backward should overwrite them",
          results: ({ before, now }) => sums(expected(before), expected(now)),
        },
        { ...stale, results: ({ before }) => expected(before) },
        { ...stale, results: ({ before, now }) => expected({ ...now, x: before.x }) },
      ],
    }),
    experiment<Pair<One>>({
      title: "a batch of another size",
      afterSuccess: true,
      tolerance,
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
        message: "a second batch of another size fails: the layer keeps a size or an array from the first one",
      },
    }),
    experiment<Pair<One>>({
      title: "two layers in turn",
      afterSuccess: true,
      tolerance,
      cases: (random) => {
        const [, before, now] = cases(random);
        return [{ before, now }];
      },
      run: async (student, { before, now }, report) => {
        const layer = await construct(student, now);
        const other = await construct(student, before);
        report("y", await layer.call("forward", now.x, ...(exercise.forwardArgs?.(now) ?? [])));
        await other.call("forward", before.x, ...(exercise.forwardArgs?.(before) ?? []));
        report("dx", await layer.call("backward", now.dy));
        await other.call("backward", before.dy);
        await reportGradients(exercise, layer, now, report);
      },
      expected: ofNow,
      anyFinding: {
        cause: "shared-state",
        message: "two objects of the class disturb each other: what one of them keeps is in a variable that both use",
      },
    }),
  ];
}

const stale = {
  cause: "stale-state",
  message:
    "the results of a second batch depend on the first one: the layer keeps something that forward should replace",
};

interface Pair<One extends LayerCase> extends Case {
  readonly before: One;
  readonly now: One;
}

function sums(before: Quantities, now: Quantities): Partial<Quantities> {
  const summed = Object.entries(now).filter(
    ([name, { data }]) => name !== "y" && name !== "dx" && before[name].data.length === data.length,
  );
  return Object.fromEntries(summed.map(([name, one]) => [name, zipped(one, before[name], (a, b) => a + b)]));
}
