import { join, relative } from "node:path";
import type { Plugin, UserConfig } from "vite";
import { bundlePredictor } from "../src/node/predictorScript.ts";
import { appPolicy } from "../src/node/web/policy.ts";
import { codeTexts, referenceFiles } from "./codeTexts.ts";
import { leanSucrase } from "./leanSucrase.ts";

// Builds the app into static files; src/node/web/buildWebApp.ts adds the service worker.

const app = join(import.meta.dirname, "app");
const suffix = "?worker-url";
const virtual = "\0worker-url:";

/** Imports include only the names that they use, so Brotli's decoder is in a chunk of its own (src/data/rawParquet.ts). */
const sideEffectFree = /\/hyparquet-compressors\//;

/** Scripts of workers are chunks of the same build, so that they share the library with each other and with the page. */
function workerUrls(): Plugin {
  return {
    name: "worker-urls",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!source.endsWith(suffix)) return undefined;
      const found = await this.resolve(source.slice(0, -suffix.length), importer);
      return found && `${virtual}${found.id}`;
    },
    load(id) {
      if (!id.startsWith(virtual)) return undefined;
      const file = id.slice(virtual.length);
      // Each with its own name, because rolldown 1.2 gives chunks of the same name the same address
      const name = relative(import.meta.dirname, file)
        .replace(/\.tsx?$/, "")
        .replace(/\W+/g, "-");
      const chunk = this.emitFile({ type: "chunk", id: file, name });
      return `export default import.meta.ROLLUP_FILE_URL_${chunk}`;
    },
  };
}

/** The scripts of the pages that predict, as files that the app puts into the pages that it exports. */
function predictorScripts(): Plugin {
  return {
    name: "predictor-scripts",
    async generateBundle() {
      for (const [part, source] of Object.entries(await bundlePredictor()))
        this.emitFile({ type: "asset", fileName: `predictor/${part}.js`, source });
    },
  };
}

function policy(): Plugin {
  return { name: "policy", transformIndexHtml: (html) => html.replace("%POLICY%", appPolicy) };
}

export default {
  root: app,
  base: "./",
  publicDir: join(app, "public"),
  logLevel: "warn",
  resolve: { conditions: ["handgrad-source", "module", "browser", "production", "import"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [workerUrls(), codeTexts(), leanSucrase(), referenceFiles(), predictorScripts(), policy()],
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // they have light-dark(), which embedded parts need as it is
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy allows no data addresses but images
    modulePreload: false, // its helper needs a document, which workers lack
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700, // kB: the editor, which is loaded on demand
    rollupOptions: {
      input: { app: join(app, "index.html"), embed: join(import.meta.dirname, "embed", "embed.ts") },
      treeshake: { moduleSideEffects: [{ test: sideEffectFree, sideEffects: false }] },
      checks: { pluginTimings: false }, // bundling the scripts for students' code takes a second
      output: {
        // articles name embed.js, so it keeps its name
        entryFileNames: ({ name }) => (name === "embed" ? "embed.js" : "[name]-[hash].js"),
        chunkFileNames: "files/[name]-[hash].js",
        assetFileNames: "files/[name]-[hash][extname]",
      },
    },
  },
} satisfies UserConfig;
