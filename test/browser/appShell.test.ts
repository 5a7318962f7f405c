import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { views } from "../../web/app/views.ts";
import { App } from "./app.ts";
import { browserName } from "./chromium.ts";

describe.skipIf(!browserName)("the web app", { timeout: 60_000 }, () => {
  let app: App;
  beforeAll(async () => {
    app = await App.open();
  }, 120_000);
  afterAll(() => app?.close());

  test("opens every view without an error, with its title", async () => {
    for (const { id, title } of views) {
      await app.visit(`#/${id}`);
      const shown = ([heading, name]: readonly string[]) =>
        document.querySelector("main h1")?.textContent === heading && document.title === name;
      await app.page.waitForFunction(shown, [title, `${title} – Handgrad`]);
    }
    expect(app.problems).toEqual([]);
  });

  test("says that a view does not exist", async () => {
    await app.visit("#/nowhere");
    expect(await app.page.textContent("main")).toContain('There is no view "nowhere"');
  });

  test("is isolated, so that it has threads, and connects to nothing elsewhere", async () => {
    expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
    const outcome = await app.page.evaluate(() =>
      fetch("https://example.com/").then(
        () => "answered",
        (error) => String(error),
      ),
    );
    expect(outcome).toContain("Failed to fetch");
    expect(app.problems.splice(0).join("\n")).toContain("Content Security Policy");
  });

  test("opens without a network after the first visit, also its other views", async () => {
    await app.visit("#/playground");
    await app.page.evaluate(() => navigator.serviceWorker.ready);
    await app.page.reload();
    await app.context.setOffline(true);
    await app.page.reload();
    for (const { id, title } of views) {
      await app.page.goto(`${app.url}#/${id}`);
      await app.page.waitForFunction((wanted) => document.querySelector("main h1")?.textContent === wanted, title);
    }
    await app.context.setOffline(false);
    expect(app.problems).toEqual([]);
  });
});

test.skipIf(!browserName)(
  "on a host without headers, the service worker adds them, so that there are threads",
  { timeout: 60_000 },
  async () => {
    const app = await App.open({ isolated: false });
    try {
      await app.page.waitForFunction(() => crossOriginIsolated, undefined, { timeout: 20_000 });
    } finally {
      await app.close();
    }
  },
);
