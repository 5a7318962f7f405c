import { expect, test } from "vitest";
import { encodeZip, MemoryRunFiles, parseSettings, scalarKernels, trainRun } from "../../../src/index.ts";
import { folderName, readStoredRun, stateOf, summarize } from "../../../web/app/training/runStore.ts";
import { runsIn } from "../../../web/app/training/transfer.ts";
import { tinyNormalization, tinySource } from "../../training/tinyRun.ts";

const settings = parseSettings({
  ...{ layers: [48, 6, 3], initScale: 0.1, epochs: 2, batchSize: 10 },
  normalization: tinyNormalization,
});

async function run(stopAfter = Infinity): Promise<MemoryRunFiles> {
  const files = new MemoryRunFiles("tiny");
  const controller = new AbortController();
  await trainRun({
    ...{ files, settings, source: tinySource, kernels: scalarKernels, signal: controller.signal },
    kernelRecord: { name: "scalar", choice: "scalar", strict: false },
    onStep: ({ step }) => void (step === stopAfter - 1 && controller.abort()),
  });
  return files;
}

const stat = { isHeld: false, size: 1, changed: 2 };

test("the state of a run follows from its files", async () => {
  const complete = await run();
  const ended = await readStoredRun(complete);
  expect(stateOf(ended, false)).toBe("complete");
  expect(stateOf(ended, true)).toBe("running");
  const stopped = await readStoredRun(await run(3));
  expect(stateOf(stopped, false)).toBe("paused");
  expect(summarize("tiny", stopped, stat)).toMatchObject({
    state: "paused",
    steps: 3,
    epochs: 0,
    data: "the procedural stand-in",
  });
  expect(summarize("tiny", ended, stat)).toMatchObject({ state: "complete", steps: 8, epochs: 2, metric: "accuracy" });
});

test("a run whose worker was lost before its first results is paused; a run that was extended is, too", async () => {
  const lost = await run(3);
  await lost.remove("history.json");
  expect(stateOf(await readStoredRun(lost), false)).toBe("paused");
  const ended = await readStoredRun(await run());
  const saved = ended.saved && { ...ended.saved, settings: { ...settings, epochs: 3 } };
  expect(stateOf({ ...ended, saved }, false)).toBe("paused");
});

test("a run that was ended before its first checkpoint says so, and cannot be continued", async () => {
  const summary = summarize("tiny", await readStoredRun(new MemoryRunFiles("tiny", {})), stat);
  expect(summary).toMatchObject({ state: "damaged", data: "–", steps: 0 });
  expect(summary.problem).toMatch(/before its first checkpoint/);
});

test("a damaged run hides nothing: what is wrong is in its summary", async () => {
  const files = new MemoryRunFiles("tiny", { "history.json": new TextEncoder().encode("{") });
  const summary = summarize("tiny", await readStoredRun(files), stat);
  expect(summary).toMatchObject({ state: "damaged", steps: 0 });
  expect(summary.problem).toMatch(/^tiny\/history.json: damaged/);
});

test("a list leaves the checkpoint of a complete run unread, and reads that of any other", async () => {
  expect((await readStoredRun(await run(), { untouched: true })).saved).toBeUndefined();
  expect((await readStoredRun(await run(3), { untouched: true })).saved).toBeDefined();
});

test("run folders are found in folders and in ZIP files, with the files that belong to a run", async () => {
  const files = await run(3);
  const bytes: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const name of await files.list()) bytes[name] = ((await files.read(name)) as Uint8Array<ArrayBuffer>).slice();
  const under = (folder: string) =>
    Object.fromEntries(
      Object.entries({ ...bytes, "run.lock": new Uint8Array(3), "notes.txt": new Uint8Array(3) }).map(
        ([name, content]) => [folder + name, content],
      ),
    );
  const chosen = Object.entries(under("runs/first/")).map(([path, content]) => ({
    path,
    file: new File([content], path),
  }));
  const zip = { path: "second.zip", file: new File([encodeZip(under(""))], "second.zip") };
  const nested = { path: "b.zip", file: new File([encodeZip(under("a/third/"))], "b.zip") };
  const found = await runsIn([...chosen, zip, nested]);
  expect(found.map(({ folder }) => folder)).toEqual(["first", "second", "third"]);
  for (const each of found) {
    expect((await each.list()).sort()).toEqual(Object.keys(bytes).sort());
    for (const name of await each.list()) expect(await each.read(name)).toEqual(bytes[name]);
  }
});

test("files without a run are refused with what was expected", async () => {
  const file = new File(["x"], "notes.txt");
  await expect(runsIn([{ path: "notes.txt", file }])).rejects.toThrow(
    "notes.txt: expected the folder of a run with history.json or checkpoint.safetensors, or a ZIP of it; found neither",
  );
});

test("a cross-validation is no run: what to open instead is said", async () => {
  const files = ["history.json", "cross-validation.json", "folds/1/history.json"].map((name) => ({
    path: `cv/${name}`,
    file: new File(["{}"], name),
  }));
  await expect(runsIn(files)).rejects.toThrow(
    "cv: expected the folder of a run, found that of a cross-validation; open one of its folds (cv/folds/…) here",
  );
});

test("names of folders hold nothing that a file system refuses", () => {
  expect(folderName("a/b\\c:d")).toBe("a-b-c-d");
  expect(folderName("../up")).toBe("up");
  expect(folderName("--help")).toBe("help");
  expect(folderName("  ")).toBe("run");
  expect(folderName("x".repeat(300))).toHaveLength(100);
});
