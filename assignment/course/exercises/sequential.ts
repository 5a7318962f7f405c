import type { RandomState } from "../../../src/random/randomState.ts";
import { type Exercise, experiment, type Quantities } from "../exercise.ts";
import { mapped, quantity, randomQuantity, scalar } from "../quantities.ts";
import type { Student, StudentObject } from "../student.ts";
import type { Quantity, Returned } from "../wire.ts";
import { changeMistakes, parameterMistakes } from "./sequential/parameterMistakes.ts";
import { passMistakes } from "./sequential/passMistakes.ts";
import { names, namingOf, resultsOf, weights } from "./sequential/results.ts";
import { type GivenLayer, joined, type NetworkCase, simulate } from "./sequential/simulation.ts";

const skeleton = `import { type NdArray, notWritten, type Parameter } from "./array.ts";

/** What Sequential needs of a layer. Layers without parameters need no method \`parameters\`. */
export interface Layer {
  forward(x: NdArray, training: boolean): NdArray;
  backward(dy: NdArray): NdArray;
  parameters?(): Parameter[];
}

/** Layers one after the other: y = lastLayer(… secondLayer(firstLayer(x))). Without layers, y = x. */
export class Sequential {
  readonly layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    this.layers = layers;
  }

  /** Returns the result of the last layer. Every layer is told whether this is training. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Sequential.forward");
  }

  /** From dy = ∂J/∂y returns ∂J/∂x. Each layer's backward computes the gradients of its parameters on the way. */
  backward(dy: NdArray): NdArray {
    return notWritten("Sequential.backward");
  }

  /**
   * The parameters of all layers in one list, in the order of the layers. A name is the place of the layer among all layers, a dot,
   * and the layer's name for it, such as 0.w, 0.b and 2.w. Values and gradients are the arrays that the layers return, not copies,
   * because optimizers change them in place. Ask the layers at every call: their backward may set new gradient arrays.
   */
  parameters(): Parameter[] {
    return notWritten("Sequential.parameters");
  }
}
`;

function cases(random: RandomState): NetworkCase[] {
  const matrix = (): GivenLayer => ({ w: randomQuantity(random, [3, 3]), shift: 1 + random.uniform() });
  const square: GivenLayer = { shift: 0 };
  const one = (batch: number, layers: readonly GivenLayer[], special?: string): NetworkCase => {
    const [x, dy] = [randomQuantity(random, [batch, 3]), randomQuantity(random, [batch, 3])];
    return {
      layers,
      x,
      dy,
      dims: { batch, layers: layers.length },
      inputs: { x, dy },
      ...(special && { special }),
    };
  };
  return [
    one(2, [matrix(), square, matrix(), matrix()]),
    one(4, [matrix(), matrix(), square, matrix(), matrix()]),
    one(3, [square, matrix()], "for a first layer without parameters"),
    one(3, [matrix()], "for one layer"),
    one(3, [], "for a network without layers"),
  ];
}

async function make(student: Student, { layers }: NetworkCase, square: string) {
  const made: StudentObject[] = [];
  for (const { w, shift } of layers) made.push(await (w ? student.given("matrix", w, shift) : student.given(square)));
  return { made, network: await student.construct("Sequential", made) };
}

type Report = (name: string, value: Returned) => void;

async function run(student: Student, one: NetworkCase, report: Report): Promise<void> {
  const { made, network } = await make(student, one, "squareWithList");
  report(names.y, await network.call("forward", one.x, true));
  const passes: Returned[] = [];
  for (const layer of made) passes.push(await layer.get("passes"));
  report(names.dx, await network.call("backward", one.dy));
  report(names.passes, { kind: "list", items: passes });
  report(names.secondY, await network.call("forward", one.x, true));
  reportParameters(await network.call("parameters"), one, report);

  const other = await make(student, one, "squareWithList");
  report(names.evaluated, await other.network.call("forward", one.x, false));
}

