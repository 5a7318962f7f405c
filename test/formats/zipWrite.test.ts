import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesOf, listZip, readZipEntry } from "../../src/formats/zip.ts";
import { encodeZip } from "../../src/index.ts";

const files = {
  "run/history.json": new TextEncoder().encode("{}\n"),
  "run/größe.bin": Uint8Array.from({ length: 1000 }, (_, i) => i % 251),
  "run/empty": new Uint8Array(),
};

test("what a zip was made of is read back from it", async () => {
  const bytes = bytesOf(encodeZip(files));
  const entries = await listZip(bytes, { name: "z" });
  const read = await Promise.all(
    entries.map(async (entry) => [entry.path, [...(await readZipEntry(bytes, entry, { name: "z" }))]]),
  );
  expect(Object.fromEntries(read)).toEqual(
    Object.fromEntries(Object.entries(files).map(([path, content]) => [path, [...content]])),
  );
});

const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!hasPython)("Python's zipfile finds every file whole, under its name (skipped without Python)", () => {
  const folder = mkdtempSync(join(tmpdir(), "handgrad-"));
  try {
    const file = join(folder, "run.zip");
    writeFileSync(file, encodeZip(files));
    const script =
      "import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps(z.namelist()))";
    const names = execFileSync("python3", ["-c", script, file], { encoding: "utf8" });
    expect(JSON.parse(names)).toEqual(Object.keys(files));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
