#!/usr/bin/env node
// Only this check runs on an old Node; everything else is imported after it.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`handgrad needs Node 22.18 or later; this is ${process.version} (https://nodejs.org)`);
  process.exit(1);
}
const { run } = await import("./program.ts");
await run(process.argv);

export {};
