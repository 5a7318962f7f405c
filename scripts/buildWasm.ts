import { mkdir, readFile, writeFile } from "node:fs/promises";
import asc from "assemblyscript/asc";

// Compiles assembly/ to WebAssembly and writes the binaries as hexadecimal digits to a TypeScript module, so that Node, bundlers,
// browsers and tests import them in the same way and nothing is fetched. `fused` uses relaxed SIMD, where a multiplication and an
// addition are one instruction; `plain` runs on every engine with SIMD and rounds every operation. The binaries are similar, so
// their pieces alternate: gzip finds repetitions within 32,768 characters and needs 22 kB for both instead of 36 kB.

/** the number of bytes of a binary in one piece */
const piece = 4096;

const builds = { fused: ["--enable", "relaxed-simd"], plain: [] };

await mkdir("build", { recursive: true });
const binaries: Buffer[] = [];
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
  binaries.push(binary);
  console.log(`${name}: ${binary.length} bytes`);
}
const [fused, plain] = binaries;
let digits = "";
for (let at = 0; at < Math.max(fused.length, plain.length); at += piece)
  for (const binary of binaries) digits += binary.toString("hex", at, Math.min(at + piece, binary.length));
// One object: bundlers copy constants to every place that reads them
const lines = [
  "// Written by scripts/buildWasm.ts from assembly/: pieces of `fused` and `plain` in turn, as hexadecimal digits.",
  `export const binaries = { piece: ${piece}, fused: ${fused.length}, plain: ${plain.length}, digits: "${digits}" };`,
];
await writeFile("src/kernels/wasmBinary.generated.ts", `${lines.join("\n")}\n`);
