// npm runs this when Handgrad is installed as a package: builds the native kernels where there is a compiler and no file made
// for this platform. In a checkout dist/ is missing and `prepare` does it. Whatever happens here, the install goes on: the
// WebAssembly kernels run everywhere.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const build = new URL("../dist/scripts/buildNative.js", import.meta.url);
const prebuilt = join(root, "prebuilds", `${process.platform}-${process.arch}`, "handgrad.node");
if (existsSync(build) && !existsSync(prebuilt)) {
  try {
    const { buildNative } = await import(build.href);
    await buildNative({ output: join(root, "build/native") });
  } catch {
    // `handgrad doctor` says what is active and how to get faster
  }
}
