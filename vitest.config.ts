import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** The app imports the library by its entries: in a checkout these are the sources, as for the compiler and the bundler. */
const conditions = ["handgrad-source", ...defaultServerConditions];

export default defineConfig({ ssr: { resolve: { conditions, externalConditions: conditions } } });
