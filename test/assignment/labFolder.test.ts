import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LabFolder } from "../../assignment/node/labFolder.ts";
import { fit } from "../../src/index.ts";
import { hashOf, tinyOptions } from "../training/tinyRun.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handgrad-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function savedTraining(lab: LabFolder): Promise<string[]> {
  const hashes: string[] = [];
  const save = async (state: Parameters<typeof hashOf>[0]) => {
    hashes.push(hashOf(state));
    await lab.saveState("relu", state);
  };
  await fit({ ...tinyOptions(), checkpoint: { steps: 4, save } });
  return hashes;
}

test("a training whose newest checkpoint is damaged continues from the one before, and can save further ones", async () => {
  const lab = new LabFolder(folder);
  const hashes = await savedTraining(lab);
  const file = join(lab.runFolder("relu"), "checkpoint.safetensors");
  rmSync(file);
  mkdirSync(file); // which a file cannot replace
  const state = lab.loadState("relu");
  expect(state && hashOf(state)).toBe(hashes.at(-2));
  if (state) await lab.saveState("relu", state);
  expect(readdirSync(lab.runFolder("relu"))).toContain("checkpoint.unused-1.safetensors");
});

test("a training that is done leaves no checkpoint, also none that has its first name still", async () => {
  const lab = new LabFolder(folder);
  await savedTraining(lab);
  const run = lab.runFolder("relu");
  renameSync(join(run, "checkpoint.safetensors"), join(run, ".next.checkpoint.safetensors"));
  lab.removeState("relu");
  expect(readdirSync(run)).toEqual([]);
  expect(lab.loadState("relu")).toBeUndefined();
});

test("temporary files of a killed process are removed in every folder of the lab", () => {
  const lab = new LabFolder(folder);
  const leftovers = [".", "steps", "runs/relu"].map((place) => {
    mkdirSync(join(folder, place), { recursive: true });
    return join(folder, place, ".file.01234567-89ab-cdef-0123-456789abcdef.tmp");
  });
  for (const file of leftovers) writeFileSync(file, "x");
  lab.removeLeftovers();
  expect(leftovers.filter((file) => existsSync(file))).toEqual([]);
});
