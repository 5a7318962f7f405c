import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assignmentChecks } from "../../assignment/assignmentChecks.ts";
import { exponential } from "../../web/app/assignment/state.tsx";
import { App, repository } from "./app.ts";
import { browserName } from "./chromium.ts";

// The assignment's checks, computed in the page.

const stored = (name: string): string => readFileSync(join(repository, "reference", name), "utf8");

describe.skipIf(!browserName)("the assignment", { timeout: 60_000 }, () => {
  let app: App;
  beforeAll(async () => {
    app = await App.open({ address: "#/assignment" });
  }, 120_000);
  afterAll(() => app?.close());

  test("computes all checks and shows what the assignment printed", async () => {
    const wanted = assignmentChecks(JSON.parse(stored("checks.json")));
    await app.page.waitForSelector(`text=/^${wanted.length} of ${wanted.length} checks agree with the assignment/`);
    const rows = await app.page
      .locator(".assignment-checks tbody tr:not(.section)")
      .evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)));
    expect(rows.map(([, quantity]) => quantity)).toEqual(wanted.map(({ quantity }) => quantity));
    expect(rows.map(([, , published]) => published)).toEqual(
      wanted.map(({ published }) => (published === undefined ? "–" : exponential(published))),
    );
  });

  test("compares with the stored results, and with files that are dropped", async () => {
    await app.page.click("text=Compare with the stored results");
    await app.page.waitForSelector("text=/\\d+ agree, 0 differ/", { timeout: 40_000 });
    const text = (await app.page.textContent("text=/\\d+ agree, 0 differ/")) ?? "";
    const { cases } = JSON.parse(stored("vectors.json")) as { cases: { kind: string }[] };
    const random = cases.filter(({ kind }) => kind === "random").length;
    expect(Number.parseInt(text, 10)).toBe(2 * cases.length - random);

    const [first] = JSON.parse(stored("vectors.json")).cases;
    const wrong = { cases: [{ ...first, y: { ...first.y, data: first.y.data.map((value: number) => value + 1) } }] };
    const input = '.assignment .drop input[type="file"]';
    await app.page.setInputFiles(input, {
      name: "mine.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(wrong)),
    });
    await app.page.waitForSelector("text=/^0 agree, 2 differ/");
    await app.page.setInputFiles(input, { name: "cat.png", mimeType: "image/png", buffer: Buffer.from("no image") });
    await app.page.waitForSelector("text=cat.png: not JSON");
  });

  test("refuses other data than CIFAR-100 for a published run", async () => {
    await app.page.setInputFiles('[aria-labelledby="runs-title"] input[type="file"] >> nth=0', {
      name: "plants.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("length,kind\n1,a\n2,b\n3,a\n4,b\n"),
    });
    await app.page.click("text=Train and compare");
    await app.page.waitForSelector("text=The run could not be computed.");
    const said = await app.page.textContent('[aria-labelledby="runs-title"] .notice');
    expect(said).toContain("plants.csv: expected CIFAR-100 (train.mat and test.mat");
  });

  test("has no problem for axe at any width, light or dark", async () => {
    expect(await app.axeEverywhere("assignment")).toEqual([]);
    expect(app.problems).toEqual([]);
  });
});
