import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { RandomState, readEvaluation } from "../../src/node.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn, on } from "./process.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // each command is a process of its own

const folder = temporaryFolder("handgrad reports ");

const handgrad = (args: string[], onOutput?: Parameters<typeof handgradIn>[2]) => handgradIn(folder, args, onOutput);
const page = (run: string): string => readFileSync(join(folder, run, "report.html"), "utf8");
const lastLine = (output: string): string => output.trim().split("\n").at(-1) ?? "";

/** Whether x + 2·z is positive; the name of a column and of a class could be markup. */
beforeAll(async () => {
  const random = new RandomState(2);
  const rows = Array.from({ length: 240 }, (_, i) => {
    const [x, z] = [random.randn(), random.randn()];
    return `${x.toFixed(3)},${z.toFixed(3)},${["red", "blue"][i % 2]},${x + 2 * z > 0 ? "<b>yes" : "no"},${(x + 2 * z).toFixed(3)}`;
  });
  writeFileSync(join(folder, "data.csv"), `x,<i>z,colour,label,number\n${rows.join("\n")}\n`);
  const options = ["--target", "label", "--settings", '{"epochs": 8}', "--hidden", "8", "--out", "classes"];
  const { code, output } = await handgrad(["train", "data.csv", ...options]);
  expect(code, output).toBe(0);
  expect(lastLine(output)).toBe(`report:  ${join(folder, "classes", "report.html")}`);
});

test("train writes a page with the test score, the mistakes with their cells, importance, data and command", () => {
  const html = page("classes");
  for (const text of ["test accuracy", "Column importance", "&lt;i&gt;z", "&lt;b&gt;yes", "All settings"]) {
    expect(html).toContain(text);
  }
  expect(html).not.toMatch(/<i>|<b>yes/);
  expect(html).toContain("handgrad train data.csv --target label");
  const evaluation = readEvaluation(join(folder, "classes"));
  expect(evaluation?.test?.importance?.drops[0].name).toMatch(/number|<i>z/);
  expect(evaluation?.data?.columns?.shown.map(({ name }) => name)).toEqual(["x", "<i>z", "colour", "label", "number"]);
  expect(evaluation?.test?.rows).toBe(36);
});

test("report writes the same page again without the data", async () => {
  const before = page("classes");
  renameSync(join(folder, "data.csv"), join(folder, "away.csv"));
  rmSync(join(folder, "classes", "report.html"));
  const { code, output } = await handgrad(["report", "classes"]);
  renameSync(join(folder, "away.csv"), join(folder, "data.csv"));
  expect(code, output).toBe(0);
  expect(page("classes")).toBe(before);
  expect(statSync(join(folder, "classes", "report.pdf")).size).toBeGreaterThan(10_000);
});

test("a damaged evaluation is named", async () => {
  const file = join(folder, "classes", "evaluation.json");
  const whole = readFileSync(file);
  writeFileSync(file, '{"format": "handgrad evaluation", "version": 1}');
  const { code, output } = await handgrad(["report", "classes"]);
  writeFileSync(file, whole);
  expect(code).toBe(1);
  expect(output).toMatch(/^error: classes\/evaluation\.json: damaged, not the evaluation of a run/);
});

test("a regression has its errors in the units of the target; --no-report writes none", async () => {
  const options = ["--target", "number", "--epochs", "3", "--hidden", "8"];
  const { code, output } = await handgrad(["train", "data.csv", ...options, "--out", "numbers"]);
  expect(code, output).toBe(0);
  for (const text of ["R² on the test rows", "Largest errors", "predicted number"])
    expect(page("numbers")).toContain(text);
  const quiet = await handgrad(["train", "data.csv", ...options, "--out", "quiet", "--no-report"]);
  expect(quiet.code, quiet.output).toBe(0);
  expect(quiet.output).not.toContain("report:");
  expect(existsSync(join(folder, "quiet", "report.html"))).toBe(false);
});

test("a run that diverges has a report that says so", async () => {
  const options = [
    "--target",
    "label",
    "--optimizer",
    "sgd",
    "--learning-rate",
    "1e30",
    "--settings",
    '{"schedule": {"kind": "constant"}}',
  ];
  const { code, output } = await handgrad(["train", "data.csv", ...options, "--out", "diverged"]);
  expect(code).toBe(1);
  expect(output).toContain(`report:  ${join(folder, "diverged", "report.html")}`);
  expect(page("diverged")).toMatch(/DIVERGED: step \d+/);
});

test("a run that is stopped has a report that says so, and once it is resumed one with test scores", async () => {
  const options = ["--target", "label", "--epochs", "2000", "--out", "stopped"];
  const { output } = await handgrad(
    ["train", "data.csv", ...options, "--settings", '{"patience": 1000}'],
    on("epoch 200/", "SIGINT"),
  );
  expect(output).toContain("stopped after");
  expect(lastLine(output)).toBe(`report:  ${join(folder, "stopped", "report.html")}`);
  expect(page("stopped")).toContain("STOPPED after");
  expect(readEvaluation(join(folder, "stopped"))?.command).toContain("--epochs 2000");
});
