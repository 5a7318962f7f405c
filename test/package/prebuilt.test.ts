import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { scalarKernels } from "../../src/kernels/scalar.ts";
import { nativeKernels, nativeStatus } from "../../src/node/kernels/nativeKernels.ts";
import { kernelsContract } from "../contracts/kernels.contract.ts";

// The addons of a release, as `npm run check:package` has just built them; `npm test` alone does not build them.

const root = resolve(import.meta.dirname, "../..");
const isReleased = process.env.HANDGRAD_PACKAGE !== undefined;
const prebuilt = (name: string): string => join(root, "prebuilds", name, "handgrad.node");
const own = prebuilt(`${process.platform}-${process.arch}`);

/** Runs `body` with this addon instead of the one that was built on this machine. */
function withPrebuilt<Result>(isa: string, body: () => Result): Result {
  vi.stubEnv("HANDGRAD_NATIVE_ADDON", own);
  vi.stubEnv("HANDGRAD_NATIVE_ISA", isa);
  try {
    return body();
  } finally {
    vi.unstubAllEnvs();
  }
}

describe.skipIf(!isReleased).each(["linux-x64", "linux-arm64"])("the addon for %s", (name) => {
  it("needs no C++ runtime and no C library newer than that of Node 22 (glibc 2.28)", () => {
    const text = readFileSync(prebuilt(name), "latin1");
    const versions = [...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
    expect(versions.length).toBeGreaterThan(0);
    expect(Math.max(...versions)).toBeLessThanOrEqual(17);
    expect(text).not.toMatch(/libstdc\+\+|libgcc_s|GLIBCXX|CXXABI/);
  });
});

describe.skipIf(!isReleased || !existsSync(own))("the addon for this machine", () => {
  const statusOf = (isa: string) => withPrebuilt(isa, nativeStatus);
  it("loads, with every instruction set of this processor", () => {
    expect(statusOf("")).toMatchObject({ available: true, file: own });
    const narrower = process.arch === "x64" ? "baseline" : "neon";
    expect(statusOf(narrower)).toMatchObject({ available: true, isa: narrower });
  });
  kernelsContract("prebuilt, the widest instruction set", ({ threads }) =>
    withPrebuilt("", () => (isReleased ? nativeKernels({ threads }) : scalarKernels)),
  );
});

const emulated = process.env.HANDGRAD_ARM64_NODE;
const arm64Script = `
import { openKernels, nativeStatus, scalarKernels } from ${JSON.stringify(join(root, "dist/src/node.js"))};
const [m, k, n] = [37, 129, 53];
const numbers = (length, seed) => Float32Array.from({ length }, (_, i) => Math.sin(i * 1.7 + seed));
const [a, b] = [numbers(m * k, 1), numbers(k * n, 2)];
const compute = (kernels) => {
  const [c, y, derivative] = [m * n, m * n, m * n].map((length) => new Float32Array(length));
  kernels.matmul(c, a, b, m, k, n);
  kernels.activate("gelu", y, derivative, c);
  return [c, y, derivative];
};
const expected = compute(scalarKernels);
const [one, two] = [1, 2].map((threads) => compute(openKernels({ kernels: "native", threads })));
const worst = Math.max(...one.flatMap((values, i) => [...values].map((value, j) => Math.abs(value - expected[i][j]))));
const bytes = (arrays) => Buffer.concat(arrays.map((x) => Buffer.from(x.buffer)));
const equal = bytes(one).equals(bytes(two));
console.log(JSON.stringify({ arch: process.arch, isa: nativeStatus().isa, worst, equal }));
process.exit(0);
`;

describe.skipIf(!emulated)("the addon for arm64, in an emulator", () => {
  it("computes a product and gelu as scalar does, with the same bits for 1 and 2 threads", { timeout: 120_000 }, () => {
    const libraries = "/usr/aarch64-linux-gnu"; // where Debian's cross compiler keeps those of arm64
    const args = ["-L", libraries, String(emulated), "--input-type=module", "-e", arm64Script];
    const env = { ...process.env, HANDGRAD_NATIVE_ADDON: prebuilt("linux-arm64") };
    const { stdout, stderr } = spawnSync("qemu-aarch64", args, { encoding: "utf8", env });
    expect(stdout, stderr).toMatch(/^\{/);
    const { worst, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ arch: "arm64", isa: "neon", equal: true });
    expect(worst).toBeLessThan(1e-4); // float32 sums of 129 products of at most 1
  });
});
