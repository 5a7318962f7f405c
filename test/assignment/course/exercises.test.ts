import { describe, expect, test } from "vitest";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { submissions } from "./submissions/index.ts";
import { checkSource, withMistake } from "./support.ts";

test("every exercise has submissions, with at least eight seeded mistakes", () => {
  expect(submissions.map(({ id }) => id).sort()).toEqual(exercises.map(({ id }) => id).sort());
  for (const { id, mistakes } of submissions) expect(mistakes.length, id).toBeGreaterThanOrEqual(8);
});

/** For each seeded mistake, whether its cause was named. */
const isNamed: boolean[] = [];

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
    isNamed.push(findings[0]?.cause !== "unexplained" && mistake.causes.includes(findings[0]?.cause));
    expect(status).toBe("wrong");
    if (mistake.causes.length > 0) expect(mistake.causes, findings[0].message).toContain(findings[0].cause);
  });
});

test("at least 80 % of the seeded mistakes get their cause named", () => {
  expect(isNamed.length).toBe(submissions.flatMap(({ mistakes }) => mistakes).length);
  expect(isNamed.filter(Boolean).length / isNamed.length).toBeGreaterThanOrEqual(0.8);
});
