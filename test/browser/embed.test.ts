import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { App, repository } from "./app.ts";
import { browserName } from "./chromium.ts";

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** A host of files with the header that lets articles elsewhere load scripts from it; `article` is a page of it. */
async function host(folder: string, article?: string): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = join(folder, pathname);
    if (pathname === "/article.html" && article !== undefined) {
      response.writeHead(200, { "Content-Type": "text/html" }).end(article);
    } else if (existsSync(file)) {
      const type = types[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "Content-Type": type, "Access-Control-Allow-Origin": "*" });
      createReadStream(file).pipe(response);
    } else response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe.skipIf(!browserName)("an article with one script tag", { timeout: 60_000 }, () => {
  const servers: Server[] = [];
  let app: App;
  let other: string;
  let own: string;
  const text = readFileSync(join(repository, "examples/embed/article.html"), "utf8");

  beforeAll(async () => {
    app = await App.open();
    app.page.setDefaultTimeout(10_000);
    const folder = join(repository, "build/web");
    const files = await host(folder);
    const withScript = (from: string) => text.replace("https://example.org/handgrad", from);
    // with the policy that docs/embedding.md states, and nothing else allowed
    const guide = readFileSync(join(repository, "docs/embedding.md"), "utf8");
    const [policy] = guide.match(/^script-src .*$/m) as RegExpMatchArray;
    const strict = `default-src 'none'; ${policy.replaceAll("https://example.org", files.url)}`;
    const withPolicy = (page: string) =>
      page.replace("<title>", `<meta http-equiv="Content-Security-Policy" content="${strict}"><title>`);
    const elsewhere = await host(folder, withPolicy(withScript(files.url)));
    const here = await host(folder, withScript("."));
    servers.push(files.server, elsewhere.server, here.server);
    [other, own] = [`${elsewhere.url}/article.html`, `${here.url}/article.html`];
  }, 120_000);
  afterAll(async () => {
    await app?.close();
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  });

  const first = () => app.page.locator("handgrad-steps").first();
  const shows = (heading: string) => first().locator(".stop h2", { hasText: heading }).waitFor();

  test.each(["own", "another"])(
    "shows steps, with the script from %s origin, and the arrow keys step",
    async (origin) => {
      await app.page.goto(origin === "own" ? own : other);
      await shows("fc1 (linear 2→3)");
      await first().locator(".formula .line").first().waitFor();
      // without the focus inside, the keys are those of the article
      await app.page.keyboard.press("ArrowRight");
      await first().locator(".steps").focus();
      await app.page.keyboard.press("ArrowRight");
      await shows("tanh");
      await app.page.keyboard.press("ArrowLeft");
      await shows("fc1");
      expect(await app.page.locator("handgrad-steps").nth(1).locator("h2").innerText()).toBe("Gradient of the loss");
      expect(app.problems).toEqual([]);
    },
  );

  test("a click selects an entry and takes the focus, and an attribute moves the position", async () => {
    await first()
      .locator(".heat.of-y canvas")
      .click({ position: { x: 60, y: 40 } });
    await first().locator(".formula-panel h3", { hasText: "y[1, 1]" }).waitFor();
    await app.page.keyboard.press("ArrowRight");
    await shows("tanh");
    await app.page.evaluate(() => {
      document.addEventListener("handgrad-step", (event) => {
        document.title = (event as CustomEvent).detail.position;
      });
    });
    await app.page.keyboard.press("ArrowRight");
    await app.page.waitForFunction(() => document.title === "f2");
    await first().evaluate((element) => element.setAttribute("position", "update"));
    await shows("Update: sgd");
  });

  test("the article keeps its own style, and decides about light and dark", async () => {
    const background = () =>
      first()
        .locator(".embedded")
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    const light = await background();
    await app.page.evaluate(() => {
      document.body.style.colorScheme = "dark";
    });
    await app.page.waitForTimeout(100);
    expect(await background()).not.toBe(light);
    expect(await app.page.evaluate(() => getComputedStyle(document.body).fontFamily)).toContain("Georgia");
    expect(await app.page.evaluate(() => document.styleSheets.length)).toBeLessThanOrEqual(2);
  });

  test("the playground trains in an article", async () => {
    const playground = app.page.locator("handgrad-playground");
    await playground.scrollIntoViewIfNeeded();
    await playground.locator(".playground canvas").first().waitFor();
    await playground.getByRole("button", { name: /train/i }).first().click();
    await playground.locator(".progress-numbers dd.large", { hasText: /[1-9]/ }).waitFor();
    expect(app.problems).toEqual([]);
    await app.screenshot("article");
    expect(await app.axe()).toEqual([]);
  });
});
