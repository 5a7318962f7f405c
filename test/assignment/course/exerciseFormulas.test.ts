import { expect, test } from "vitest";
import { exerciseFormulas } from "../../../assignment/course/exerciseFormulas.ts";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { mathToMathml } from "../../../src/report/math/mathml.ts";

test("the formulas of exercises are formulas, and of exercises that exist", () => {
  const ids = exercises.map(({ id }) => id);
  for (const [id, formulas] of Object.entries(exerciseFormulas)) {
    expect(ids).toContain(id);
    for (const latex of formulas) expect(mathToMathml(latex, true)).toMatch(/^<math display="block">.*<\/math>$/s);
  }
});
