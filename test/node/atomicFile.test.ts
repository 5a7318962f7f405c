import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeFileAtomic } from "../../src/node/atomicFile.ts";
import { DataError } from "../../src/tensor/errors.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "handgrad-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

test("writes a new file and replaces an old one, and leaves nothing else", async () => {
  const path = join(folder, "model.bin");
  await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
  expect([...(await readFile(path))]).toEqual([1, 2, 3]);
  await writeFileAtomic(path, "größer");
  expect(await readFile(path, "utf8")).toBe("größer");
  expect(await readdir(folder)).toEqual(["model.bin"]);
});

test("writes only the bytes of a view", async () => {
  const path = join(folder, "view.bin");
  await writeFileAtomic(path, Uint8Array.of(0, 1, 2, 3).subarray(1, 3));
  expect([...(await readFile(path))]).toEqual([1, 2]);
});

test("forces the content to disk before the file takes its name", async () => {
  const path = join(folder, "model.bin");
  await writeFile(path, "old");
  const handle = await open(path, "r");
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  const sync = prototype.sync;
  const seen: string[] = [];
  vi.spyOn(prototype, "sync").mockImplementation(async function (this: unknown) {
    seen.push(await readFile(path, "utf8"));
    return sync.call(this);
  });
  await writeFileAtomic(path, "new");
  expect(seen[0]).toBe("old");
});

test("when writing fails, the old content stays, and no temporary file", async () => {
  const path = join(folder, "model.bin");
  await writeFile(path, "old");
  const handle = await open(path, "r");
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  vi.spyOn(prototype, "sync").mockRejectedValueOnce(new Error("no space left on device"));
  await expect(writeFileAtomic(path, "new")).rejects.toThrow(/model\.bin: cannot be written: no space left/);
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["model.bin"]);
});

test("a folder in the way, or none to write into, is a DataError that names the file", async () => {
  await mkdir(join(folder, "taken", "inner"), { recursive: true });
  await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toThrow(DataError);
  await expect(writeFileAtomic(join(folder, "none", "model.bin"), "x")).rejects.toThrow(
    `model.bin: cannot be written: there is no folder ${join(folder, "none")}`,
  );
  const inTheWay = await writeFileAtomic(join(folder, "taken"), "x").catch((error: Error) => error.message);
  expect(inTheWay).not.toContain(".tmp");
  expect(await readdir(folder)).toEqual(["taken"]);
});

test("of many writers at once, one wins whole", async () => {
  const path = join(folder, "model.bin");
  const contents = Array.from({ length: 16 }, (_, i) => new Uint8Array(100_000).fill(i));
  await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
  const result = await readFile(path);
  expect(result.equals(contents[result[0]])).toBe(true);
  expect(await readdir(folder)).toEqual(["model.bin"]);
});
