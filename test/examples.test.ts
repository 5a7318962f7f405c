import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const needsData = ["cifar100.ts"];
const run = (file: string): string =>
  execFileSync(process.execPath, ["--conditions=handgrad-source", resolve(root, "examples", file)], {
    cwd: root,
    encoding: "utf8",
  });

test.each(readdirSync(resolve(root, "examples")).filter((file) => !needsData.includes(file)))("%s runs", (file) => {
  expect(run(file).length).toBeGreaterThan(0);
});

test("own-layer.ts: its gradient is right", () => {
  expect(Number(run("own-layer.ts").split(": ")[1])).toBeLessThan(1e-7);
});
