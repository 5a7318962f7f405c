// handgrad.mjs checks the version of Node and then imports this file.
try {
  if (process.argv[2] === "train") {
    const { isUnsupervised, superviseRank } = await import("./superviseRank.ts");
    if (isUnsupervised()) await superviseRank();
  }
  const { run } = await import("./program.ts");
  await run(process.argv);
} catch (error) {
  const explanation = explainMissing(error);
  if (explanation === undefined) throw error;
  console.error(`error: ${explanation}`);
  process.exitCode = 1;
}

/** What to do if an import finds no file or package: in a checkout without its generated files or packages. */
function explainMissing(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const [, kind, name] = /Cannot find (module|package) '([^']+)'/.exec(message) ?? [];
  if (kind === "package") return `the package ${name} is not installed; in a checkout of Handgrad run "npm ci"`;
  return name?.includes(".generated.") ? `${name} is missing; run "npm run build:wasm", which generates it` : undefined;
}

export {};
