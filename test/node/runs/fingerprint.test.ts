import { expect, test } from "vitest";
import { fitTable } from "../../../src/data/fitTable.ts";
import { inspectTarget } from "../../../src/data/tablePreprocessing.ts";
import { fingerprint } from "../../../src/node/runs/fingerprint.ts";
import { tableOf } from "../../../src/node.ts";
import { tinyData, tinySource } from "../../training/tinyRun.ts";

test("runs that were made before a reason was reworded can be resumed: the checksum keeps the earlier words", () => {
  const counting = Array.from({ length: 20 }, (_, i) => i);
  const table = tableOf("t", { id: counting, x: counting.map((i) => i ** 2), y: counting.map((i) => i % 7) });
  const now = fitTable(table, inspectTarget(table, { target: "y" }));
  expect(now.ignored).toEqual([{ name: "id", reason: "is a row number" }]);
  const before = { ...now, ignored: [{ name: "id", reason: "numbers the rows" }] };
  const of = (preprocessing: typeof now) => fingerprint({ ...tinySource, test: tinyData(20, 3), preprocessing });
  expect(of(now)).toBe(of(before));
  expect(of({ ...now, ignored: [{ name: "id", reason: "empty" }] })).not.toBe(of(now));
});
