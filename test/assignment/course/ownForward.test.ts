import { expect, test } from "vitest";
import { linear } from "../../../assignment/course/exercises/linear.ts";
import { submissions } from "./submissions/index.ts";
import { checkSource } from "./support.ts";

const solution = submissions.find(({ id }) => id === "linear")?.solution as string;
const squaredWeights = solution
  .replace("y = matmul(x, this.w)", "y = matmul(x, map(this.w, (v) => v * v))")
  .replace("{ matmul,", "{ map, matmul,");

test("a wrong forward with its own right derivative is one mistake", async () => {
  const source = squaredWeights
    .replace("return matmul(dy, transpose(this.w))", "return matmul(dy, transpose(map(this.w, (v) => v * v)))")
    .replace(
      "this.dw = matmul(transpose(this.x), dy)",
      "this.dw = map(matmul(transpose(this.x), dy), (v, i) => 2 * v * this.w.data[i])",
    );
  const { findings } = await checkSource(linear, source);
  expect(findings.map(({ cause }) => cause)).toEqual(["unexplained", "follows-forward"]);
  expect(findings[1].message).toMatch(/^dx and dw agree with central differences of your own forward/);
});

test("a gradient that belongs to no forward is shown next to central differences", async () => {
  const source = solution
    .replace("return matmul(dy, transpose(this.w))", "return map(matmul(dy, transpose(this.w)), Math.sin)")
    .replace("{ matmul,", "{ map, matmul,");
  const { findings } = await checkSource(linear, source);
  const [, found, numerical] =
    /dx\[0, 0\] is (\S+), and central differences of your own forward give (\S+)/.exec(findings[0].message) ?? [];
  expect(Math.sin(Number(numerical))).toBeCloseTo(Number(found), 4);
});
