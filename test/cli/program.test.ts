import { spawnSync } from "node:child_process";
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { commands } from "../../cli/program.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

vi.setConfig({ testTimeout: 60_000 }); // it starts processes, on machines that may be busy

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder("handgrad-checkout-");

/** Runs a command of a checkout; `before` is a module that Node imports first. */
function handgrad(checkout: string, args: readonly string[], before = "") {
  const preload = before ? ["--import", `data:text/javascript,${encodeURIComponent(before)}`] : [];
  const command = [...preload, join(checkout, "cli/handgrad.mjs"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8", timeout: 60_000 });
  return { status, stdout, stderr };
}

test.each(Object.entries(commands))("%s is the name of the command that its entry loads", async (name, { load }) => {
  const command = await load();
  expect(command.name()).toBe(name);
  expect(command.description()).not.toBe("");
});

describe("the help", () => {
  const printUrls = `
    import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) { const found = next(name, context); console.error(found.url); return found; } });`;

  test("lists all commands and imports neither them nor the library", () => {
    const { status, stdout, stderr } = handgrad(root, ["--help"], printUrls);
    expect(status).toBe(0);
    for (const name of Object.keys(commands)) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    expect(stderr).toMatch(/cli\/program\.ts/);
    expect(stderr).not.toMatch(/src\/node\.ts|cli\/train\.ts|valibot/);
  });

  test("of a command has the options of that command, both ways", () => {
    for (const args of [
      ["doctor", "--help"],
      ["help", "train"],
    ]) {
      const { status, stdout } = handgrad(root, args);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^Usage: handgrad (doctor|train\|fit) \[options\]/m);
    }
    expect(handgrad(root, ["help", "train"]).stdout).toContain("--learning-rate");
  });
});

test("an old Node: one line with what is needed and how to get it", () => {
  const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })";
  const { status, stdout, stderr } = handgrad(root, ["doctor"], old);
  expect(stderr).toMatch(/^handgrad needs Node 22\.18 or later; .*"npm ci".*npm run handgrad[^\n]*\n$/);
  expect(stdout).toBe("");
  expect(status).toBe(1);
});

test("a checkout without packages or generated files: one line with the command that makes them", () => {
  for (const part of ["package.json", "cli", "src", "assignment"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  rmSync(join(folder, "src/kernels/wasmBinary.generated.ts"));
  const withoutPackages = handgrad(folder, ["doctor"]);
  expect(withoutPackages.stderr).toMatch(/^error: the package commander is not installed; [^\n]*"npm ci"\n$/);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const withoutGenerated = handgrad(folder, ["doctor"]);
  expect(withoutGenerated.stderr).toMatch(
    /^error: \S+wasmBinary\.generated\.ts is missing; [^\n]*"npm run build:wasm"[^\n]*\n$/,
  );
  expect([withoutPackages.status, withoutGenerated.status]).toEqual([1, 1]);
});
