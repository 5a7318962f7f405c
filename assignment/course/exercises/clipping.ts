import type { RandomState } from "../../../src/random/randomState.ts";
import { type Exercise, type Experiment, experiment } from "../exercise.ts";
import { entriesOf, isTrue } from "../givenResults.ts";
import { mapped, quantity, randomQuantity, scalar } from "../quantities.ts";
import type { Student } from "../student.ts";
import type { Returned } from "../wire.ts";
import {
  CLIPPED,
  type ClippingCase,
  clippingMistakes,
  globalNorm,
  NORM,
  REPLACED,
  scaled,
} from "./clippingMistakes.ts";

const skeleton = `import { notWritten, type Parameter } from "./array.ts";

/**
 * Limits the gradients by their global norm (Pascanu et al. 2013): n = √(Σ g²), over all numbers g of all gradients.
 *
 * If n is larger than the maximum, all gradients are multiplied in place by maximum / n; otherwise they stay as they are.
 * Returns n as it was before. The values stay as they are.
 */
export function clipGradients(parameters: Parameter[], maximum: number): number {
  return notWritten("clipGradients");
}
`;

const names = ["fc1_w", "fc1_b", "fc2_w"];
const shapes = [[3, 4], [4], [2, 5]];

function cases(random: RandomState): ClippingCase[] {
  /** gradients with a given norm */
  const one = (norm: number, maximum: number, special?: string): ClippingCase => {
    const drawn = shapes.map((shape) => randomQuantity(random, shape));
    const factor = norm / globalNorm(drawn);
    return {
      gradients: drawn.map((gradient) => mapped(gradient, (value) => factor * value)),
      values: shapes.map((shape) => randomQuantity(random, shape)),
      maximum,
      earlierSquares: 0,
      ...(special && { special }),
    };
  };
  const all = [one(4.3, 2.9), one(0.9, 0.1), one(2.6, 4.1), one(0.6, 0.7), one(0, 1.3, "where all gradients are 0")];
  return all.map((each, at) => ({
    ...each,
    earlierSquares: all.slice(0, at).reduce((sum, { gradients }) => sum + globalNorm(gradients) ** 2, 0),
  }));
}

async function run(student: Student, one: ClippingCase, report: (name: string, value: Returned) => void) {
  const parameters = await Promise.all(
    names.map((name, at) => student.given("parameter", name, one.values[at], one.gradients[at])),
  );
  const norm = await student.call("clipGradients", parameters, one.maximum);
  const changes = await Promise.all(parameters.map((parameter) => parameter.call("changes")));
  const isReplaced = changes.some((change) => isTrue(change, "isReplaced"));
  report(REPLACED, { kind: "plain", value: isReplaced });
  report(NORM, norm);
  const before = one.gradients.flatMap(({ data }) => [...data]);
  const added = changes.flatMap((change) => [...entriesOf(change, "gradient")]);
  const after = before.map((value, i) => value + added[i]);
  if (!isReplaced) report(CLIPPED, { kind: "array", ...quantity([after.length], after) });
  const moved = changes.flatMap((change) => [...entriesOf(change, "value")]);
  report("the change of θ", { kind: "array", ...quantity([moved.length], moved) });
}

const experiments: readonly Experiment[] = [
  experiment<ClippingCase>({
    title: "norms above and below the maximum",
    // a small number beside the norm, which keeps a division from being one by zero, is no mistake
    tolerance: 1e-5,
    cases,
    run,
    expected: (one) => {
      const norm = globalNorm(one.gradients);
      return {
        [REPLACED]: scalar(0),
        [NORM]: scalar(norm),
        [CLIPPED]: scaled(one, norm > one.maximum ? one.maximum / norm : 1),
        "the change of θ": mapped(scaled(one, 0), () => 0),
      };
    },
    mistakes: clippingMistakes,
  }),
];

export const clipping: Exercise = {
  id: "clipping",
  title: "Gradient clipping",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [{ text: "Why is the norm taken over all parameters together, and not for each of them?" }],
  hints: [
    "Clipping makes the step shorter and keeps its direction. What must be the same for all gradients then?",
    "Two passes are needed: one over all gradients for the norm, and one that scales them. Compare before you scale.",
    "The norm is the root of the sum of all squares, over all parameters. If it is above the maximum, each entry is multiplied by the maximum divided by the norm.",
  ],
  experiments,
};
