#!/usr/bin/env node
// The command. Plain JavaScript, because an old Node must be able to read it: it checks the version before anything else.
import { existsSync } from "node:fs";
import module from "node:module";

const source = new URL("./main.ts", import.meta.url);
const isCheckout = existsSync(source);
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  const remedy = isCheckout
    ? 'run "npm ci", which installs a newer Node here, then "npm run handgrad -- …"'
    : "install it from https://nodejs.org";
  console.error(`handgrad needs Node 22.18 or later; this is ${process.version}; ${remedy}`);
  process.exitCode = 1;
} else {
  // Compiled code is kept in the system's folder for temporary files: loading hundreds of modules takes half the time
  module.enableCompileCache?.();
  await import(isCheckout ? source.href : new URL("../dist/cli/main.js", import.meta.url).href);
}
