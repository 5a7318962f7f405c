import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { version } from "../src/version.ts";

test("the version in written files is that of the package", () => {
  const { version: ofPackage } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(version).toBe(ofPackage);
});

test("CITATION.cff names the version of the package", () => {
  const citation = readFileSync(new URL("../CITATION.cff", import.meta.url), "utf8");
  expect(citation).toMatch(new RegExp(`^version: ${version.replaceAll(".", "\\.")}$`, "m"));
});
