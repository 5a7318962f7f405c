import type { RandomState } from "../../src/random/randomState.ts";
import { type Case, type Experiment, experiment, type Quantities } from "./exercise.ts";
import { quantity } from "./quantities.ts";
import type { Sendable, Student } from "./student.ts";
import type { Quantity, Returned } from "./wire.ts";

export interface ParametersExercise<One extends Case & { readonly x: Quantity; readonly dy: Quantity }> {
  readonly name: string;
  readonly args: (one: One) => readonly Sendable[];
  readonly cases: (random: RandomState) => readonly One[];
  /** value and gradient of each parameter after a forward and a backward pass, by its name, in order */
  readonly parameters: (
    one: One,
  ) => Readonly<Record<string, { readonly value: Quantity; readonly gradient: Quantity }>>;
}

/** `parameters()` after backward: optimizers find there the values that the layer uses and the gradients of the last batch. */
export function parametersExperiment<One extends Case & { readonly x: Quantity; readonly dy: Quantity }>(
  exercise: ParametersExercise<One>,
): Experiment {
  return experiment<One>({
    title: "parameters()",
    afterSuccess: true,
    cases: exercise.cases,
    run: async (student: Student, one, report) => {
      const layer = await student.construct(exercise.name, ...exercise.args(one));
      await layer.call("forward", one.x, true);
      await layer.call("backward", one.dy);
      const returned = await layer.call("parameters");
      const items = returned.kind === "list" ? returned.items : [];
      report("the number of parameters", { kind: "plain", value: returned.kind === "list" ? items.length : null });
      Object.keys(exercise.parameters(one)).forEach((name, at) => {
        const item = items[at];
        const missing: Returned = { kind: "other", what: "missing" };
        const entry = (key: string): Returned => (item?.kind === "record" ? (item.entries[key] ?? missing) : missing);
        report(`parameters()[${at}].value (${name})`, entry("value"));
        report(`parameters()[${at}].gradient (${name})`, entry("gradient"));
      });
    },
    expected: (one): Quantities => {
      const all = Object.entries(exercise.parameters(one));
      return Object.fromEntries([
        ["the number of parameters", quantity([], [all.length])],
        ...all.flatMap(([name, { value, gradient }], at) => [
          [`parameters()[${at}].value (${name})`, value] as const,
          [`parameters()[${at}].gradient (${name})`, gradient] as const,
        ]),
      ]);
    },
    mistakes: [
      {
        cause: "missing-parameter",
        message: "parameters() does not return all parameters, so an optimizer never changes the others",
        results: (one, _right, found) => {
          const count = found["the number of parameters"]?.data[0] ?? Number.NaN;
          const all = Object.keys(exercise.parameters(one)).length;
          return count < all ? { "the number of parameters": quantity([], [count]) } : {};
        },
      },
    ],
  });
}
