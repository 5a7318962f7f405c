import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wasmKernels } from "handgrad";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAddress } from "../../web/app/playground/address.ts";
import { Session } from "../../web/app/playground/training/session.ts";
import { App } from "./app.ts";
import { browserName } from "./chromium.ts";

const spiral =
  "data=spiral&noise=0&inputs=x,y,sinx,siny&layers=tanh:8,tanh:8&rate=0.03&optimizer=nadam&regularization=l2&lambda=0.0001";

/** The number below a title, such as "Epoch". */
const numberOf = (page: Page, title: string): Promise<number> =>
  page
    .locator(".progress-numbers div", { hasText: title })
    .locator("dd")
    .first()
    .innerText()
    .then((text) => Number(text.replaceAll(",", "")));

const losses = (page: Page): Promise<string[]> => page.locator(".result").first().locator(".pair dd").allInnerTexts();

const untilEpoch = (page: Page, epoch: number): Promise<unknown> =>
  page.waitForFunction(
    (wanted) => Number(document.querySelector(".progress-numbers .large")?.textContent?.replaceAll(",", "")) >= wanted,
    epoch,
  );

describe.skipIf(!browserName)("the playground", { timeout: 60_000 }, () => {
  let app: App;
  let page: Page;
  beforeAll(async () => {
    app = await App.open({ address: `#/playground?${spiral}` });
    page = app.page;
  }, 120_000);
  afterAll(() => app?.close());

  /** Opens an address and waits until its data set is shown. */
  const visit = async (address: string, set: string): Promise<void> => {
    await app.visit(`#/playground${address}`);
    await page.getByRole("button", { name: set, exact: true, pressed: true }).waitFor();
  };

  test("trains a spiral, and a link in a second page shows the same losses and weights, to the bit", async () => {
    await page.getByLabel("Speed", { exact: true }).selectOption("as fast as possible");
    await page.keyboard.press("Escape");
    await page.locator("h1").click();
    await page.keyboard.press("Space");
    await untilEpoch(page, 150);
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Train", exact: true }).waitFor();
    await page.waitForFunction(() => location.hash.includes("epoch="));
    const epoch = await numberOf(page, "Epoch");

    // The same epochs in Node: what the page shows is what the library computes
    const { state, problems } = parseAddress((await page.evaluate(() => location.hash)).split("?")[1]);
    expect(problems).toEqual([]);
    expect(state.epoch).toBe(epoch);
    const session = new Session(state, wasmKernels({ threads: 1, strict: true }));
    while (session.epoch < epoch) session.finishEpoch();
    const expected = [session.training().loss, session.validation()?.loss ?? 0].map((loss) => loss.toPrecision(3));
    expect(await losses(page)).toEqual(expected);
    expect(session.training().score).toBeGreaterThan(0.95);

    const second = await app.context.newPage();
    await second.goto(page.url());
    await untilEpoch(second, epoch);
    expect(await losses(second)).toEqual(expected);
    for (const each of [page, second]) await each.getByRole("button", { name: "Layer 2, unit 3" }).click();
    const weights = (each: Page) =>
      each.locator(".weight input").evaluateAll((all) => all.map((input) => (input as HTMLInputElement).value));
    const shown = await weights(second);
    expect(shown).toHaveLength(9);
    expect(shown).toEqual(await weights(page));
    await second.close();
  });

  test("the saved model has the weights to the bit, and opens again", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save model" }).click(),
    ]);
    const { readModelFile } = await import("../../web/app/playground/files/modelFile.ts");
    const bytes = new Uint8Array(readFileSync(await download.path()));
    const { state, weights } = await readModelFile(bytes, "playground.safetensors");
    const epoch = await numberOf(page, "Epoch");
    const session = new Session(state, wasmKernels({ threads: 1, strict: true }));
    while (session.epoch < epoch) session.finishEpoch();
    expect(weights).toEqual(session.save());

    const before = await losses(page);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.waitForFunction(() => document.querySelector(".progress-numbers .large")?.textContent === "0");
    const file = join(import.meta.dirname, "..", "..", "build", "playground-test.safetensors");
    await download.saveAs(file);
    await page.locator(".files input[type=file]").setInputFiles(file);
    await page.waitForFunction(
      (wanted) => document.querySelector(".result .pair dd")?.textContent === wanted,
      before[0],
    );
    expect(await losses(page)).toEqual(before);
    expect(await page.locator(".files").innerText()).toContain("a link does not contain the current weights");
  });

  test("the network is edited in place, by keyboard too, and the address follows", async () => {
    await visit("?data=rings", "Rings");
    await page.getByRole("button", { name: "One unit more in layer 1" }).press("Enter");
    await page.getByRole("button", { name: "Add a layer" }).click();
    await page.getByRole("group", { name: "Layer 3" }).getByLabel("Activation", { exact: true }).selectOption("gelu");
    await page.getByRole("group", { name: "Layer 3" }).getByLabel("Norm", { exact: true }).selectOption("batch");
    await page.getByRole("group", { name: "Layer 3" }).getByLabel("Dropout", { exact: true }).selectOption("20");
    await page.getByRole("button", { name: "Remove layer 2" }).click();
    await page.getByRole("button", { name: "Input x²" }).press("Space");
    await page.getByLabel("Optimizer", { exact: true }).selectOption("lion");
    await expect
      .poll(() => page.evaluate(() => location.hash))
      .toBe("#/playground?data=rings&inputs=x,y,xx&layers=tanh:5,gelu:2:batch:drop20&optimizer=lion&rate=0.001");
    await page.getByRole("button", { name: "Epoch", exact: true }).click();
    await untilEpoch(page, 1);
    await page.getByRole("button", { name: "Layer 1, unit 5" }).press("Enter");
    const bias = page.getByLabel("bias");
    await bias.fill("1.5");
    await bias.press("Tab");
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>(".weight:last-child input")?.value === "1.5",
    );
    expect(await page.locator(".confusion tbody tr").count()).toBe(3);
  });

  test("keys train, step and reset outside of fields, and can be switched off", async () => {
    await visit("?points=100", "Circle");
    await page.locator("h1").click();
    await page.keyboard.press("s");
    await page.waitForFunction(() => document.querySelectorAll(".progress-numbers dd")[1]?.textContent === "1");
    await page.keyboard.press("e");
    await untilEpoch(page, 1);
    await page.getByLabel("Seed", { exact: true }).press("e");
    await page.keyboard.press("Escape");
    await page.getByRole("checkbox", { name: "Use these keys" }).uncheck();
    await page.locator("h1").click();
    await page.keyboard.press("e");
    await page.waitForTimeout(200);
    expect(await numberOf(page, "Epoch")).toBe(1);
    await page.getByRole("checkbox", { name: "Use these keys" }).check();
    await page.locator("h1").click();
    await page.keyboard.press("r");
    await page.waitForFunction(() => document.querySelector(".progress-numbers .large")?.textContent === "0");
  });

  test("points are drawn by mouse and keyboard, erased and undone, and a link has them", async () => {
    await visit("", "Circle");
    await page.getByRole("button", { name: "Draw points" }).click();
    const plane = page.getByRole("application");
    await plane.scrollIntoViewIfNeeded();
    const box = await plane.boundingBox();
    if (!box) throw new Error("the plane is not shown");
    const at = (x: number, y: number) =>
      [box.x + (box.width * (x + 6)) / 12, box.y + (box.height * (6 - y)) / 12] as const;
    const stroke = async (y: number) => {
      await page.mouse.move(...at(-4, y));
      await page.mouse.down();
      await page.mouse.move(...at(4, y), { steps: 16 });
      await page.mouse.up();
    };
    const points = async () => {
      await page.waitForTimeout(300); // the address follows after a moment
      const hash = await page.evaluate(() => location.hash);
      return parseAddress(hash.split("?")[1] ?? "").state.own?.points ?? [];
    };
    await stroke(3);
    await page.keyboard.press("2");
    await stroke(-3);
    await page.keyboard.press("3");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    const drawn = await points();
    expect(new Set(drawn.map(([, , target]) => target))).toEqual(new Set([0, 1, 2]));
    for (const [, y, target] of drawn) expect(y).toBeCloseTo([3, -3, -2.7][target], 1);
    await page.keyboard.press("x");
    await stroke(3);
    expect((await points()).filter(([, , target]) => target === 0)).toEqual([]);
    await page.keyboard.press("Control+z");
    expect(await points()).toEqual(drawn);
    await page.getByRole("button", { name: "Epoch", exact: true }).click();
    await untilEpoch(page, 1);
  });

  test("two columns of a CSV file are points, with its names", async () => {
    await page.getByRole("button", { name: "From a table" }).click();
    const rows = Array.from(
      { length: 40 },
      (_, i) => `${i},${(i * 7) % 40},${i % 2 === 0 ? "fern" : "ivy"},${i * 2.5}`,
    );
    await page.locator(".table-panel input[type=file]").setInputFiles({
      name: "plants.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(`height,width,kind,age\n${rows.join("\n")}\n`),
    });
    await page.getByLabel("Target", { exact: true }).selectOption("kind");
    await expect.poll(() => page.locator(".output .legend").innerText()).toMatch(/fern\s+ivy/);
    expect(await page.locator(".output .ticks").innerText()).toContain("height");
    await page.getByLabel("Target", { exact: true }).selectOption("height");
    await page.locator(".table-panel input[type=file]").setInputFiles({
      name: "words.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("name,kind\nfern,a\nivy,b\n"),
    });
    await page.locator(".table-panel [role=alert]").waitFor();
    expect(await page.locator(".table-panel [role=alert]").innerText()).toContain(
      "expected at least two columns of numbers",
    );
  });

  test("a wrong link and a diverging network are explained", async () => {
    await visit("?noise=99&data=bumps&optimizer=sgd&rate=100&layers=relu:4&speed=1", "Hills");
    const text = await page.locator(".notice").first().innerText();
    expect(text).toContain('noise: expected a whole number from 0 to 50, found "99"');
    expect(text).toContain('"speed": expected a known part of a link');
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.locator(".playground > .notice.error").waitFor();
    expect(await page.locator(".playground > .notice.error").innerText()).toContain(
      "The learning rate of 100 is probably too large",
    );
  });

  test("a worker that crashes is reported, and training starts again", async () => {
    await visit("", "Circle");
    await page.getByRole("button", { name: "Epoch", exact: true }).click();
    await untilEpoch(page, 1);
    await page.workers()[0].evaluate(() => {
      setTimeout(() => {
        throw new Error("broken on purpose");
      });
    });
    await page.locator(".playground > .notice.error").waitFor();
    expect(await page.locator(".playground > .notice.error").innerText()).toContain("broken on purpose");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await untilEpoch(page, 3);
    expect(await page.locator(".playground > .notice").count()).toBe(0);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
  });

  test("its layers can be stepped through", async () => {
    await visit("?data=rings&layers=tanh:3,relu:4:batch:drop20", "Rings");
    await page.getByRole("link", { name: "Step through these layers" }).click();
    await page.getByText("fc3", { exact: true }).first().waitFor();
    expect(await page.locator("main").innerText()).toContain("batchNorm");
    await page.goBack();
    await page.locator(".playground").waitFor();
    expect(await page.locator(".hidden-layer").count()).toBe(2);
  });

  test("axe finds nothing, light and dark, wide and narrow", async () => {
    await visit(`?${spiral}`, "Spiral");
    await page.getByRole("button", { name: "Layer 1, unit 1" }).click();
    await page.getByText("More settings").click();
    expect(await app.axeEverywhere("playground")).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    expect(app.problems).toEqual([]);
  });
});
