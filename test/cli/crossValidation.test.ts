import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { readFoldOutputs } from "../../src/node.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn, on } from "./process.ts";

vi.setConfig({ testTimeout: 120_000 });

const folder = temporaryFolder("handgrad-cv-");

const rows = Array.from(
  { length: 120 },
  (_, i) => `${(i * 37) % 101},p${i % 12},${(i * 37) % 101 > 50 ? "high" : "low"}`,
);
writeFileSync(join(folder, "own data.csv"), `x,person,y\n${rows.join("\n")}\n`);
const command = ["train", "own data.csv", "--target", "y", "--cv", "3", "--epochs", "6", "--hidden", "8"];

test("cross-validation: all folds, the model on all rows, JSON; stopped and resumed it is the same", async () => {
  const whole = await handgradIn(folder, [...command, "--out", "whole", "--json", "results here.json"]);
  expect(whole.code, whole.output).toBe(0);
  expect(whole.output).toMatch(/fold 3 +40 +\d+\.\d\d % +\d+\.\d\d %\nmean +\d+\.\d\d\s% ± /);
  expect(whole.output).toContain("on 120 rows of all folds together, accuracy:");
  expect(whole.output).toContain("The final model was trained on all rows");
  const conclusion = whole.output.match(/verdict: (.)(.*)/)?.slice(1) ?? [];
  expect(readFileSync(join(folder, "whole", "report.html"), "utf8")).toContain(
    `">${conclusion[0]?.toUpperCase()}${conclusion[1]?.replaceAll('"', "&quot;")}</p>`,
  );
  const results = JSON.parse(readFileSync(join(folder, "results here.json"), "utf8"));
  expect(results.folds.map(({ rows: count }: { rows: number }) => count)).toEqual([40, 40, 40]);
  expect(results.pooled).toMatchObject({ metric: "accuracy", rows: 120 });

  const stopped = await handgradIn(folder, [...command, "--out", "parts"], on("fold 1/3", "SIGINT"));
  expect(stopped.output).toContain("stopped; continue with: handgrad train --resume parts");
  expect(existsSync(join(folder, "parts", "results.json"))).toBe(false);
  expect((await handgradIn(folder, ["runs", "--dir", "."])).output).toContain("handgrad train --resume parts");
  const other = await handgradIn(folder, ["train", "--resume", "parts", "--cv", "4"]);
  expect(other.output).toContain("--cv: expected 3, as at the start of the cross-validation, found 4");
  const resumed = await handgradIn(folder, ["train", "--resume", "parts"]);
  expect(resumed.code, resumed.output).toBe(0);
  for (const file of ["model.safetensors", "results.json", "report.html", "folds/3/out-of-fold.npz"])
    expect(readFileSync(join(folder, "parts", file)).equals(readFileSync(join(folder, "whole", file))), file).toBe(
      true,
    );

  // A fold is a run like any other; the model on all rows has none left to test it
  const fold = await handgradIn(folder, ["evaluate", "whole/folds/2"]);
  expect(fold.output).toContain("40 rows");
  const final = await handgradIn(folder, ["evaluate", "whole"]);
  expect(final.code).not.toBe(0);
  expect(final.output).toContain("there are no test rows, because the model was trained on all rows");
  expect((await handgradIn(folder, ["predict", "whole", "own data.csv"])).code).toBe(0);
});

test("without a final model, with groups: all rows of a person are in one fold", async () => {
  const asked = ["--no-final-model", "--group", "person", "--out", "grouped", "--no-baseline", "--json", "-"];
  const { code, output } = await handgradIn(folder, [...command, ...asked]);
  expect(code, output).toBe(0);
  expect(output).toContain("No final model was trained");
  expect(existsSync(join(folder, "grouped", "model.safetensors"))).toBe(false);
  const persons = [1, 2, 3].map((fold) => {
    const npz = join(folder, "grouped", "folds", String(fold));
    return readFoldOutputs(npz).then((found) => new Set(Array.from(found?.rows ?? [], (row) => row % 12)));
  });
  const counts = (await Promise.all(persons)).map(({ size }) => size);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12);
  expect((await handgradIn(folder, ["runs", "--dir", "."])).output).toContain(
    "grouped: cross-validation without a model on all rows",
  );
});

test.each([
  [["train", "stand-in", "--cv", "3"], "--cv: expected your own data"],
  [["train", "own data.csv", "--target", "y", "--cv", "200"], "folds: 200 are too many"],
  [["train", "own data.csv", "--target", "y", "--no-final-model"], "--no-final-model: expected --cv"],
  [[...command, "--watch"], "--watch: expected one training"],
])("%j is refused", async (args, message) => {
  const { code, output } = await handgradIn(folder, args);
  expect(code).not.toBe(0);
  expect(output).toContain(message);
});
