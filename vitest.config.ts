import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";

/** The app imports the library by its entries: in a checkout these are the sources, as for the compiler and the bundler. */
const conditions = ["handgrad-source", ...defaultServerConditions];

/**
 * Tests that change nothing that all files of a process share (default kernels, which `handgrad/node` registers; modules; the
 * environment) run in one process, so that the library is loaded once.
 */
const together = ["contracts", "data", "losses", "optimizers", "random", "tensor", "web"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Tests that start processes or a browser take long on a machine that does other things
    testTimeout: 30_000,
    // Several hundred tests start the command; with the compiled modules of the first one, each takes half the time
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
    projects: [
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: [...configDefaults.exclude, ...together] },
      },
      { extends: true, test: { name: "together", include: together, isolate: false } },
    ],
  },
});
