import { resolve } from "node:path";
import { buildWebApp, findWebApp, webAppFolder } from "../src/node/web/buildWebApp.ts";

// Builds the web app: to build/web for this checkout if a source is newer, or to dist/ with --package.
if (process.argv.includes("--package")) await buildWebApp(resolve(import.meta.dirname, "..", webAppFolder));
else await findWebApp();
