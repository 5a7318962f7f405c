import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type AssignmentData, assignmentChecks, checkVector, parseVectors } from "../../assignment/index.ts";
import checks from "../../reference/checks.json" with { type: "json" };
import { gradientChecks } from "../../src/experiments/gradientChecks.ts";
import { Adam, checkGradients, Gelu, RandomState, Tensor, Workspace } from "../../src/index.ts";

const readVectors = (name: string) =>
  parseVectors(readFileSync(new URL(`../../reference/${name}`, import.meta.url), "utf8"), { name });

const vectors = [...readVectors("vectors.json"), ...readVectors("image-vectors.json")];

describe("PyTorch's and NumPy's results", () => {
  const tolerances = { float64: 1e-12, float32: 1e-5 } as const;
  const cases = (["float64", "float32"] as const).flatMap((dtype) =>
    vectors.map((vector, i) => [dtype, checkVector(vector, dtype).title, i] as const),
  );
  test.each(cases)("%s %s", (dtype, _, i) => {
    const { errors } = checkVector(vectors[i], dtype);
    if (vectors[i].kind === "random" && dtype === "float32") return; // the streams have one type
    if (!errors) expect.fail("nothing of this name");
    for (const [quantity, error] of Object.entries(errors))
      expect(error, quantity).toBeLessThanOrEqual(tolerances[dtype]);
  });
});

describe("the assignment's own checks", () => {
  const results = assignmentChecks(checks as unknown as AssignmentData);
  test.each(results.map((check) => [`${check.section}: ${check.quantity}`, check] as const))("%s", (_, check) => {
    expect(check).toMatchObject({ passed: true });
  });
  test("none is left out", () => expect(results.length).toBe(67));
});

test.each(gradientChecks.map((check) => [`${check.part} ${check.name}`, check] as const))(
  "central differences: %s",
  (_, { run, bound }) => {
    for (const [of, error] of Object.entries(run(0))) expect(error, of).toBeLessThan(bound);
  },
);

test("a wrong gradient is found", () => {
  class WrongGelu extends Gelu {
    override backward(dy: Tensor): Tensor {
      const dx = super.backward(dy);
      dx.data[3] *= 1.001;
      return dx;
    }
  }
  const random = new RandomState(0);
  const [x, dy] = [Tensor.zeros([2, 3], "float64"), Tensor.zeros([2, 3], "float64")];
  random.fillRandn(x.data);
  random.fillRandn(dy.data);
  expect(checkGradients(new Gelu(), { x, dy }).x).toBeLessThan(1e-7);
  expect(checkGradients(new WrongGelu(), { x, dy }).x).toBeCloseTo(0.0005, 6); // 0.001 / (1 + 1.001)
});

test("the report's sentence on L2 inside Adam: without other gradients a step is nearly η, whatever λ is", () => {
  for (const lambda of [1e-6, 1e-3, 1]) {
    const [values, gradients] = [Float64Array.of(10), new Float64Array(1)];
    const adam = new Adam({ values, gradients, workspace: new Workspace() }, { learningRate: 1e-3, epsilon: 0 });
    let before = 0;
    for (let step = 0; step < 1000; step++) {
      before = values[0];
      gradients[0] = 2 * lambda * values[0];
      adam.step();
    }
    expect((before - values[0]) / 1e-3).toBeCloseTo(0.96, 2);
  }
});
