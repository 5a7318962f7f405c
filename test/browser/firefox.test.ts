import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findWebApp, serveWebApp } from "../../src/node.ts";
import { FirefoxPage, firefoxName } from "./firefox.ts";

if (!firefoxName) console.warn("Firefox is not installed: the tests of the app in it are skipped");

describe.skipIf(!firefoxName)("the app in Firefox", { timeout: 120_000 }, () => {
  let page: FirefoxPage;
  let server: Awaited<ReturnType<typeof serveWebApp>>;

  beforeAll(async () => {
    server = await serveWebApp(await findWebApp(), { port: 0 });
    page = await FirefoxPage.open(server.url);
  }, 120_000);
  afterAll(async () => {
    await page?.close();
    await server?.close();
  });

  test("opens every view without an error", async () => {
    const views = { playground: "Playground", steps: "Step through", data: "Your data" };
    const others = { experiments: "Experiments", course: "Course", assignment: "Assignment" };
    for (const [view, title] of Object.entries({ ...views, ...others })) {
      await page.visit(`${server.url}#/${view}`);
      await page.until(`document.querySelector("main h1")?.textContent === ${JSON.stringify(title)}`);
    }
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect(page.problems.splice(0)).toEqual([]);
  });
});
