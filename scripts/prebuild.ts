import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { argv } from "node:process";
import { buildNative, root } from "./buildNative.ts";

// Builds the native kernels that a release contains: prebuilds/<platform>-<arch>/handgrad.node for Linux on x64 and arm64, so
// that an installation needs no compiler. Runs on Linux. It reports errors, unlike the build at installation.
//
//   node scripts/prebuild.ts [x64] [arm64]     by default both

/** The Debian package of each compiler. */
const compilerPackages: Readonly<Record<string, string>> = {
  x64: "g++-x86-64-linux-gnu",
  arm64: "g++-aarch64-linux-gnu",
};
const wanted = argv.length > 2 ? argv.slice(2) : Object.keys(compilerPackages);

if (process.platform !== "linux") fail(`prebuild: expected Linux, found ${process.platform}; build releases on Linux`);
for (const arch of wanted) {
  if (!compilerPackages[arch]) fail(`prebuild: expected x64 or arm64, found "${arch}"`);
  const name = `linux-${arch}`;
  const built = join(root, "build", "prebuilds", name); // keeps the status, so that an unchanged file is not built again
  const { available, reason } = await buildNative({ output: built, portable: true, arch });
  if (!available) fail(`prebuild: ${name}: ${reason}; install a compiler with: apt-get install ${compilerFor(arch)}`);
  const output = join(root, "prebuilds", name);
  await mkdir(output, { recursive: true });
  await copyFile(join(built, "handgrad.node"), join(output, "handgrad.node"));
  console.log(`${join("prebuilds", name, "handgrad.node")}: ${reason}`);
}

function compilerFor(arch: string): string {
  return arch === process.arch ? "g++" : compilerPackages[arch];
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
