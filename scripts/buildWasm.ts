import { mkdir, readFile, writeFile } from "node:fs/promises";
import asc from "assemblyscript/asc";

// Compiles assembly/ to WebAssembly and writes the binaries as hexadecimal digits into a TypeScript module: Node, bundlers, browsers and
// tests import them alike, and nothing has to be fetched. `fused` uses relaxed SIMD, where a multiplication and an addition
// are one instruction; `plain` runs wherever there is SIMD, and rounds every step as written.

const builds = { fused: ["--enable", "relaxed-simd"], plain: [] };

await mkdir("build", { recursive: true });
// One object: bundlers copy constants to every place that reads them
const lines = ["// Written by scripts/buildWasm.ts from assembly/.", "export const binaries = {"];
for (const [name, options] of Object.entries(builds)) {
  const { error, stderr } = await asc.main([
    "assembly/index.ts",
    ...["--outFile", `build/${name}.wasm`, "--textFile", `build/${name}.wat`],
    ...["--optimizeLevel", "3", "--noAssert", "--runtime", "stub"],
    ...["--enable", "simd", "--enable", "threads", ...options],
    ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65535"],
  ]);
  if (error) throw new Error(`assembly (${name}): ${error.message}\n${stderr.toString()}`);
  const binary = await readFile(`build/${name}.wasm`);
  lines.push(`  ${name}: "${binary.toString("hex")}",`);
  console.log(`${name}: ${binary.length} bytes`);
}
lines.push("};");
await writeFile("src/kernels/wasmBinary.generated.ts", `${lines.join("\n")}\n`);
