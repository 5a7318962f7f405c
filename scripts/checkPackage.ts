import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "./buildNative.ts";

// Packs the package like a release and runs test/package on it: on the oldest supported Node, the long-term one and this one. The
// arm64 kernels run in an emulator, if it is installed. All files are written to build/.

const others = ["22.18.0", "24"];
const emulator = "qemu-aarch64";

const packed = join(root, "build", "package");
rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });
npm("pack", "--pack-destination", packed);
const { version } = (await import("../package.json", { with: { type: "json" } })).default;

const linux = process.platform === "linux";
const nodes = linux && process.arch === "x64" ? others.map((wanted) => nodeOf("x64", wanted)) : [];
const emulated = linux && spawnSync(emulator, ["--version"]).status === 0 ? nodeOf("arm64", process.versions.node) : "";
if (!emulated)
  console.log(`arm64: not tested, ${emulator} is missing; apt-get install qemu-user g++-aarch64-linux-gnu`);
runOrExit(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", "test/package"], {
  HANDGRAD_PACKAGE: join(packed, `handgrad-${version}.tgz`),
  HANDGRAD_NODES: [process.execPath, ...nodes].join(delimiter),
  HANDGRAD_ARM64_NODE: emulated,
});

/** The path of a Node with this architecture and version, from the npm package of its binaries. */
function nodeOf(arch: string, wanted: string): string {
  const folder = join(root, "build", "nodes", `${arch}-${wanted}`);
  const name = `node-linux-${arch}`;
  const node = join(folder, "node_modules", name, "bin", "node");
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true }); // --force: npm refuses packages for another processor
    npm("install", "--prefix", folder, "--force", "--no-save", "--no-audit", "--no-fund", `${name}@${wanted}`);
  }
  return node;
}

function npm(...args: readonly string[]): void {
  runOrExit("npm", [...args, "--loglevel=error"], {});
}

function runOrExit(command: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}
