import type { RandomState } from "../../../src/random/randomState.ts";
import { type Case, type Exercise, experiment, type Mistake } from "../exercise.ts";
import { close, mapped, randomQuantity, scalar, zipped } from "../quantities.ts";
import type { Quantity, Returned } from "../wire.ts";

const skeleton = `import { type NdArray, notWritten, type Parameter } from "./array.ts";

/** The inner layer of a residual layer: its output has the shape of its input. */
interface Layer {
  forward(x: NdArray, training: boolean): NdArray;
  backward(dy: NdArray): NdArray;
  parameters(): Parameter[];
}

/**
 * A residual layer: y = x + F(x), where F is the inner layer.
 *
 * Shapes: x, F(x) and y have the same.
 */
export class Residual {
  readonly inner: Layer;

  constructor(inner: Layer) {
    this.inner = inner;
  }

  /** Returns y. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Residual.forward");
  }

  /** From dy = ∂J/∂y returns ∂J/∂x; the inner layer computes its gradients. */
  backward(dy: NdArray): NdArray {
    return notWritten("Residual.backward");
  }

  /** The parameters of the inner layer. */
  parameters(): Parameter[] {
    return notWritten("Residual.parameters");
  }
}
`;

interface ResidualCase extends Case {
  readonly x: Quantity;
  readonly dy: Quantity;
  /** the inner layer is factor·x + offset */
  readonly factor: number;
  readonly offset: number;
  readonly training: boolean;
}

function cases(random: RandomState): readonly ResidualCase[] {
  const one = (shape: readonly number[], factor: number, offset: number, training: boolean): ResidualCase => {
    const [x, dy] = [randomQuantity(random, shape), randomQuantity(random, shape)];
    return { x, dy, factor, offset, training, inputs: { x, dy } };
  };
  return [one([4, 3], 1.7, 0.6, true), one([2, 5], -0.4, -0.9, true), one([2, 3, 2], 0.7, 0.4, false)];
}

const plus = (a: Quantity, b: Quantity): Quantity => zipped(a, b, (x, y) => x + y);
const inner = ({ x, factor, offset }: ResidualCase): Quantity => mapped(x, (value) => factor * value + offset);
const innerGradient = ({ dy, factor }: ResidualCase): Quantity => mapped(dy, (value) => factor * value);
const dot = (a: Quantity, b: Quantity): Quantity =>
  scalar(zipped(a, b, (x, y) => x * y).data.reduce((sum, value) => sum + value, 0));

const expected = (one: ResidualCase) => ({
  y: plus(one.x, inner(one)),
  dx: plus(one.dy, innerGradient(one)),
  "calls of the inner layer": scalar(2),
  "training is passed": scalar(1),
  "number of parameters": scalar(1),
  "gradient of the inner layer": dot(one.dy, one.x),
});

const mistake = (
  cause: string,
  message: string,
  results: (one: ResidualCase) => Partial<Record<keyof ReturnType<typeof expected>, Quantity>>,
): Mistake<ResidualCase> => ({ cause, message, results });

