import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeZip, importModel, predictTable, tableOf } from "../../src/index.ts";
import { App } from "./app.ts";
import { browserName } from "./chromium.ts";
import { file, pictures, plants, save, text, trainBriefly } from "./dataSamples.ts";

describe.skipIf(!browserName)("your data", { timeout: 90_000 }, () => {
  let app: App;
  let page: Page;
  beforeAll(async () => {
    app = await App.open({ address: "#/data" });
    page = app.page;
  }, 120_000);
  afterAll(() => app?.close());

  test("a CSV: look at it, train, predict, take the model with you", async () => {
    await page.locator("input[type=file]").first().setInputFiles(file("plants.csv", plants()));
    await page.waitForSelector("table.columns");
    expect(await text(page, ".facts")).toBe("plants.csv: CSV, 150 rows, 4 columns.");
    expect(await text(page, "table.columns")).toContain("<img src=x onerror=alert(1)>");
    expect(await page.locator("main img").count()).toBe(0); // names are never markup
    await page.getByLabel("Column to predict", { exact: true }).selectOption({ label: "kind" });
    await page.waitForSelector("text=Classes of kind");
    await trainBriefly(page);
    expect(await text(page, ".verdict")).toMatch(/\d+\.\d % accuracy on 23 test rows/);
    expect(await text(page, ".verdict")).toContain("always ");

    await page.getByLabel("height", { exact: true }).fill("4.2");
    await page.getByLabel("width", { exact: true }).fill("1.1");
    await page.waitForFunction(() => /2 of 3 fields/.test(document.querySelector(".answer")?.textContent ?? ""));
    const { name, bytes } = await save(page, "safetensors");
    expect(name).toBe("model.safetensors");
    const model = await importModel(bytes, { name });
    const asked = { height: Float64Array.of(4.2), width: Float64Array.of(1.1), "<img src=x onerror=alert(1)>": [""] };
    const answers = predictTable(model, tableOf("asked", asked));
    if (answers.kind !== "category") throw new Error("classes were expected");
    const [{ label, probability }] = answers.rankings[0];
    await page.waitForFunction(
      (wanted) => document.querySelector(".answer .big")?.textContent === wanted,
      `${label} ${(100 * probability).toFixed(1)} %`,
    );
    const onnx = await save(page, "ONNX");
    expect((await importModel(onnx.bytes, { name: "m.onnx" })).labelNames).toEqual(["fern", "ivy", "moss"]);
    const html = await save(page, "HTML page");
    const source = new TextDecoder().decode(html.bytes);
    expect([html.name, source.includes("Content-Security-Policy")]).toEqual(["predict.html", true]);
    expect(source).toContain("Predict kind");
    const code = await save(page, "TypeScript");
    expect(new TextDecoder().decode(code.bytes)).toContain("export function predict(rows: readonly Row[])");

    await page.getByRole("button", { name: "Show the whole report" }).click();
    await page.waitForFunction(() => document.querySelector(".report")?.shadowRoot?.querySelector("h1"));
    expect(app.problems).toEqual([]);
  });

  test("the results are there after a reload", async () => {
    expect(page.url()).toContain("run=plants-csv");
    await page.reload();
    await page.waitForSelector(".verdict .big");
    await page.getByLabel("height", { exact: true }).fill("0");
    await page.waitForFunction(() => /1 of 3 fields/.test(document.querySelector(".answer")?.textContent ?? ""));
    expect(app.problems).toEqual([]);
  });

  test("axe finds nothing, at 1280 and 360 px, light and dark", async () => {
    expect(await app.axeEverywhere("data-results")).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
  });
});

describe.skipIf(!browserName)("your images", { timeout: 90_000 }, () => {
  let app: App;
  let page: Page;
  beforeAll(async () => {
    app = await App.open({ address: "#/data" });
    page = app.page;
  }, 120_000);
  afterAll(() => app?.close());
  const choose = (...files: ReturnType<typeof file>[]) => page.locator("input[type=file]").first().setInputFiles(files);
  const problem = async (wanted: RegExp) => {
    await page.waitForFunction(
      (source) => new RegExp(source).test(document.querySelector(".notice.error")?.textContent ?? ""),
      wanted.source,
    );
  };

  test("files that cannot be read show the reason, and the page still works", async () => {
    const zip = encodeZip(pictures());
    await choose(file("broken.zip", zip.slice(0, 900)));
    await problem(/broken\.zip: cannot be read as a zip file: the end of a zip's directory is missing/);
    await choose(file("empty.csv", ""));
    await problem(/empty\.csv: the file is empty/);
    // an empty folder: a drop without files
    await page
      .locator(".drop")
      .first()
      .evaluate((zone) => {
        zone.dispatchEvent(
          new DragEvent("drop", { dataTransfer: new DataTransfer(), bubbles: true, cancelable: true }),
        );
      });
    await problem(/expected files, or a folder with files in it/);
    await choose(file("photo.csv", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)));
    await problem(/photo\.csv: an image cannot be read/);
    await choose(file("bad.zip", encodeZip({ ...pictures(), "set/dark/x.png": new TextEncoder().encode("no image") })));
    await problem(/bad\.zip: set\/dark\/x\.png: not an image.*“Skip broken files” leaves such files out/);
    expect(app.problems).toEqual([]);
  });

  test("a ZIP of images: train, and predict pictures and a drawing", async () => {
    await choose(file("set.zip", encodeZip(pictures())));
    await page.waitForSelector(".samples canvas");
    expect(await text(page, ".facts")).toBe("set.zip: ZIP of images, 24 images of 32×32×3.");
    await page.getByLabel("Image size", { exact: true }).fill("8");
    await page.waitForFunction(() => /8×8×3/.test(document.querySelector(".facts")?.textContent ?? ""));
    await trainBriefly(page);
    const [[, bright]] = Object.entries(pictures()).filter(([path]) => path.includes("bright"));
    await page
      .locator("section", { has: page.locator("#predict") })
      .locator("input[type=file]")
      .first()
      .setInputFiles([file("new.png", bright), file("<b>none.png", "nothing")]);
    await page.waitForSelector(".cards .seen");
    await page.waitForFunction(() => document.querySelectorAll(".cards > li").length === 2);
    expect(await text(page, ".cards")).toContain("<b>none.png: not an image");
    const pad = page.locator(".pad canvas");
    await pad.focus();
    for (const key of [" ", "ArrowRight", "ArrowRight", "ArrowDown", " "]) await page.keyboard.press(key);
    await page.waitForSelector(".pad + .answer .ranking");
    expect(app.problems).toEqual([]);
  });

  test("axe finds nothing, also while images are collected", async () => {
    expect(await app.axeEverywhere("data-images")).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByText("Webcam", { exact: true }).first().click();
    await page.getByRole("button", { name: "Start the webcam" }).first().click();
    await page.waitForSelector(".camera .notice"); // there is none here
    expect(await text(page, ".camera .notice")).toMatch(/camera/i);
    await page.getByText("Draw", { exact: true }).first().click();
    await page.locator(".collect .pad canvas").focus();
    for (const key of [" ", "ArrowRight", "ArrowDown", " "]) await page.keyboard.press(key);
    await page.getByRole("button", { name: "Add the drawing to first" }).click();
    await page.waitForSelector(".thumb");
    const { name, bytes } = await save(page, "Download as ZIP");
    expect(name).toBe("images.zip");
    expect(new TextDecoder("latin1").decode(bytes)).toMatch(/images\/first\/\d+\.png/);
    expect(await app.axe()).toEqual([]);
    expect(app.problems).toEqual([]);
  });
});
