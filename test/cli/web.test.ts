import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn } from "./process.ts";

vi.setConfig({ testTimeout: 60_000 });

const folder = temporaryFolder("handgrad-web-");

test("`web` serves the app until Ctrl-C, which is no failure", async () => {
  let page: Promise<string> | undefined;
  const { code, output } = await handgradIn(folder, ["web", "--port", "0"], (kill, text) => {
    const [url] = /http:\/\/127\.0\.0\.1:\d+\//.exec(text) ?? [];
    if (!url || page) return;
    page = fetch(url).then((response) => response.text());
    page.finally(() => kill("SIGINT"));
  });
  expect(code, output).toBe(0);
  expect(await page).toContain("<title>Handgrad</title>");
});

test("`web --out` copies the app for a host of static files", async () => {
  const { code, output } = await handgradIn(folder, ["web", "--out", "public"]);
  expect(code, output).toBe(0);
  for (const file of ["index.html", "serviceWorker.js", "app.webmanifest"])
    expect(existsSync(join(folder, "public", file))).toBe(true);
});
