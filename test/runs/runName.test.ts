import { expect, test } from "vitest";
import { runNameOf } from "../../src/index.ts";

test("the name of a run keeps the letters of all scripts, and is no option of a command", () => {
  expect(runNameOf("plants.csv")).toBe("plants-csv");
  expect(runNameOf("<b>Größe (2).csv")).toBe("b-größe-2-csv");
  expect(runNameOf("植物.csv")).toBe("植物-csv");
  expect(runNameOf("--help")).toBe("help");
  expect(runNameOf("…")).toBe("run");
});
