import { rm } from "node:fs/promises";
import { join } from "node:path";
import { buildNative, root } from "./buildNative.ts";

// Builds the native kernels for a release: prebuilds/<platform>-<arch>/handgrad.node, which is loaded in preference to a local
// build. To be run on each platform that the release is to serve; it fails loudly, unlike the build at installation.

const output = join(root, "prebuilds", `${process.platform}-${process.arch}`);
const { available, reason } = await buildNative({ output, portable: true });
await rm(join(output, "status.json"), { force: true });
if (!available) throw new Error(`prebuild: ${reason}`);
console.log(`${join(output, "handgrad.node")}: ${reason}`);
