import { describe, expect, test } from "vitest";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { submissions } from "./submissions/index.ts";
import { checkSource, withMistake } from "./support.ts";

test("every exercise has submissions, with at least eight seeded mistakes", () => {
  expect(submissions.map(({ id }) => id).sort()).toEqual(exercises.map(({ id }) => id).sort());
  for (const { id, mistakes } of submissions) expect(mistakes.length, id).toBeGreaterThanOrEqual(8);
});

describe.each(submissions)("$id", ({ id, solution, styles, mistakes }) => {
  const exercise = exercises.find((one) => one.id === id);
  if (!exercise) throw new Error(`no exercise ${id}`);

  test("the skeleton counts as not started", async () => {
    expect(await checkSource(exercise, exercise.skeleton)).toMatchObject({
      status: "not started",
      points: 0,
      findings: [],
    });
  });

  test.each([1, 2, 3])("right solutions in every style get full points, with seed %i", async (seed) => {
    for (const source of [solution, ...styles]) {
      const result = await checkSource(exercise, source, seed);
      expect(result).toMatchObject({ status: "right", points: exercise.points, findings: [] });
    }
  });

  test.each(mistakes)("$name is found", async (mistake) => {
    const { status, findings } = await checkSource(exercise, withMistake(solution, mistake));
    expect(status).toBe("wrong");
    if (mistake.causes.length > 0) expect(mistake.causes, findings[0].message).toContain(findings[0].cause);
  });
});

test("at least 80 % of the seeded mistakes get their cause named", async () => {
  let named = 0;
  let all = 0;
  for (const { id, solution, mistakes } of submissions) {
    const exercise = exercises.find((one) => one.id === id);
    if (!exercise) throw new Error(`no exercise ${id}`);
    for (const mistake of mistakes) {
      const { findings } = await checkSource(exercise, withMistake(solution, mistake));
      all++;
      if (findings[0].cause !== "unexplained" && mistake.causes.includes(findings[0].cause)) named++;
    }
  }
  expect(named / all).toBeGreaterThanOrEqual(0.8);
});
