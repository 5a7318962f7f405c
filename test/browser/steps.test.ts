import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { App } from "./app.ts";
import { browserName } from "./chromium.ts";

describe.skipIf(!browserName)("step through", { timeout: 60_000 }, () => {
  let app: App;
  const heading = (text: string) =>
    app.page.waitForFunction((wanted) => document.querySelector(".stop h2")?.textContent?.includes(wanted), text);
  const panel = () => app.page.locator(".formula-panel").innerText();

  beforeAll(async () => {
    app = await App.open({ address: "#/steps" });
  }, 120_000);
  afterAll(() => app?.close());

  test("the arrow keys go forward through the layers, over the loss, back, and to the update", async () => {
    await heading("fc1 (linear 2→3)");
    const seen: string[] = [];
    for (let step = 0; step < 9; step++) {
      seen.push(await app.page.locator(".stop h2").innerText());
      if (step < 8) await app.page.keyboard.press("ArrowRight");
      await app.page.waitForFunction(
        (text) => document.querySelector(".where")?.textContent?.startsWith(text),
        `${Math.min(step + 2, 9)} of 9`,
      );
    }
    expect(seen).toEqual([
      ...["fc1 (linear 2→3)", "tanh", "fc2 (linear 3→2)", "Loss", "Gradient of the loss"],
      ...["Back through fc2 (linear 3→2)", "Back through tanh", "Back through fc1 (linear 2→3)", "Update: sgd"],
    ]);
    await app.page.keyboard.press("ArrowLeft");
    await heading("Back through fc1");
    expect(await app.page.evaluate(() => location.hash)).toBe("#/steps?at=b0");
  });

  test("a link opens an entry with its formula, its sources and its gradient check", async () => {
    await app.visit("#/steps?at=f0&entry=y:8");
    await heading("fc1");
    await app.page.waitForSelector(".formula .line");
    // row 2 of exclusive or is (1, 0), so y[2, 2] is the weight w[0, 2]
    expect(await panel()).toMatch(/^y\[2, 2\]\s= −0.5281718/);
    expect(await app.page.locator(".formula [data-entry='x:2,0']").count()).toBe(2);
    expect(await app.page.locator(".check-panel .good").innerText()).toContain("✓");
  });

  test("a click selects an entry, and the arrow keys still step", async () => {
    await app.visit("#/steps?at=f0");
    await heading("fc1");
    await app.page.locator(".heat.of-y canvas").click({ position: { x: 10, y: 10 } });
    await app.page.waitForFunction(() => location.hash.includes("entry=y:0"));
    await app.page.keyboard.press("ArrowRight");
    await heading("tanh");
  });

  test("by keyboard, the arrow keys within an array select its entries", async () => {
    await app.visit("#/steps?at=f0&entry=y:0");
    await heading("fc1");
    await app.page.locator(".heat.of-y .cells").focus();
    await app.page.keyboard.press("ArrowDown");
    await app.page.keyboard.press("ArrowRight");
    await app.page.waitForFunction(() => location.hash.includes("entry=y:4"));
    await heading("fc1");
  });

  test("the update shows the optimizer's state, and the code is that of the library", async () => {
    await app.visit("#/steps?optimizer=adam&trained=2&at=update&entry=fc1_w:1");
    await heading("Update: adam");
    await app.page.waitForSelector(".formula .line.last");
    expect(await app.page.locator(".formula .line").count()).toBe(5);
    await app.page.locator(".source summary").click();
    await app.page.waitForSelector(".source .lit");
    expect(await app.page.locator(".source .lit").allInnerTexts()).toContain("  step(): void {\n");
  });

  test("wrong layers are explained, and nothing is lost", async () => {
    await app.visit("#/steps?network=mlp");
    await heading("fc1");
    await app.page.locator("summary", { hasText: "Change the layers" }).click();
    await app.page.locator("textarea").fill('[{"kind":"linear","outputs":0}]');
    await app.page.getByRole("button", { name: "Use these layers" }).click();
    await app.page.waitForSelector(".notice.error");
    expect(await app.page.locator(".notice.error").innerText()).toContain("layers[0].outputs: expected");
    await app.page.getByRole("button", { name: "Back to the example" }).click();
    await app.page.waitForSelector(".notice.error", { state: "detached" });
    await heading("fc1");
    await app.page.waitForFunction(() => document.querySelector("textarea")?.value.includes('"gelu"'));
  });

  test("the editor has the layers of the network that is chosen, and those of a link that cannot be used", async () => {
    await app.visit("#/steps?network=mlp");
    await app.visit("#/steps?network=convolution");
    await app.page.waitForFunction(() => document.querySelector("textarea")?.value.includes('"conv2d"'));
    await app.visit("#/");
    await app.visit("#/steps?seed=-1&at=f9&layers=[7");
    await app.page.waitForSelector(".notice.error");
    expect(await app.page.locator("textarea").inputValue()).toBe("[7");
    expect(await app.page.locator(".notice.warning").innerText()).toContain("seed: expected a whole number");
    await app.page.getByRole("button", { name: "Back to the example" }).click();
    await heading("fc1");
    expect(await app.page.locator(".notice").count()).toBe(0);
  });

  test("every example can be stepped through, and axe finds nothing", async () => {
    const { exampleNetworks } = await import("../../web/app/steps/networks.ts");
    for (const { id } of exampleNetworks) {
      await app.visit(`#/steps?network=${id}`);
      const count = await app.page.waitForFunction((wanted) => {
        const options = document.querySelector<HTMLSelectElement>(".settings select");
        const where = document.querySelector(".where .count")?.textContent?.split(" of ");
        return options?.value === wanted && document.querySelector(".formula .line") && Number(where?.[1]);
      }, id);
      expect(Number(await count.jsonValue())).toBeGreaterThan(8);
    }
    await app.visit("#/steps?network=convolution&at=b0");
    await heading("Back through conv1");
    expect(await app.axeEverywhere("steps")).toEqual([]);
    expect(app.problems).toEqual([]);
  });
});