/** The changes that optimizers and regularizers make between two passes. */
async function runChange(student: Student, one: NetworkCase, report: Report): Promise<void> {
  const { network } = await make(student, one, "squareWithList");
  await network.call("forward", one.x, true);
  await network.call("backward", one.dy);
  await network.call("parameters");
  const again = await network.call("parameters");
  report(names.secondCount, again.kind === "list" ? { kind: "plain", value: again.items.length } : again);
  const doubling = await student.given("doubling", network);
  await doubling.call("run");
  report(names.changedGradients, gradientsOf(await network.call("parameters")) ?? { kind: "other", what: "no list" });
  report(names.changed, await network.call("forward", one.x, true));
}

/** Reports the result of parameters(), without parts that have a wrong form. */
function reportParameters(found: Returned, one: NetworkCase, report: Report): void {
  if (found.kind !== "list") {
    report(names.count, found);
    return;
  }
  const isFlat = !found.items.some(({ kind }) => kind === "list");
  report(names.isFlat, { kind: "plain", value: isFlat });
  if (!isFlat) return;
  if (!found.items.every(({ kind }) => kind === "record")) {
    report(names.count, { kind: "other", what: "that of a list whose items have no name, value and gradient" });
    return;
  }
  report(names.count, { kind: "plain", value: found.items.length });
  report(names.values, fieldsOf(found.items, "value"));
  report(names.gradients, fieldsOf(found.items, "gradient"));
  const given = found.items.map((item) =>
    item.kind === "record" && item.entries.name?.kind === "plain" ? item.entries.name.value : undefined,
  );
  report(names.naming, { kind: "plain", value: namingOf(given, one) });
}

const gradientsOf = (found: Returned): Returned | undefined =>
  found.kind === "list" ? fieldsOf(found.items, "gradient") : undefined;

/** The numbers of a field of all records in one vector. */
function fieldsOf(items: readonly Returned[], field: string): Returned {
  const arrays: Quantity[] = [];
  for (const item of items) {
    const entry = item.kind === "record" ? item.entries[field] : undefined;
    if (entry?.kind !== "array")
      return { kind: "other", what: `a list in which a parameter has no array \`${field}\`` };
    arrays.push(entry);
  }
  const { shape, data } = joined(arrays);
  return { kind: "array", shape, data };
}

function expected(one: NetworkCase): Quantities {
  const { [names.y]: y, [names.dx]: dx, [names.gradients]: gradients } = resultsOf(one);
  return {
    [names.y]: y,
    [names.dx]: dx,
    [names.secondY]: y,
    [names.evaluated]: simulate(one, { isTraining: () => false }).y,
    [names.passes]: quantity(
      [one.layers.length],
      one.layers.map(() => 1),
    ),
    [names.isFlat]: scalar(1),
    [names.count]: scalar(weights(one).length),
    [names.values]: joined(weights(one)),
    [names.gradients]: gradients,
    [names.naming]: scalar(0),
  };
}

function expectedChange(one: NetworkCase): Quantities {
  const { [names.gradients]: gradients } = resultsOf(one);
  const doubled = one.layers.map(({ w, shift }) => ({ shift, ...(w && { w: mapped(w, (value) => 2 * value) }) }));
  return {
    [names.secondCount]: scalar(weights(one).length),
    [names.changed]: simulate({ ...one, layers: doubled }).y,
    [names.changedGradients]: mapped(gradients, (value) => 2 * value),
  };
}

interface SecondCase extends NetworkCase {
  readonly before: NetworkCase;
}

