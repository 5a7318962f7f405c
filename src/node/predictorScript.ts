import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Model } from "../experiments/model.ts";
import { HandgradError } from "../tensor/errors.ts";
import { bundledChunks } from "./bundle.ts";
import { packageFile } from "./packageFile.ts";
import { readRegularText } from "./readFile.ts";

/** The pages that predict. Each has a script, made from a file in web/predictor/. */
const pages = ["tablePage", "imagesPage"] as const;
export const predictorParts = ["common", ...pages] as const;
type PredictorPart = (typeof predictorParts)[number];

/** The folder of the scripts in a package, relative to its root; `npm run dist` writes them. */
export const predictorFolder = "dist/web/predictor";

/**
 * The complete script of the page that predicts with a model. A package contains it; in a checkout it is bundled from the
 * sources, which takes a second.
 */
export async function predictorScript({ preprocessing }: Pick<Model, "preprocessing">): Promise<string> {
  const page = preprocessing ? "tablePage" : "imagesPage";
  if (existsSync(join(dirname(packageFile("package.json")), "web", "predictor"))) {
    const parts = await bundlePredictor();
    return parts.common + parts[page];
  }
  return (["common", page] as const)
    .map((part) => readRegularText(packageFile(`${predictorFolder}/${part}.js`)))
    .join("");
}

/**
 * Bundles the scripts of the pages from the sources of a checkout: the part that both need, `common`, and the rest of each. The
 * common part followed by the rest is one script without imports.
 */
export async function bundlePredictor(): Promise<Record<PredictorPart, string>> {
  const folder = join(dirname(packageFile("package.json")), "web", "predictor");
  const chunks = await bundledChunks({
    minify: true,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: Object.fromEntries(pages.map((page) => [page, join(folder, `${page}.ts`)])),
      output: { entryFileNames: "[name].js", chunkFileNames: "common.js" },
    },
  });
  const codeOf = (part: PredictorPart): string => chunks.get(`${part}.js`) ?? "";
  const common = bindings(codeOf("common"), /export\{([^}]*)\};\s*$/, "common");
  const exported = common.names.map(([inner, outer]) => `${outer}:${inner}`);
  const parts = {
    common: `const common=(()=>{${common.rest};return{${exported}}})();`,
    tablePage: "",
    imagesPage: "",
  };
  for (const page of pages) {
    const { names, rest } = bindings(codeOf(page), /^import\{([^}]*)\}from["`']\.\/common\.js["`'];/, page);
    const imported = names.map(([outer, inner]) => `${outer}:${inner}`);
    parts[page] = `(({${imported}})=>{${rest}})(common);`;
  }
  // The script is inserted into a page, so it must not contain the end tag of its element
  for (const part of predictorParts)
    parts[part] = parts[part].replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  return parts;
}

/** The names that the one import or export of a bundle lists, as [name, name after "as"], and the code without it. */
function bindings(
  code: string,
  statement: RegExp,
  where: string,
): { readonly names: string[][]; readonly rest: string } {
  const [all, list] = statement.exec(code) ?? [];
  const rest = all === undefined ? code : code.replace(statement, "");
  if (list === undefined || rest.startsWith("import"))
    throw new HandgradError(
      `web/predictor, ${where}: expected one import of the common part or one export; see predictorScript.ts`,
    );
  const names = list.split(",").map((one) => one.split(" as "));
  return { names: names.map(([name, as = name]) => [name, as]), rest };
}
