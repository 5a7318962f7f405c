import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

// Builds native/ into build/native/handgrad.node if there is a C++ compiler. Installing Handgrad runs this script, so it must not
// fail: without a compiler it writes the reason to status.json, which `handgrad doctor` shows, and other kernels are used.
// Nothing is downloaded; the headers of Node-API are in the npm package node-api-headers.
//
//   node scripts/buildNative.ts [--sanitize]     with address and undefined-behaviour sanitizers, for the tests

const run = promisify(execFile);

export interface NativeBuild {
  /** the output folder of handgrad.node and status.json */
  readonly output: string;
  /** for other machines: the file needs no C++ runtime and no newer C library than Node */
  readonly portable?: boolean;
  /** x64 or arm64; the architecture of this machine by default. Another one needs a cross compiler (Linux only). */
  readonly arch?: string;
  readonly sanitize?: boolean;
}

export interface NativeBuildStatus {
  readonly available: boolean;
  readonly reason: string;
  /** a hash of everything that the file is built from; it is built again only if the hash changes */
  readonly hash: string;
}

/** The instruction sets of each architecture, widest first. Each is a separate object, compiled with its own flags. */
const instructionSets: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  x64: {
    avx512: ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx2", "-mfma", "-mprefer-vector-width=512"],
    avx2: ["-mavx2", "-mfma"],
    baseline: [],
  },
  arm64: { neon: [] },
};

const pairs = [...instructionSets.x64.avx512, "-mavx512bf16", "-mavx512vnni"];

/** The sources of kernels in bfloat16. A compiler that does not support their flags (GCC before 10 and 11) builds empty tables. */
const bfloat16Flags: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  x64: { bfloat16: pairs, amx: [...pairs, "-mamx-tile", "-mamx-bf16"] },
};

const common = ["threadPool.cpp", "processor.cpp", "addon.cpp"];
const linux = process.platform === "linux";

/** The folder of package.json, for the sources and for dist/. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

export const root: string = packageRoot();

/** Builds unless the file is up to date. Never throws: the result is the status, which is also written to status.json. */
export async function buildNative(build: NativeBuild): Promise<NativeBuildStatus> {
  const statusFile = join(build.output, "status.json");
  const binary = join(build.output, "handgrad.node");
  try {
    const hash = await hashOfInputs(build);
    const previous = await readFile(statusFile, "utf8").then(JSON.parse, () => undefined);
    if (previous?.hash === hash && existsSync(binary)) return previous;
    await mkdir(build.output, { recursive: true });
    await rm(binary, { force: true }); // a file from other sources must not be loaded with these
    const status = { ...(await compileWithAny(build, binary)), hash };
    await writeFile(statusFile, `${JSON.stringify(status, undefined, 2)}\n`);
    return status;
  } catch (error) {
    return { available: false, reason: `not built: ${firstLine(error)}`, hash: "" };
  }
}

/** Tries the compilers one after the other until one works. */
async function compileWithAny(build: NativeBuild, binary: string): Promise<{ available: boolean; reason: string }> {
  const { arch = process.arch } = build;
  const sets = instructionSets[arch];
  if (!sets || process.platform === "win32") {
    return { available: false, reason: `not built: no native kernels for ${process.platform}-${arch} yet` };
  }
  const failures: string[] = [];
  for (const compiler of compilers(arch)) {
    try {
      await compile(compiler, sets, build, binary);
      return { available: true, reason: `built with ${compiler}` };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") failures.push(`${compiler}: ${firstLine(error)}`);
    }
  }
  const reason = failures[0] ?? `no C++ compiler found (looked for ${compilers(arch).join(", ")})`;
  return { available: false, reason: `not built: ${reason}` };
}

/** GNU's names of the architectures, which the names of cross compilers begin with. */
const gnuNames: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

function compilers(arch: string): readonly string[] {
  if (arch !== process.arch) return [`${gnuNames[arch]}-linux-gnu-g++`];
  return process.env.CXX ? [process.env.CXX] : ["c++", "g++", "clang++"];
}

