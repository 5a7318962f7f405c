import { expect, test } from "vitest";
import { compareByRow } from "../../src/experiments/compareByRow.ts";
import { RandomState } from "../../src/index.ts";
import fc from "../properties.ts";

/** Rows in which both are right, only the first, only the second, neither. */
function rows(both: number, ours: number, theirs: number, neither: number) {
  const repeat = (a: number, b: number, times: number) => Array.from({ length: times }, () => [a, b]);
  const all = [...repeat(1, 1, both), ...repeat(1, 0, ours), ...repeat(0, 1, theirs), ...repeat(0, 0, neither)];
  return [all.map(([a]) => a), all.map(([, b]) => b)] as const;
}

test("59 % against 33 % on 27 rows, and 75.4 % against 62.3 % on 61 rows, are too few to tell", () => {
  const few = compareByRow(...rows(5, 11, 4, 7)); // 16 and 9 right
  expect(few).toMatchObject({ outcome: "too few rows" });
  expect(few.p).toBeCloseTo(0.1185, 3);
  // n = (1.96·√q + 0.84·√(q − d²))² / d², the usual formula for McNemar's test, gives 63 for q = 15/27, d = 7/27
  expect(few.rowsNeeded).toBeGreaterThan(50);
  expect(few.rowsNeeded).toBeLessThan(70);
  const more = compareByRow(...rows(31, 15, 7, 8)); // 46 and 38 right
  expect(more.outcome).toBe("too few rows");
  expect(more.rowsNeeded).toBeGreaterThan(130);
  expect(more.rowsNeeded).toBeLessThan(180);
});

test("clear differences are better or worse, also of few rows", () => {
  expect(compareByRow(...rows(3, 6, 0, 0)).outcome).toBe("better"); // p = 2/2⁶
  expect(compareByRow(...rows(3, 5, 0, 0)).outcome).toBe("too few rows"); // p = 2/2⁵
  expect(compareByRow(...rows(0, 10, 30, 5)).outcome).toBe("worse");
});

test("the same on many rows is about as good; on few it is not known, and no number of rows is named", () => {
  expect(compareByRow(...rows(900, 5, 5, 90)).outcome).toBe("about as good");
  expect(compareByRow(...rows(5, 0, 0, 1))).toEqual({ outcome: "too few rows", p: 1, rowsNeeded: undefined });
  expect(compareByRow([0.5], [0.1]).outcome).toBe("too few rows");
});

test("numbers are compared by their differences in each row", () => {
  const random = new RandomState(1);
  const noise = Float64Array.from({ length: 200 }, () => random.randn());
  const shifted = (by: number, scale: number) => noise.map((value) => value + by + scale * random.randn());
  expect(compareByRow(shifted(0.5, 0.1), noise).outcome).toBe("better");
  expect(compareByRow(shifted(-0.5, 0.1), noise).outcome).toBe("worse");
  expect(compareByRow(shifted(0, 0.01), noise).outcome).toBe("about as good");
  expect(compareByRow(shifted(0.05, 3), noise).outcome).toBe("too few rows");
});

test("more rows than there are would be needed, however few and different they are", () => {
  // 4 right in both, 5 right in the first alone: p = 1/16. (1.96·√(5/9) + 0.84·√(20/81))² / (5/9)² = 11.4
  expect(compareByRow([1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0, 0, 0])).toEqual({
    outcome: "too few rows",
    p: 0.0625,
    rowsNeeded: 12,
  });
  const scores = (least: number) => fc.array(fc.integer({ min: least, max: 1 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(fc.integer({ min: -3, max: 0 }), (least) =>
      fc.assert(
        fc.property(scores(least), scores(least), (ours, theirs) => {
          const { rowsNeeded = Infinity } = compareByRow(ours, theirs);
          expect(rowsNeeded).toBeGreaterThan(12);
        }),
      ),
    ),
    { numRuns: 4 },
  );
});
