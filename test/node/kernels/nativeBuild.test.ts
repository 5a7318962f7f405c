import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { buildNative, root } from "../../../scripts/buildNative.ts";
import { nativeStatus } from "../../../src/node/kernels/nativeKernels.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

// Other machines: no compiler, a broken compiler, folders with spaces, several environments, every suggestion in a message.

const folder = temporaryFolder("handgrad native ");
afterEach(() => vi.unstubAllEnvs());

/** The package as a copy in a folder with spaces; nothing is built there yet. */
function copyOfPackage(name: string): string {
  const copy = join(folder, name);
  mkdirSync(copy);
  for (const part of ["package.json", "src", "scripts", "native"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function node(arguments_: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  return spawnSync(process.execPath, arguments_, { encoding: "utf8", timeout: 110_000, ...options });
}

/** The compiler without optimization, which takes a quarter of the time and is all the same here. */
function quickCompiler(folder: string): string {
  const file = join(folder, "quick-c++");
  writeFileSync(file, `#!/bin/sh\nexec ${process.env.CXX ?? "c++"} "$@" -O0\n`, { mode: 0o755 });
  return file;
}

const statusScript =
  "const { nativeStatus } = await import('./src/node/kernels/nativeKernels.ts'); console.log(JSON.stringify(nativeStatus()))";

describe("without a usable compiler", () => {
  it("an empty PATH gives a reason and no file", async () => {
    vi.stubEnv("PATH", "");
    vi.stubEnv("CXX", undefined);
    const output = join(folder, "no compiler");
    const status = await buildNative({ output });
    expect(status).toMatchObject({ available: false, reason: expect.stringContaining("no C++ compiler found") });
    expect(existsSync(join(output, "handgrad.node"))).toBe(false);
    expect(JSON.parse(readFileSync(join(output, "status.json"), "utf8"))).toEqual(status);
  });

  it("a compiler that fails gives its first error", async () => {
    const compiler = join(folder, "broken c++");
    writeFileSync(compiler, "#!/bin/sh\necho 'cc1plus: fatal error: out of order' >&2\nexit 1\n", { mode: 0o755 });
    vi.stubEnv("CXX", compiler);
    const output = join(folder, "broken");
    const status = await buildNative({ output });
    expect(status).toMatchObject({ available: false, reason: expect.stringContaining("fatal error: out of order") });
    vi.stubEnv("CXX", "/bin/true"); // says that all is well and writes nothing
    expect((await buildNative({ output })).available).toBe(false);
  });

  it("a folder that cannot be written gives a reason too", async () => {
    const file = join(folder, "a file");
    writeFileSync(file, "");
    expect(await buildNative({ output: join(file, "below") })).toMatchObject({ available: false });
  });

  it("the status of the kernels repeats the reason", () => {
    const copy = copyOfPackage("never built");
    expect(JSON.parse(node(["-e", statusScript], { cwd: copy }).stdout)).toMatchObject({
      available: false,
      reason: expect.stringContaining("build:native"),
    });
    const built = node(["scripts/buildNative.ts"], { cwd: copy, env: { PATH: "" } });
    expect(built).toMatchObject({ status: 0, stdout: expect.stringContaining("no C++ compiler found") });
    expect(JSON.parse(node(["-e", statusScript], { cwd: copy }).stdout)).toMatchObject({
      available: false,
      reason: expect.stringContaining("no C++ compiler found"),
    });
  });

  it("a damaged file is a reason, not a crash", () => {
    const copy = copyOfPackage("damaged");
    mkdirSync(join(copy, "build", "native"), { recursive: true });
    writeFileSync(join(copy, "build", "native", "handgrad.node"), "no program");
    const status = JSON.parse(node(["-e", statusScript], { cwd: copy }).stdout);
    expect(status).toMatchObject({ available: false, reason: expect.stringContaining("handgrad.node") });
  });
});

it("an addon that lacks functions is refused: it was built from other sources", () => {
  const addon = join(folder, "old.cjs");
  writeFileSync(addon, 'exports.instructionSet = () => "avx2"; exports.open = () => 0;');
  vi.stubEnv("HANDGRAD_NATIVE_ADDON", addon);
  expect(nativeStatus()).toMatchObject({
    available: false,
    reason: expect.stringMatching(/another version.* matmul,/),
  });
});

/** The largest difference between the native and the scalar activations of a copy, and what the addon there lists. */
const activationsScript = `
  const { loadNativeAddon } = await import("./src/node/kernels/nativeAddon.ts");
  const { nativeKernels } = await import("./src/node/kernels/nativeKernels.ts");
  const { scalarKernels } = await import("./src/kernels/scalar.ts");
  const { activations } = await import("./src/kernels/activations.ts");
  const native = nativeKernels({ threads: 1 });
  let worst = 0;
  for (const name in activations) {
    const x = Float64Array.from({ length: 99 }, (_, i) => (i - 50) / 8);
    const run = (kernels) => {
      const [y, derivative] = [new Float64Array(99), new Float64Array(99)];
      kernels.activate(name, y, derivative, x);
      return [...y, ...derivative];
    };
    const expected = run(scalarKernels);
    worst = Math.max(worst, ...run(native).map((value, i) => Math.abs(value - expected[i])));
  }
  console.log(JSON.stringify({ exact: worst < 1e-13, listed: loadNativeAddon().addon.activations.join(" ") }));`;

/** An addon that loads and lists no activations, as those of older sources. */
function buildAddonWithoutList(file: string): void {
  const source = join(folder, "older.cpp");
  writeFileSync(source, "#include <node_api.h>\nNAPI_MODULE_INIT() { return exports; }\n");
  const headers = createRequire(import.meta.url)("node-api-headers") as { include_dir: string };
  const link = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"];
  const flags = [...link, "-fPIC", "-I", headers.include_dir];
  expect(spawnSync(process.env.CXX ?? "c++", [...flags, source, "-o", file]).status).toBe(0);
}

describe.skipIf(!nativeStatus().available)("with a compiler", () => {
  it("builds in a path with spaces, once, and loads from there", { timeout: 120_000 }, () => {
    const copy = copyOfPackage("with spaces");
    // Other numbers than usual, and some activations missing: TypeScript goes by the names that the addon lists.
    const header = join(copy, "native", "kernels.h");
    const table = /entry\(gelu\)[^#]*?entry\(hardSwish\)/;
    expect(readFileSync(header, "utf8")).toMatch(table);
    writeFileSync(
      header,
      readFileSync(header, "utf8").replace(table, "entry(tanh) entry(silu) entry(gelu) entry(relu)"),
    );
    const env = { ...process.env, CXX: quickCompiler(copy) };
    expect(node(["scripts/buildNative.ts"], { cwd: copy, env }).stdout).toMatch(/built with/);
    const file = join(copy, "build", "native", "handgrad.node");
    expect(JSON.parse(node(["-e", statusScript], { cwd: copy }).stdout)).toMatchObject({ available: true, file });
    expect(JSON.parse(node(["-e", activationsScript], { cwd: copy }).stdout)).toEqual({
      exact: true,
      listed: "tanh silu gelu relu",
    });
    const before = performance.now();
    node(["scripts/buildNative.ts"], { cwd: copy, env });
    expect(performance.now() - before).toBeLessThan(3000); // nothing changed: nothing is compiled

    // The file built here goes before that of the release, which is used where this one does not load.
    const prebuilds = join(copy, "prebuilds", `${process.platform}-${process.arch}`);
    cpSync(file, join(prebuilds, "handgrad.node"));
    expect(JSON.parse(node(["-e", statusScript], { cwd: copy }).stdout)).toMatchObject({ available: true, file });
    writeFileSync(file, "for another system");
    expect(JSON.parse(node(["-e", statusScript], { cwd: copy }).stdout).file).toContain("prebuilds");
    buildAddonWithoutList(join(prebuilds, "handgrad.node"));
    expect(JSON.parse(node(["-e", statusScript], { cwd: copy }).stdout)).toMatchObject({
      available: false,
      reason: expect.stringContaining("another version"),
    });
  });

  const x64 = process.arch === "x64";
  it.each([
    { source: "instructionSet.cpp", flags: x64 ? ["-mavx2", "-mfma"] : [], table: "instructionSet_test" },
    {
      source: "bfloat16.cpp",
      flags: x64 ? ["-mavx512bw", "-mavx512vl", "-mavx512bf16", "-mavx512vnni", "-mfma"] : [],
      table: "bfloat16Kernels",
    },
    {
      source: "amx.cpp",
      flags: x64
        ? ["-mavx512bw", "-mavx512vl", "-mavx512bf16", "-mavx512vnni", "-mfma", "-mamx-tile", "-mamx-bf16"]
        : [],
      table: "amxKernels",
    },
  ])("$source: an object for newer processors exports its table and nothing else", { timeout: 60_000 }, (each) => {
    const object = join(folder, `${each.source}.o`);
    const compiler = process.env.CXX ?? "c++";
    const source = join(root, "native", each.source);
    spawnSync(compiler, [
      "-std=c++17",
      "-O1",
      "-fno-exceptions",
      ...each.flags,
      "-DHANDGRAD_ISA=test",
      "-c",
      source,
      "-o",
      object,
    ]);
    const { stdout, status } = spawnSync("nm", ["-g", "--defined-only", object], { encoding: "utf8" });
    if (status !== 0) return; // no binutils here
    const symbols = stdout.trim().split("\n");
    expect(symbols).toHaveLength(1);
    expect(symbols[0]).toContain(each.table);
  });
});
