import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { RandomState } from "../../src/index.ts";
import { encodePng } from "../../src/report/figures/png.ts";

// Data for the view "Your data", and what its tests do again and again.

const random = new RandomState(3);

/** Two numbers that separate three classes, a category with markup in its name and its values, and missing cells. */
export function plants(count = 150): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const kind = row % 3;
    const [height, width] = [2 * kind + 0.5 * random.randn(), 3 - kind + 0.5 * random.randn()];
    const cell = row % 17 === 0 ? "" : width.toFixed(2);
    return `${height.toFixed(2)},${cell},${["<b>red</b>", "green"][row % 2]},${["fern", "ivy", "moss"][kind]}`;
  });
  return `height,width,<img src=x onerror=alert(1)>,kind\n${rows.join("\n")}\n`;
}

/** Bright and dark noise, 12 images each, in folders of a ZIP. */
export function pictures(): Record<string, Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const [label, from] of Object.entries({ dark: 0, bright: 150 })) {
    for (let i = 0; i < 12; i++) {
      const rgb = Uint8Array.from({ length: 3 * 16 * 16 }, () => from + random.randint(0, 100));
      files[`set/${label}/${i}.png`] = Uint8Array.from(encodePng(rgb, 16, 16));
    }
  }
  return files;
}

export const file = (name: string, content: string | Uint8Array) => {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from(content) };
};

export async function save(page: Page, button: string): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  const path = await download.path();
  return { name: download.suggestedFilename(), bytes: Uint8Array.from(readFileSync(path)) };
}

/** A plain network for a few epochs: the journey is tested, not the training. */
export async function trainBriefly(page: Page, button = "Train"): Promise<void> {
  await page.getByLabel("How long", { exact: true }).selectOption("epochs");
  await page.getByLabel("Epochs", { exact: true }).fill("4");
  await page.getByLabel("Network", { exact: true }).selectOption("sizes");
  await page.waitForFunction(() => /at most 4 epochs/.test(document.querySelector(".plan")?.textContent ?? ""));
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.waitForSelector(".verdict .big", { timeout: 40_000 });
}

export const text = (page: Page, selector: string) => page.locator(selector).first().innerText();