export const sequential: Exercise = {
  id: "sequential",
  title: "Sequential",
  chapter: "network",
  points: 8,
  skeleton,
  questions: [
    {
      text: "Between the first layer and the loss there are five layers with the logistic function. How large can the factor be that these functions contribute to the first layer's gradient, and which activation avoids this?",
    },
  ],
  hints: [
    "What does each layer get in forward, and what in backward?",
    "Forward passes the result of each layer to the next one. Backward does the same with gradients, in the other direction.",
    "By the chain rule, ∂J/∂x of a layer is ∂J/∂y of the layer before it. Begin with dy at the last layer; what the first layer returns is ∂J/∂x of the network.",
  ],
  experiments: [
    experiment<NetworkCase>({
      title: "forward, backward and parameters",
      cases,
      run,
      expected,
      mistakes: [...passMistakes, ...parameterMistakes],
    }),
    experiment<NetworkCase>({
      title: "a change of the parameters in place",
      afterSuccess: true,
      cases: (random) => cases(random).slice(0, 2),
      run: runChange,
      expected: expectedChange,
      mistakes: changeMistakes,
    }),
    experiment<NetworkCase>({
      title: "a layer without the method parameters",
      afterSuccess: true,
      cases: (random) => cases(random).slice(0, 1),
      run: async (student, one, report) => {
        const { network } = await make(student, one, "square");
        report(names.y, await network.call("forward", one.x, true));
        report(names.dx, await network.call("backward", one.dy));
        reportParameters(await network.call("parameters"), one, report);
      },
      expected: (one) => {
        const { [names.values]: values, [names.gradients]: gradients } = expected(one);
        return { [names.values]: values, [names.gradients]: gradients };
      },
      anyFinding: {
        cause: "parameters-missing",
        message: "a layer without the method `parameters` fails: such layers have no parameters",
      },
    }),
    experiment<NetworkCase>({
      title: "names behind a layer without the method parameters",
      afterSuccess: true,
      cases: (random) => cases(random).slice(0, 2),
      run: async (student, one, report) => {
        const { network } = await make(student, one, "square");
        await network.call("forward", one.x, true);
        await network.call("backward", one.dy);
        reportParameters(await network.call("parameters"), one, report);
      },
      expected,
      mistakes: parameterMistakes,
    }),
    experiment<SecondCase>({
      title: "a second pass",
      afterSuccess: true,
      cases: (random) => {
        const [one, other] = cases(random);
        return [one, other].map((now) => ({
          ...now,
          before: { ...now, x: randomQuantity(random, [3, 3]), dy: randomQuantity(random, [3, 3]) },
        }));
      },
      run: async (student, one, report) => {
        const { network } = await make(student, one, "squareWithList");
        await network.call("forward", one.before.x, true);
        await network.call("backward", one.before.dy);
        await network.call("parameters");
        report(names.y, await network.call("forward", one.x, true));
        report(names.dx, await network.call("backward", one.dy));
        reportParameters(await network.call("parameters"), one, report);
      },
      expected: (one) => {
        const { [names.y]: y, [names.dx]: dx, [names.gradients]: gradients } = expected(one);
        return { [names.y]: y, [names.dx]: dx, [names.gradients]: gradients };
      },
      mistakes: [
        {
          cause: "stale-state",
          message:
            "after a second pass, parameters() returns the gradients of the first: layers may set new gradient arrays",
          results: (one) => ({ [names.gradients]: joined(simulate(one.before).gradients) }),
        },
      ],
    }),
    experiment<SecondCase>({
      title: "two networks in turn",
      afterSuccess: true,
      cases: (random) => {
        const [one, before] = cases(random);
        return [{ ...one, before }];
      },
      run: async (student, one, report) => {
        const { network } = await make(student, one, "squareWithList");
        const { network: other } = await make(student, one.before, "squareWithList");
        report(names.y, await network.call("forward", one.x, true));
        await other.call("forward", one.before.x, true);
        report(names.dx, await network.call("backward", one.dy));
      },
      expected: (one) => {
        const { [names.y]: y, [names.dx]: dx } = resultsOf(one);
        return { [names.y]: y, [names.dx]: dx };
      },
      anyFinding: {
        cause: "shared-state",
        message: "two networks affect each other: both keep their state in the same variable",
      },
    }),
  ],
};
