import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { parseEvaluation } from "../src/index.ts";
import { mistakesFigure } from "../src/report/run/testFigures.ts";
import { BrowserPage } from "../test/browser/chromium.ts";
import { exampleFigures } from "./gallery/examples.ts";
import { handgrad } from "./gallery/handgrad.ts";
import { regularizersFigure } from "./gallery/published.ts";
import { picture } from "./pictures/picture.ts";
import { savePng } from "./pictures/savePng.ts";

// Draws the pictures of README.md, docs/gallery.md and docs/tutorial.md.
//
//   node --conditions=handgrad-source scripts/gallery.ts [CIFAR-100]
//
// Without the folder of CIFAR-100, the mistakes of a network on it stay as they are. The pages need a browser (chromium).

const docs = resolve(import.meta.dirname, "../docs");
const out = join(docs, "gallery");
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "handgrad-gallery-"));

function write(name: string, svg: string): void {
  writeFileSync(join(out, `${name}.svg`), svg);
  console.log(`${name}.svg`);
}

write("regularizers", picture(regularizersFigure(), "narrow"));
for (const draw of exampleFigures) {
  const figure = await draw();
  write(figure.id, picture(figure));
}

const [cifar] = process.argv.slice(2);
if (cifar) {
  handgrad(work, "train", "--data", resolve(cifar), "--out", "tinynet");
  const { test } = parseEvaluation(readFileSync(join(work, "tinynet", "evaluation.json"), "utf8"), {
    name: "evaluation.json",
  });
  const mistakes = test?.mistakes;
  const figure = mistakes && mistakesFigure({ ...mistakes, rows: mistakes.rows.slice(0, 9) }, false);
  if (!figure) throw new Error("expected mistakes in the evaluation");
  write("mistakes", picture(figure, "narrow"));
}

handgrad(work, "train", join(docs, "penguins.csv"), "--target", "sex", "--out", "penguins");
handgrad(work, "export", "penguins", "--html", "penguins.html");
await screenshot("report", "penguins/report.html", 900);
await screenshot("predictor", "penguins.html", 600, ["Chinstrap", "Dream", "48.5", "18.2", "194", "3675"]);
rmSync(work, { recursive: true });

/** The top of a page as a PNG in docs/screenshots, with values in its fields. */
async function screenshot(name: string, page: string, height: number, values: readonly string[] = []): Promise<void> {
  const browser = await BrowserPage.open(pathToFileURL(join(work, page)).href);
  await browser.until("document.fonts.status === 'loaded'");
  await browser.evaluate(`${JSON.stringify(values)}.forEach((value, i) => {
    const field = document.querySelectorAll("form select, form input")[i];
    field.value = field.options ? [...field.options].find(({ text }) => text === value).value : value;
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  })`);
  const png = sharp(await browser.screenshot(900));
  await browser.close();
  const whole = await png.metadata();
  const top = png.extract({ left: 0, top: 0, width: whole.width, height: Math.min(whole.height, height) });
  await savePng(top, join(docs, "screenshots", `${name}.png`));
  console.log(`${name}.png`);
}
