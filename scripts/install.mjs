// npm runs this script when Handgrad is installed as a package. It builds the native kernels if there is a compiler and none of
// the files in the package loads. In a checkout, dist/ is missing and `prepare` builds them. If this script fails, the
// installation continues: the WebAssembly kernels run everywhere.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = new URL("../dist/", import.meta.url);
if (existsSync(dist)) {
  try {
    const { loadNativeAddon } = await import(new URL("src/node/kernels/nativeAddon.js", dist).href);
    if (!loadNativeAddon("").status.available) {
      const { buildNative } = await import(new URL("scripts/buildNative.js", dist).href);
      await buildNative({ output: join(root, "build/native") });
    }
  } catch {
    // `handgrad doctor` shows the active kernels and how to get faster ones
  }
}
