import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Model } from "../experiments/model.ts";
import { bundledCode } from "./bundle.ts";
import { packageFile } from "./packageFile.ts";
import { readRegularText } from "./readFile.ts";

/** The pages that predict: the script of each is bundled from a file in web/predictor/. */
export const predictorPages = ["tablePage", "imagesPage"] as const;
type PredictorPage = (typeof predictorPages)[number];

/** Where a package has the scripts, relative to its root; `npm run dist` writes them. */
export const predictorFolder = "dist/web/predictor";

/**
 * The script of the page that predicts with a model, with all that it needs: from a package as it was built, in a checkout bundled
 * from its sources, which takes a second.
 */
export async function predictorScript({ preprocessing }: Pick<Model, "preprocessing">): Promise<string> {
  const page = preprocessing ? "tablePage" : "imagesPage";
  const root = dirname(packageFile("package.json"));
  if (existsSync(join(root, "web", "predictor"))) return bundlePredictor(page);
  return readRegularText(packageFile(`${predictorFolder}/${page}.js`));
}

/** One script without imports from the sources of a checkout. */
export async function bundlePredictor(page: PredictorPage): Promise<string> {
  const code = await bundledCode({
    minify: true,
    modulePreload: { polyfill: false },
    rollupOptions: { input: join(dirname(packageFile("package.json")), "web", "predictor", `${page}.ts`) },
  });
  // The script becomes a part of a page: nothing in it may end its element
  return code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}