async function compile(
  compiler: string,
  sets: Readonly<Record<string, readonly string[]>>,
  { output, arch = process.arch, portable = false, sanitize = false }: NativeBuild,
  binary: string,
): Promise<void> {
  const objects = join(output, `objects-${process.pid}`); // two installs at once must not share files
  await mkdir(objects, { recursive: true });
  try {
    const flags = compileFlags(sanitize, portable);
    const sources = [
      ...Object.entries(sets).map(([isa, own]) => ({
        source: "instructionSet.cpp",
        object: join(objects, `${isa}.o`),
        own: [...own, `-DHANDGRAD_ISA=${isa}`],
      })),
      ...(await Promise.all(
        Object.entries(bfloat16Flags[arch] ?? {}).map(async ([name, own]) => ({
          source: `${name}.cpp`,
          object: join(objects, `${name}.o`),
          own: await known(own, compiler),
        })),
      )),
      ...[...common, ...(portable && linux ? ["portable.cpp"] : [])].map((source) => ({
        source,
        object: join(objects, `${source}.o`),
        own: [],
      })),
    ];
    const unit = ({ source, object, own }: (typeof sources)[number]) =>
      run(compiler, [...flags, ...own, "-c", join(root, "native", source), "-o", object]);
    await Promise.all(sources.map(unit));
    const fresh = join(objects, "handgrad.node");
    await run(compiler, [...linkFlags(sanitize, portable), ...sources.map(({ object }) => object), "-o", fresh, "-lm"]);
    await rename(fresh, binary); // in one step, so that no process loads a part of a file
  } finally {
    await rm(objects, { recursive: true, force: true });
  }
}

/** The flags, or none if the compiler does not support all of them. */
async function known(flags: readonly string[], compiler: string): Promise<readonly string[]> {
  const check = run(compiler, [...flags, "-fsyntax-only", "-x", "c++", "/dev/null"]);
  return check.then(
    () => flags,
    () => [],
  );
}

function compileFlags(sanitize: boolean, portable: boolean): readonly string[] {
  const headers = createRequire(import.meta.url)("node-api-headers") as { include_dir: string };
  return [
    ...["-std=c++17", "-fPIC", "-fno-exceptions", "-fno-rtti", "-fvisibility=hidden", "-pthread"],
    // Multiplications and additions may be fused, and square roots and comparisons set no error codes: this allows vector code
    // with the same results.
    ...["-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math"],
    ...(sanitize ? [...sanitizers, "-O1", "-g", "-fno-omit-frame-pointer"] : ["-O3"]),
    ...(portable && linux ? ["-include", join(root, "native", "portable.h")] : []),
    ...["-isystem", headers.include_dir],
  ];
}

const sanitizers = ["-fsanitize=address,undefined"];

function linkFlags(sanitize: boolean, portable: boolean): readonly string[] {
  const mac = process.platform === "darwin";
  return [
    ...(mac ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared", "-pthread", "-Wl,--as-needed"]),
    ...(portable && !mac ? ["-static-libstdc++", "-static-libgcc"] : []),
    ...(portable && !mac ? ["-s", "-Wl,-Bsymbolic"] : []),
    ...(sanitize ? sanitizers : []),
  ];
}

/** The hash of the sources, the flags, the platform and this script. */
async function hashOfInputs(build: NativeBuild): Promise<string> {
  const hash = createHash("sha256");
  const flags = [
    ...compileFlags(build.sanitize ?? false, build.portable ?? false),
    ...linkFlags(build.sanitize ?? false, build.portable ?? false),
  ];
  hash.update(
    JSON.stringify([
      process.platform,
      build.arch ?? process.arch,
      process.env.CXX ?? "",
      flags,
      instructionSets,
      bfloat16Flags,
    ]),
  );
  const folder = join(root, "native");
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest("hex");
}

/** The first line of a compiler's output with the error itself, or the message of any other error. */
function firstLine(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  const lines = (stderr || message).split("\n").map((line) => line.trim());
  return lines.find((line) => /error/i.test(line)) ?? lines.find((line) => line !== "") ?? "failed";
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { reason } = await buildNative({
    output: join(root, "build", "native"),
    sanitize: argv.includes("--sanitize"),
  });
  console.log(`native kernels: ${reason}`);
}
