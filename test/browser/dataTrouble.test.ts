import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { App } from "./app.ts";
import { browserName } from "./chromium.ts";
import { file, plants, save, text, trainBriefly } from "./dataSamples.ts";

describe.skipIf(!browserName)("your data, where something goes wrong", { timeout: 90_000 }, () => {
  let app: App;
  let page: Page;
  beforeAll(async () => {
    app = await App.open({ address: "#/data" });
    page = app.page;
    await page
      .locator("input[type=file]")
      .first()
      .setInputFiles(file("plants.csv", plants(1500)));
    await page.getByLabel("Column to predict", { exact: true }).selectOption({ label: "kind" });
    await page.waitForSelector(".plan");
  }, 120_000);
  afterAll(() => app?.close());
  const crash = async () => {
    for (const worker of page.workers())
      await worker.evaluate("setTimeout(() => { throw new Error('a crash for the test') })").catch(() => {});
  };

  test("a worker that crashes: the data is read again, and a run continues from its checkpoint", async () => {
    await crash();
    await page.getByLabel("Seed", { exact: true }).fill("2");
    await page.waitForTimeout(300);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.waitForSelector(".curves canvas");
    await page.waitForFunction(() => Number(document.querySelector("progress")?.value) > 0);
    await page.waitForTimeout(5500); // a checkpoint is written every 5 seconds
    await crash();
    await page.waitForSelector(".notice.error");
    expect(await text(page, ".notice.error")).toContain("a crash for the test");
    await page.getByRole("button", { name: "Continue from the last checkpoint" }).click();
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.waitForSelector("text=Paused after");
    expect(app.problems).toEqual([]);
  });

  test("a full storage: the run ends with its results, and says that they are in memory alone", async () => {
    const session = await app.context.newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(app.url).origin, quotaSize: 1000 });
    await trainBriefly(page, "Train anew");
    const warnings = (await page.locator("section .notice.warning").allInnerTexts()).join();
    expect(warnings).toContain("kept in the memory of this page alone");
    expect((await save(page, "safetensors")).bytes.length).toBeGreaterThan(1000);
    expect(app.problems).toEqual([]);
  });
});
