import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn } from "./process.ts";

vi.setConfig({ testTimeout: 60_000 }); // it starts processes, on machines that may be busy

const folder = temporaryFolder("handgrad-explain-");

beforeAll(() => {
  vi.stubEnv("FORCE_COLOR", undefined);
});

test("without a model: exclusive or through a small network, in plain text without a terminal", async () => {
  const { code, output } = await handgradIn(folder, ["explain", "--hidden", "2", "--seed", "5"]);
  expect(code).toBe(0);
  expect(output).toMatch(/^exclusive or, rows 0, 1, 2, 3\n/);
  expect(output).toContain("1  fc1 (linear)\n   forward   y = x·W + b\n   x (4, 2)\n            0       0\n");
  expect(output).not.toContain("\u001b");
  const error = Number(/largest relative error of a gradient: (\S+)/.exec(output)?.[1]);
  expect(error).toBeLessThan(1e-7);
});

test("numbers are printed on colours where there are some", async () => {
  vi.stubEnv("FORCE_COLOR", "1");
  const { output } = await handgradIn(folder, ["explain"]);
  vi.stubEnv("FORCE_COLOR", undefined);
  expect(output).toContain("\u001b[48;2;");
});

test("a page is written, and its path printed", async () => {
  const { code, output } = await handgradIn(folder, ["explain", "--activation", "tanh", "--html", "page.html"]);
  expect(code).toBe(0);
  expect(output.trim()).toBe(join(folder, "page.html"));
  expect(readFileSync(join(folder, "page.html"), "utf8")).toContain("tanh: (4, 3) → (4, 3)");
});

test.each([
  [["--rows", "a"], /^error: --rows, --hidden: expected whole numbers such as 0,1,2, found a/],
  [["--rows", "9"], /^error: exclusive or: expected rows from 0 to 3, found 9/],
  [["nothing-here"], /^error: nothing-here: no such run folder or model file/],
])("%j is refused in one line", async (args, message) => {
  const { code, output } = await handgradIn(folder, ["explain", ...args]);
  expect(code).toBeGreaterThan(0);
  expect(output).toMatch(message);
  expect(output).not.toContain("    at ");
});
