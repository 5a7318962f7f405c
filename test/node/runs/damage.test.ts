import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { DataError, RunFolder, readCheckpoint } from "../../../src/node.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";
import { hashIn, resumeTiny, startTiny, tinyHash } from "./tinyFolder.ts";

vi.setConfig({ testTimeout: 120_000 }); // they force much to disk, which others may be using

/** A run that was stopped after 6 steps, with checkpoints of 6 and 4 steps; one of other settings, and one that has ended. */
const parent = temporaryFolder("handgrad-");
const path = join(parent, "run");
const file = join(path, "checkpoint.safetensors");
beforeAll(async () => {
  await startTiny(join(parent, "begun"), { stopAfter: 6 });
  await startTiny(join(parent, "other"), { settings: { seed: 7 } });
});
beforeEach(() => {
  rmSync(path, { recursive: true, force: true });
  cpSync(join(parent, "begun"), path, { recursive: true });
});

const other = (name: string) => join(parent, "other", name);
const rewrite = (change: (bytes: Buffer) => Uint8Array) => () => writeFileSync(file, change(readFileSync(file)));
const cut = (length: (all: number) => number) => rewrite((bytes) => bytes.subarray(0, length(bytes.length)));
const flip = (place: (all: number) => number) =>
  rewrite((bytes) => {
    bytes[place(bytes.length)] ^= 4;
    return bytes;
  });
const replace = (make: () => unknown) => () => {
  rmSync(file);
  make();
};
const isRoot = process.getuid?.() === 0;

const damages: [string, () => void, RegExp?][] = [
  ...[0, 1, 7, 8, 40, 200].map((length): [string, () => void] => [`cut off after ${length} bytes`, cut(() => length)]),
  ["cut in half", cut((all) => all >> 1)],
  ["the last byte missing", cut((all) => all - 1)],
  ["bytes added", rewrite((bytes) => Buffer.concat([bytes, Buffer.of(0)]))],
  ...[0, 7, 9, 40, 300].map((at): [string, () => void] => [`a bit wrong in byte ${at}`, flip(() => at)]),
  ["a bit wrong in the middle", flip((all) => all >> 1)],
  ["a bit wrong in the last byte", flip((all) => all - 1)],
  ["nothing but zeros", rewrite((bytes) => Buffer.alloc(bytes.length))],
  ["a text", () => writeFileSync(file, "not a checkpoint")],
  [
    "a folder",
    replace(() => mkdirSync(join(file, "inner"), { recursive: true })),
    /expected a regular file, found a folder|permission denied/,
  ],
  ["a link to itself", replace(() => symlinkSync(file, file)), /its symbolic links lead in a circle/],
  ["a model", () => copyFileSync(other("model.safetensors"), file), /no checksum/],
  [
    "the checkpoint of another run",
    () => copyFileSync(other("checkpoint.safetensors"), file),
    /belongs to another run than/,
  ],
];

test.each(damages)(
  "%s: the previous is used, the warning says why, and the end is the same",
  async (_, damage, why = /damaged|not a Handgrad checkpoint/) => {
    damage();
    const warnings = await resumeTiny(path);
    expect(warnings).toEqual([expect.stringMatching(why)]);
    expect(warnings[0]).toMatch(new RegExp(`^${file}: `));
    expect(warnings[0]).not.toContain("\n");
    expect(hashIn(path)).toBe(await tinyHash());
    // What was there is kept, under a name that says that nothing uses it.
    expect(readdirSync(path)).toContain("checkpoint.unused-1.safetensors");
    expect(readCheckpoint(path).warnings).toEqual([]);
  },
);

test.skipIf(isRoot || process.platform === "win32")("a file that may not be read is one of these", async () => {
  chmodSync(file, 0);
  expect(await resumeTiny(path)).toEqual([expect.stringContaining(`${file}: cannot be read: EACCES`)]);
  expect(hashIn(path)).toBe(await tinyHash());
});

test("the file that took the place of a damaged one is damaged as well: again the one before is used", async () => {
  cut(() => 100)();
  await resumeTiny(path, { stopAfter: 10 });
  expect(readCheckpoint(path).state.history.loss.length).toBe(10);
  cut(() => 50)();
  expect(await resumeTiny(path)).toEqual([expect.stringContaining(`${file}: damaged`)]);
  expect(hashIn(path)).toBe(await tinyHash());
  expect(readdirSync(path)).toEqual(
    expect.arrayContaining(["checkpoint.unused-1.safetensors", "checkpoint.unused-2.safetensors"]),
  );
});

test("only the previous is damaged: nothing is lost, and it is said", async () => {
  writeFileSync(join(path, "checkpoint.previous.safetensors"), "");
  expect(await resumeTiny(path)).toEqual([expect.stringContaining("checkpoint.previous.safetensors: not a")]);
  expect(hashIn(path)).toBe(await tinyHash());
});

test("killed between the two renames, a run is not taken for one that was not begun", async () => {
  rmSync(join(path, "checkpoint.previous.safetensors"));
  renameSync(file, join(path, ".next.checkpoint.safetensors"));
  expect(() => RunFolder.create(path)).toThrow("it contains a run");
  expect(await resumeTiny(path)).toEqual([]);
  expect(hashIn(path)).toBe(await tinyHash());
});

test("no checkpoint is whole: the error names all, and every file stays as it is", () => {
  cut(() => 20)();
  writeFileSync(join(path, "checkpoint.previous.safetensors"), "x");
  const before = readdirSync(path);
  const folder = RunFolder.resume(path);
  expect(() => folder.saved()).toThrow(DataError);
  expect(() => folder.saved()).toThrow(
    /no checkpoint of this run is complete:\n.*checkpoint\.safetensors.*\n.*previous/,
  );
  folder.close();
  expect(readdirSync(path)).toEqual(before);
});

test("temporary files of a killed process are removed, files of the user are not", async () => {
  const uuid = "01234567-89ab-cdef-0123-456789abcdef";
  const ours = [`.history.json.${uuid}.tmp`, `.run.lock.${uuid}.tmp`];
  const users = [".notes.tmp", `notes.${uuid}.tmp`, ".notes.json", "notes.tmp"];
  for (const name of [...ours, ...users]) writeFileSync(join(path, name), "x");
  await resumeTiny(path);
  expect(readdirSync(path)).toEqual(expect.arrayContaining(users));
  expect(readdirSync(path).filter((name) => ours.includes(name))).toEqual([]);
});
