import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { App } from "../test/browser/app.ts";
import { file, plants, trainBriefly } from "../test/browser/dataSamples.ts";
import { savePng } from "./pictures/savePng.ts";

// Takes the screenshots of docs/web.md with Debian's chromium: one for each view, some dark, some on a phone.
//
//   node scripts/screenshots.ts [OUT [NAME…]]

const out = resolve(process.argv[2] ?? join(import.meta.dirname, "../docs/screenshots"));
mkdirSync(out, { recursive: true });

interface Picture {
  readonly name: string;
  readonly address: string;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** the actions before the picture is taken */
  readonly use?: (page: Page) => Promise<unknown>;
  /** scrolls to the top of the page afterwards (default: true) */
  readonly top?: boolean;
}

const press = (name: string) => async (page: Page) => page.getByRole("button", { name, exact: true }).click();

const pictures: readonly Picture[] = [
  {
    name: "playground",
    address: "#/playground?data=spiral&noise=0&inputs=x,y,sinx,siny&layers=tanh:8,tanh:6&rate=0.03&epoch=250",
    height: 1180,
    use: (page) => page.waitForTimeout(4000),
  },
  {
    ...{ name: "gradient", address: "#/steps?at=b0", dark: true, height: 560 },
    async use(page) {
      await page.waitForSelector(".formula .line");
      await page.getByRole("heading", { name: "Back through fc1" }).evaluate((heading) => {
        heading.scrollIntoView();
        scrollBy(0, -16);
      });
    },
    top: false,
  },
  { name: "steps", address: "#/steps?at=b0", dark: true, use: (page) => page.waitForSelector(".formula .line") },
  {
    name: "data",
    address: "#/data",
    height: 1000,
    top: false,
    async use(page) {
      await page
        .locator("input[type=file]")
        .first()
        .setInputFiles(
          file(
            "plants.csv",
            plants()
              .replace(/<img[^>]*>/, "leaf")
              .replace(/<\/?b>/g, ""),
          ),
        );
      await page.waitForSelector("table.columns");
      await page.getByLabel("Column to predict", { exact: true }).selectOption({ label: "kind" });
      await trainBriefly(page);
      await page.locator(".verdict").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "experiments",
    address: "#/experiments",
    height: 1000,
    async use(page) {
      await page.getByLabel("Epochs of each", { exact: true }).fill("4");
      await page.getByLabel("Training images", { exact: true }).fill("2000");
      await press("Run the comparison")(page);
      await page.waitForFunction(() => document.querySelectorAll(".run.complete").length >= 5, undefined, {
        timeout: 240_000,
      });
    },
  },
  { name: "course", address: "#/course", use: press("Check") },
  { name: "phone", address: "#/steps?at=f0", width: 360, height: 740, dark: true },
];

const [, , , ...names] = process.argv;
const chosen = pictures.filter(({ name }) => names.length === 0 || names.includes(name));
for (const { name, address, width = 1280, height = 860, dark = false, use = () => {}, top = true } of chosen) {
  const app = await App.open({ address, width, dark });
  await app.page.setViewportSize({ width, height });
  await use(app.page);
  if (top) await app.page.evaluate(() => scrollTo(0, 0));
  await app.page.waitForTimeout(1500);
  const png = await app.page.screenshot();
  await savePng(sharp(png), join(out, `${name}.png`));
  await app.close();
  console.log(name);
}
