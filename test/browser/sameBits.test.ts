import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundledCode } from "../../src/node/bundle.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { servePlainly } from "./app.ts";
import { BrowserPage, browserName } from "./chromium.ts";
import { FirefoxPage, firefoxName } from "./firefox.ts";
import { trainingBits } from "./trainingBits.ts";

const folder = temporaryFolder("handgrad-bits-");
let server: Awaited<ReturnType<typeof servePlainly>>;
let expected: Record<string, string>;

beforeAll(async () => {
  const lib = { entry: join(import.meta.dirname, "trainingBits.ts"), formats: ["es" as const] };
  writeFileSync(join(folder, "bits.js"), await bundledCode({ lib, minify: false }));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>bits</title>");
  server = await servePlainly(folder);
  expected = await trainingBits();
}, 120_000);
afterAll(() => server?.close());

const run = `import("/bits.js").then(({ trainingBits }) => trainingBits())`;

test.skipIf(!browserName)("Chromium trains to the bits of Node", { timeout: 120_000 }, async () => {
  const page = await BrowserPage.open(server.url);
  try {
    expect(await page.evaluate(run)).toEqual(expected);
  } finally {
    await page.close();
  }
});

test.skipIf(!firefoxName)("Firefox trains to the bits of Node", { timeout: 120_000 }, async () => {
  const page = await FirefoxPage.open(server.url);
  try {
    expect(await page.evaluate(run)).toEqual(expected);
  } finally {
    await page.close();
  }
});
