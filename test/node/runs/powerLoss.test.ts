import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkpointFile, hasCheckpoint } from "../../../src/node/runs/checkpointFiles.ts";
import { readCheckpoint, readModel, readRecord } from "../../../src/node.ts";
import { begin, end } from "./faultyFiles.ts";
import { allStates, type Change, type DiskState, keyOf, restore, statesAfter } from "./powerLoss.ts";
import { finalFiles, hashIn, resumeTiny, startTiny, tinyHash } from "./tinyFolder.ts";

vi.setConfig({ testTimeout: 120_000 }); // they force much to disk, which others may be using

vi.mock("node:fs", async (original) => (await import("./faultyFiles.ts")).overFiles(await original()));
vi.mock("node:fs/promises", async (original) => (await import("./faultyFiles.ts")).overPromises(await original()));

let parent = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "handgrad-"));
});
afterEach(() => {
  end();
  rmSync(parent, { recursive: true, force: true });
});

describe("the model of a disk", () => {
  const text = (state: DiskState) => [...state].map(([path, bytes]) => `${path}=${Buffer.from(bytes)}`).join(" ");
  const write: Change[] = [
    { kind: "create", path: "/d/new", file: 1 },
    { kind: "write", file: 1, bytes: Buffer.from("abcd") },
  ];
  const states = (...changes: Change[]) => [...statesAfter(changes)].map(text).sort();

  test("what is not forced to disk may be lost, or be there in part", () => {
    expect(states(...write)).toEqual(["", "/d/new=", "/d/new=\0\0\0\0", "/d/new=ab", "/d/new=abc", "/d/new=abcd"]);
  });

  test("fsync of a file keeps its bytes and not its name, fsync of the folder its name and not its bytes", () => {
    expect(states(...write, { kind: "sync", file: 1 })).toEqual(["", "/d/new=abcd"]);
    expect(states(...write, { kind: "syncFolder", path: "/d" })).not.toContain("");
    expect(states(...write, { kind: "sync", file: 1 }, { kind: "syncFolder", path: "/d" })).toEqual(["/d/new=abcd"]);
  });

  test("renames are lost or done, in their order; a folder that is lost takes its files along", () => {
    const old: Change[] = [
      { kind: "create", path: "/d/old", file: 0 },
      { kind: "sync", file: 0 },
    ];
    const kept: Change[] = [...old, ...write, { kind: "sync", file: 1 }, { kind: "syncFolder", path: "/d" }];
    const renames: Change[] = [
      { kind: "rename", from: "/d/old", to: "/d/older" },
      { kind: "rename", from: "/d/new", to: "/d/old" },
    ];
    expect(states(...kept, ...renames)).toEqual([
      "/d/new=abcd /d/older=",
      "/d/old= /d/new=abcd",
      "/d/older= /d/old=abcd",
    ]);
    const synced: Change[] = [
      { kind: "sync", file: 1 },
      { kind: "syncFolder", path: "/d" },
    ];
    expect(states({ kind: "mkdir", path: "/d" }, ...write, ...synced)).toEqual(["", "/d/new=abcd"]);
  });
});

/** What a whole run changes on the disk. */
async function recorded(): Promise<{ changes: readonly Change[]; path: string }> {
  const path = join(parent, "runs", "run");
  begin();
  await startTiny(path);
  return { changes: end().changes, path };
}

/** Restores a state and says how many steps its newest checkpoint has, -1 where there is none. What is damaged is a failure. */
function stepsIn(state: DiskState, from: string, place: string): number {
  restore(state, from, place);
  const lock = state.get(join(from, "run.lock"));
  if (lock) expect(JSON.parse(Buffer.from(lock).toString()).pid).toBe(process.pid);
  if (state.has(join(from, "history.json"))) {
    expect(readRecord(place).stopped).toBe(false);
    for (const name of ["model", "last"])
      expect(readModel(join(place, `${name}.safetensors`)).labelNames.length).toBe(3);
  }
  if (!hasCheckpoint(place)) return -1;
  const { state: saved, warnings } = readCheckpoint(place);
  expect(warnings).toEqual([]);
  return saved.history.loss.length;
}

test("after a loss of power at any moment there is a whole checkpoint, never older than one that was kept before", async () => {
  const { changes, path } = await recorded();
  const place = join(parent, "after", "run");
  const steps = new Map<string, number>();
  const results = finalFiles.map((name) => join(path, name));
  let kept = -1;
  for (const { after, state } of allStates(changes)) {
    const key = keyOf(state);
    if (!steps.has(key)) steps.set(key, stepsIn(state, path, place));
    expect(steps.get(key), `after ${after} changes: ${[...state.keys()]}`).toBeGreaterThanOrEqual(kept);
    // `writeCheckpoint` renames twice; from the fsync of the folder behind that on, the checkpoint must stay.
    const [renamed, synced] = [changes[after - 2], changes[after - 1]];
    if (synced?.kind === "syncFolder" && renamed.kind === "rename" && renamed.to === join(path, checkpointFile))
      kept = Math.max(kept, steps.get(key) ?? 0);
  }
  for (const state of statesAfter(changes)) expect([...state.keys()]).toEqual(expect.arrayContaining(results));
  expect(steps.size).toBeGreaterThan(40);
  expect(kept).toBe(12);
});

test("a run continues from each of these states to the same bits, and leaves nothing else behind", async () => {
  const { changes, path } = await recorded();
  const place = join(parent, "after", "run");
  const states = new Map(allStates(changes).map(({ state }) => [keyOf(state), state]));
  for (const [key, state] of states) {
    restore(state, path, place);
    rmSync(join(place, "run.lock"), { force: true }); // as a new process does, which finds that this one is gone
    expect(await resumeTiny(place), key).toEqual([]);
    expect(hashIn(place), key).toBe(await tinyHash());
    expect(readdirSync(place).sort(), key).toEqual(finalFiles);
  }
});

test("where folders cannot be synced, a run may lose its last checkpoints, but finds a whole one or has not begun", async () => {
  const { changes, path } = await recorded();
  const place = join(parent, "after", "run");
  const states = allStates(changes.filter(({ kind }) => kind !== "syncFolder"));
  const different = new Map(states.map(({ state }) => [keyOf(state), state]));
  for (const state of different.values()) {
    expect(stepsIn(state, path, place)).toBeGreaterThanOrEqual(-1);
  }
});
