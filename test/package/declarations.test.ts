import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";

// The strictest compiler settings that a user's project may have, skipLibCheck off: our declarations must pass them.

const root = resolve(import.meta.dirname, "../..");
const project = temporaryFolder("handgrad-consumer-");

function tsc(...args: string[]): string {
  const { stdout, stderr } = spawnSync(join(root, "node_modules/.bin/tsc"), args, { cwd: root, encoding: "utf8" });
  return stdout + stderr;
}

/** node_modules with Handgrad's declarations and the packages that come with it, and with no development dependency. */
function install(): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const installed = join(project, "node_modules/handgrad");
  mkdirSync(installed, { recursive: true });
  cpSync(join(root, "package.json"), join(installed, "package.json"));
  const build = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", join(installed, "dist")];
  expect(tsc(...build)).toBe("");
  for (const name of [...Object.keys(dependencies), "@types/node", "undici-types"]) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
}

const source = `
import { fit, Linear, multilayerPerceptron, NonFiniteError, RandomState, Sequential } from "handgrad";
import { listRuns, loadCifar100, openKernels } from "handgrad/node";
import * as assignment from "handgrad/assignment";
export const all: readonly unknown[] = [fit, Linear, multilayerPerceptron, NonFiniteError, Sequential, assignment];
export const more: readonly unknown[] = [listRuns, loadCifar100, openKernels];
export const random: RandomState = new RandomState(1);
`;

test("a project with the strictest settings compiles against the declarations of all entries", {
  timeout: 60_000,
}, () => {
  install();
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(join(project, "main.ts"), source);
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...{ target: "es2024", module: "nodenext", lib: ["es2024", "dom", "dom.iterable"], types: ["node"] },
        ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
        ...{ noPropertyAccessFromIndexSignature: true, skipLibCheck: false, noEmit: true },
      },
      include: ["main.ts"],
    }),
  );
  expect(tsc("-p", project)).toBe("");

  // The compiler does look: what is not exported is an error.
  writeFileSync(join(project, "main.ts"), `${source}\nexport { nothing } from "handgrad";\n`);
  expect(tsc("-p", project)).toMatch(/has no exported member.*nothing/);
});
