import { resolve } from "node:path";
import { buildWebApp, findWebApp, webAppFolder } from "../src/node/web/buildWebApp.ts";

// Builds the web app: for this checkout to build/web if a source is newer, with --package to dist/.
if (process.argv.includes("--package")) await buildWebApp(resolve(import.meta.dirname, "..", webAppFolder));
else await findWebApp();