const mistakes: readonly Mistake<ResidualCase>[] = [
  mistake("missing-skip", "y is F(x): x is not added", (one) => ({ y: inner(one) })),
  mistake("missing-inner", "y is x: F(x) is not added", ({ x }) => ({ y: x })),
  mistake("missing-inner", "y is 2x: x is added to itself and not to F(x)", ({ x }) => ({ y: plus(x, x) })),
  mistake("sign", "F(x) is subtracted from x; it should be added", (one) => ({
    y: zipped(one.x, inner(one), (x, f) => x - f),
  })),
  mistake("sign", "x is subtracted from F(x); it should be added", (one) => ({
    y: zipped(one.x, inner(one), (x, f) => f - x),
  })),
  mistake("product", "x and F(x) are multiplied; they should be added", (one) => ({
    y: zipped(one.x, inner(one), (x, f) => x * f),
  })),
  mistake("factor-2", "y is the mean of x and F(x) and not their sum", (one) => ({
    y: mapped(plus(one.x, inner(one)), (value) => value / 2),
  })),
  mistake("inner-twice", "y is F(x) + F(x)", (one) => ({ y: plus(inner(one), inner(one)) })),
  mistake("inner-twice", "y is x + F(F(x)): the inner layer is applied twice", (one) => ({
    y: plus(one.x, inner({ ...one, x: inner(one) })),
  })),
  mistake("inner-twice", "y is F(x) + F(F(x)): x is replaced by F(x) before it is added", (one) => ({
    y: plus(inner(one), inner({ ...one, x: inner(one) })),
  })),
  mistake("wrong-order", "y is F(x + x)", (one) => ({ y: inner({ ...one, x: plus(one.x, one.x) }) })),
  mistake("missing-skip", "dx lacks dy, the gradient that goes around the inner layer", (one) => ({
    dx: innerGradient(one),
  })),
  mistake("missing-inner", "dx is dy: the gradient through the inner layer is missing", ({ dy }) => ({ dx: dy })),
  mistake(
    "missing-inner",
    "dx is 2·dy: dy is added to itself and not to the gradient through the inner layer",
    ({ dy }) => ({ dx: plus(dy, dy) }),
  ),
  mistake(
    "missing-dy",
    "dx contains 1 in place of dy: the derivative of x with respect to itself is multiplied by dy",
    (one) => ({ dx: mapped(innerGradient(one), (value) => value + 1) }),
  ),
  mistake("wrong-input", "dx contains x in place of dy", (one) => ({ dx: plus(one.x, innerGradient(one)) })),
  mistake("wrong-input", "dx contains y in place of dy", (one) => ({
    dx: plus(plus(one.x, inner(one)), innerGradient(one)),
  })),
  mistake("wrong-input", "backward calls the forward pass of the inner layer", (one) => ({
    dx: plus(one.dy, inner({ ...one, x: one.dy })),
  })),
  mistake("inner-twice", "dx goes through the inner layer twice", (one) => ({
    dx: plus(one.dy, innerGradient({ ...one, dy: innerGradient(one) })),
  })),
  mistake("inner-twice", "dx is twice the gradient through the inner layer", (one) => ({
    dx: plus(innerGradient(one), innerGradient(one)),
  })),
  mistake("wrong-order", "the inner layer gets the sum of dy and its own gradient: it should get dy alone", (one) => ({
    dx: plus(one.dy, innerGradient({ ...one, dy: plus(one.dy, innerGradient(one)) })),
  })),
  mistake("sign", "the gradient through the inner layer is subtracted", (one) => ({
    dx: zipped(one.dy, innerGradient(one), (g, f) => g - f),
  })),
  mistake("product", "dy and the gradient through the inner layer are multiplied; they should be added", (one) => ({
    dx: zipped(one.dy, innerGradient(one), (g, f) => g * f),
  })),
  mistake("extra-factor", "the gradient through the inner layer is multiplied by dy again", (one) => ({
    dx: zipped(one.dy, innerGradient(one), (g, f) => g + g * f),
  })),
  mistake("inner-twice", "the inner layer is called more than once in forward or backward", () => ({
    "calls of the inner layer": scalar(3),
  })),
  mistake("inner-twice", "the inner layer is called twice in forward and in backward", () => ({
    "calls of the inner layer": scalar(4),
  })),
  mistake("missing-inner", "the inner layer is called only once for forward and backward together", () => ({
    "calls of the inner layer": scalar(1),
  })),
  mistake(
    "training-not-passed",
    "the inner layer does not get the argument `training` of forward: a dropout in it could not work",
    () => ({ "training is passed": scalar(-1) }),
  ),
  mistake("training-not-passed", "the inner layer gets the opposite of `training`", () => ({
    "training is passed": scalar(0),
  })),
  mistake(
    "training-not-passed",
    "the inner layer always gets `training` as true: a dropout in it would be active in evaluation",
    ({ training }) => ({ "training is passed": scalar(Number(training)) }),
  ),
  mistake(
    "training-not-passed",
    "the inner layer always gets `training` as false: a dropout in it would never be active",
    ({ training }) => ({ "training is passed": scalar(Number(!training)) }),
  ),
  mistake("missing-parameters", "parameters() is empty: the optimizer would not change the inner layer", () => ({
    "number of parameters": scalar(0),
  })),
  mistake("repeated-parameters", "parameters() has the inner layer's parameters twice", () => ({
    "number of parameters": scalar(2),
  })),
  mistake("wrong-input", "the inner layer's backward gets another gradient than dy", (one) => ({
    "gradient of the inner layer": dot(plus(one.dy, one.dy), one.x),
  })),
  {
    cause: "copied-parameters",
    message: "parameters() has other arrays than the inner layer: an optimizer would not see its gradients",
    results: (_one, right, { "calls of the inner layer": calls }) =>
      calls && close(calls, right["calls of the inner layer"], 0) ? { "gradient of the inner layer": scalar(0) } : {},
  },
  mistake("missing-inner", "the inner layer's backward is not called, so its gradients stay as they were", () => ({
    "gradient of the inner layer": scalar(0),
  })),
];

/** parameters() as its length and the gradient of the first one. */
function readParameters(returned: Returned): readonly [count: Returned, gradient: Returned] {
  if (returned.kind !== "list") return [returned, returned];
  const [first] = returned.items;
  const gradient = first?.kind === "record" ? first.entries.gradient : undefined;
  const missing: Returned = { kind: "other", what: "not in the first entry of parameters()" };
  const value: Returned = gradient?.kind === "array" ? { kind: "plain", value: gradient.data[0] } : missing;
  return [{ kind: "plain", value: returned.items.length }, value];
}

export const residual: Exercise = {
  id: "residual",
  title: "Residual layer",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    {
      text: "In a network of many residual layers, what does dx contain even if the gradients through all inner layers are nearly 0?",
    },
  ],
  hints: [
    "x reaches y along two paths. What does the chain rule say about a variable that is used twice?",
    "The gradients of both paths are added. The path around the inner layer does not change dy; the other one is the inner layer's backward.",
    "dx is dy plus what the inner layer returns for dy. Call the inner layer once in each direction, pass `training` on, and leave the arguments as they are.",
  ],
  experiments: [
    experiment<ResidualCase>({
      title: "forward and backward",
      cases,
      run: async (student, { x, dy, factor, offset, training }, report) => {
        const gradient = { shape: [1], data: new Float64Array(1) };
        const layer = await student.given(
          "scale",
          "inner",
          { shape: [1], data: Float64Array.of(factor) },
          gradient,
          offset,
        );
        const made = await student.construct("Residual", layer);
        report("y", await made.call("forward", x, training));
        report("dx", await made.call("backward", dy));
        const calls = await layer.get("calls");
        const names = calls.kind === "list" ? calls.items.map((call) => (call.kind === "plain" ? call.value : "")) : [];
        report("calls of the inner layer", { kind: "plain", value: names.length });
        const passed = [`forward ${!training}`, `forward ${training}`].indexOf(String(names[0]));
        report("training is passed", { kind: "plain", value: passed }); // 0: the opposite, −1: nothing
        const [count, found] = readParameters(await made.call("parameters"));
        report("number of parameters", count);
        report("gradient of the inner layer", found);
      },
      expected,
      mistakes,
      terms: (one) => ({
        y: { x: one.x, "F(x)": inner(one) },
        dx: { dy: one.dy, "of the gradient through the inner layer": innerGradient(one) },
      }),
    }),
  ],
};
