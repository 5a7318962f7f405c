import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeZip } from "../../src/node.ts";
import { App } from "./app.ts";
import { browserName } from "./chromium.ts";
import { file, pictures, plants, save, text, trainBriefly } from "./dataSamples.ts";

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
    await page.getByLabel("How long", { exact: true }).selectOption("epochs");
    await page.getByLabel("Epochs", { exact: true }).fill("50000"); // it must not end before it is stopped
    await page.getByLabel("Network", { exact: true }).selectOption("sizes");
    await page.getByLabel("Hidden layers", { exact: true }).fill("400, 400");
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

  test("a run that another tab trains is followed, and can be continued here when it is paused there", async () => {
    const name = new URLSearchParams(new URL(page.url()).hash.split("?")[1]).get("run") as string;
    const other = await app.context.newPage();
    await other.goto(app.url);
    await other.evaluate((run) => {
      void navigator.locks.request(`handgrad run ${run}`, () => new Promise(() => {}));
    }, name);
    await app.visit("#/experiments");
    await page.getByRole("heading", { name: "Runs in this browser" }).waitFor();
    await page.goBack();
    await page.waitForSelector("text=trains in another view or tab of this page");
    expect(await page.getByRole("button", { name: "Pause", exact: true }).count()).toBe(0);
    await other.close();
    await page.waitForSelector("text=Paused after");
    expect(app.problems).toEqual([]);
  });

  test("a full storage: the run ends with its results, and says that they are in memory alone", async () => {
    const session = await app.context.newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(app.url).origin, quotaSize: 1000 });
    await trainBriefly(page, "Train again");
    const warnings = (await page.locator("section .notice.warning").allInnerTexts()).join();
    expect(warnings).toContain("exists only in the memory of this page");
    expect((await save(page, "safetensors")).bytes.length).toBeGreaterThan(1000);
    expect(app.problems).toEqual([]);
  });

  test("a file that is no image: the error has the control that leaves it out", async () => {
    const files = { ...pictures(), "set/dark/broken.png": new TextEncoder().encode("no image") };
    await page
      .locator("input[type=file]")
      .first()
      .setInputFiles(file("set.zip", encodeZip(files)));
    await page.waitForSelector("text=set/dark/broken.png: not an image that can be read");
    await page.getByLabel("Skip broken files", { exact: true }).check();
    await page.waitForSelector(".plan");
    expect(await text(page, ".facts")).toContain("24 images");
    expect(await page.locator(".notice.error").count()).toBe(0);
    expect(app.problems).toEqual([]);
  });
});
