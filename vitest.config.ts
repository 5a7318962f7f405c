import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";

/** The app imports the library by its entries: in a checkout these are the sources, as for the compiler and the bundler. */
const conditions = ["handgrad-source", ...defaultServerConditions];

/** These replace modules or what all files of a process share. The others share one process, so that the library is loaded once. */
const alone = [
  ...["faults", "powerLoss", "clock"].map((name) => `test/node/runs/${name}.test.ts`),
  ...["test/node/readFile.test.ts", "test/node/kernels/nativeBuild.test.ts"],
  ...["test/kernels/defaultKernels.test.ts", "test/layers/parameterMemory.test.ts"],
];

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      { extends: true, test: { name: "alone", include: alone } },
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...alone],
          isolate: false,
        },
      },
    ],
  },
});
