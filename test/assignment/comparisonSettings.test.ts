import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { comparisonSettings, parseReference } from "../../assignment/index.ts";
import { settingsOf } from "../../assignment/reference.ts";
import { parseSettings } from "../../src/index.ts";

test("the settings of the comparisons are those of the reference's runs", () => {
  const file = new URL("../../reference/runs.json", import.meta.url);
  const reference = parseReference(readFileSync(file, "utf8"), { name: "runs.json" });
  for (const [name, settings] of Object.entries(comparisonSettings)) {
    const theirs = settingsOf(reference[name]);
    const { dtype, epochs, normalization, trainImages } = theirs;
    expect(parseSettings({ ...settings, dtype, epochs, normalization, trainImages }), name).toEqual(theirs);
  }
});
