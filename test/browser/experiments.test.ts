import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  bytesOf,
  encodeZip,
  findCheckpoint,
  listZip,
  MemoryRunFiles,
  openFiles,
  parseRecord,
  RandomState,
  type RunFiles,
  readCheckpoint,
  readRecord,
  readZipEntry,
  savedRunOf,
  settingsFor,
  trainRun,
  wasmKernels,
} from "../../src/node.ts";
import { hashOf } from "../training/tinyRun.ts";
import { App, repository } from "./app.ts";
import { browserName } from "./chromium.ts";

const [rows, hidden] = [1000, 300];
const stepsPerEpoch = rows / 100;
/** The runs take about this long, so that they can be stopped on the way on a fast machine too, and have this many epochs at least. */
const [secondsOfRun, leastEpochs] = [3, 40];

/** The first epoch that a command without a terminal prints. */
const tenthOf = (epochs: number) => new RegExp(`epoch ${epochs / 10}/${epochs}`);

/** What Node's WebAssembly makes of the run when nothing interrupts it, and how long it takes. */
async function uninterrupted(
  epochs: number,
): Promise<{ readonly hash: string; readonly files: RunFiles; readonly seconds: number }> {
  const started = performance.now();
  const kernels = wasmKernels();
  const source = await openFiles([], { path: "stand-in", trainRows: rows });
  const files = new MemoryRunFiles("whole");
  await trainRun({
    ...{ files, source, kernels, settings: settingsFor(source, { hidden: [hidden], given: { epochs } }) },
    kernelRecord: { name: "wasm", choice: "wasm", strict: false },
  });
  kernels.close();
  const seconds = (performance.now() - started) / 1000;
  return { hash: hashOf((await findCheckpoint(files)).state), files, seconds };
}

async function unzip(file: string): Promise<MemoryRunFiles> {
  const bytes = bytesOf(readFileSync(file));
  const entries = await listZip(bytes, { name: file });
  const files: Record<string, Uint8Array> = {};
  for (const entry of entries) files[basename(entry.path)] = await readZipEntry(bytes, entry, { name: file });
  return new MemoryRunFiles(entries[0].path.split("/")[0], files);
}

async function handgrad(args: readonly string[], { stopAt }: { readonly stopAt?: RegExp } = {}): Promise<string> {
  const child = spawn(process.execPath, [join(repository, "cli/handgrad.mjs"), ...args], { cwd: repository });
  let output = "";
  let isStopped = false;
  const hear = (text: string) => {
    output += text;
    if (isStopped || !stopAt?.test(output)) return;
    isStopped = true;
    child.kill("SIGINT"); // once: a second one ends the process without a checkpoint
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  await new Promise((ended) => child.once("close", ended));
  return output;
}

describe.skipIf(!browserName)("the view Experiments", { timeout: 120_000 }, () => {
  let app: App;
  let folder: string;
  let epochs: number;
  let steps: number;
  let whole: Awaited<ReturnType<typeof uninterrupted>>;

  beforeAll(async () => {
    await uninterrupted(10); // starts threads and compiles
    const { seconds } = await uninterrupted(10);
    epochs = Math.max(leastEpochs, 10 * Math.round(secondsOfRun / seconds)); // the command prints every tenth of them
    steps = stepsPerEpoch * epochs;
    whole = await uninterrupted(epochs);
    app = await App.open({ address: "#/experiments" });
    await app.context.addInitScript(() => {
      const { Worker: Original } = globalThis;
      const workers: Worker[] = [];
      Object.assign(globalThis, {
        workers,
        Worker: class extends Original {
          constructor(url: string | URL, options?: WorkerOptions) {
            super(url, options);
            if (options?.name === "training") workers.push(this);
          }
        },
      });
    });
    await app.page.reload();
  }, 120_000);
  afterAll(() => app?.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "handgrad-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    expect(app.problems.splice(0)).toEqual([]);
  });

  const button = (name: string) => app.page.getByRole("button", { name, exact: true });
  const field = (name: string) => app.page.getByLabel(name, { exact: true });
  const card = (name: string): Locator => app.page.locator(".run", { has: app.page.getByRole("heading", { name }) });
  const state = (name: string, wanted: string) =>
    card(name)
      .locator(".state", { hasText: new RegExp(`^${wanted}$`) })
      .waitFor({ timeout: 60_000 });
  /** Waits until a run has made some steps, and is not done. */
  const underWay = (name: string) =>
    card(name)
      .getByText(new RegExp(`^step [1-9][\\d,]* of ${steps.toLocaleString("en")}`))
      .waitFor({ timeout: 30_000 });

  async function startRun(name: string): Promise<void> {
    await field("Training rows").fill(String(rows));
    await field("Epochs").fill(String(epochs));
    await field("Hidden layers").fill(String(hidden));
    const details = app.page.getByText("All other settings, and the name");
    if (!(await field("Name of the run").isVisible())) await details.click();
    await field("Name of the run").fill(name);
    await button("Start the run").click();
    await underWay(name);
  }

  async function saveZip(name: string): Promise<MemoryRunFiles> {
    await button("None").click();
    await app.page.getByLabel(`Choose ${name}`, { exact: true }).check();
    const [download] = await Promise.all([app.page.waitForEvent("download"), button("Save as ZIP").click()]);
    const file = join(folder, download.suggestedFilename());
    await download.saveAs(file);
    return unzip(file);
  }

  async function expectWholeBits(files: RunFiles): Promise<void> {
    expect(hashOf((await findCheckpoint(files)).state)).toBe(whole.hash);
    const recordOf = async (each: RunFiles) => {
      const text = new TextDecoder().decode(await each.read("history.json"));
      const { loss, trainScore, valScore, trainLoss, valLoss, bestEpoch } = parseRecord(text, { name: each.folder });
      return { loss, trainScore, valScore, trainLoss, valLoss, bestEpoch };
    };
    expect(await recordOf(files)).toEqual(await recordOf(whole.files));
  }

  test("a run is trained, extended, reported, renamed and deleted", async () => {
    await field("Training rows").fill("1000");
    await field("Epochs").fill("2");
    await field("Hidden layers").fill("16");
    await field("Optimizer").selectOption("adam");
    await button("Start the run").click();
    await state("stand-in-adam", "complete");
    expect(await card("stand-in-adam").textContent()).toMatch(/test accuracy\d+\.\d\d %/);
    expect(await card("stand-in-adam").textContent()).toContain("3072 → 16 → 20");
    await button("More epochs for stand-in-adam").click();
    await field("Epochs in all").fill("3");
    await card("stand-in-adam").getByRole("button", { name: "Continue" }).click();
    await card("stand-in-adam").getByText("3 of 3").waitFor();
    await state("stand-in-adam", "complete");
    const [report] = await Promise.all([app.context.waitForEvent("page"), button("Report of stand-in-adam").click()]);
    await report.getByRole("heading", { name: "stand-in-adam" }).waitFor();
    await report.close();
    await card("stand-in-adam").getByRole("link", { name: "Predict, export with stand-in-adam" }).click();
    await app.page.getByRole("heading", { name: "Save the model" }).waitFor();
    await app.page.getByRole("link", { name: "stand-in-adam" }).click();
    expect(new URL(app.page.url()).hash).toBe("#/experiments?run=stand-in-adam");
    await state("stand-in-adam", "complete");
    await app.page.evaluate(() => {
      const picked = async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle("picked", { create: true });
      Object.assign(globalThis, { showDirectoryPicker: picked });
    });
    await button("Save to a folder").click();
    const saved = () =>
      app.page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const run = await (await root.getDirectoryHandle("picked")).getDirectoryHandle("stand-in-adam");
        const names: string[] = [];
        for await (const name of (run as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
        return names.sort();
      });
    await expect
      .poll(() => saved().catch(() => []), { timeout: 10_000 })
      .toEqual([
        ...["checkpoint.previous.safetensors", "checkpoint.safetensors", "evaluation.json", "history.json"],
        ...["last.safetensors", "model.safetensors", "report.html"],
      ]);
    await button("Rename stand-in-adam").click();
    await field("New name of stand-in-adam").fill("first");
    await button("Rename").click();
    await state("first", "complete");
    const other = await app.context.newPage();
    await other.goto(app.url);
    await other.evaluate(() => void navigator.locks.request("handgrad run first", () => new Promise(() => {})));
    await app.page.reload();
    await card("first").getByText("It trains in another view or tab of this page.").waitFor();
    await other.close();
    await state("first", "complete");
    await app.page.getByLabel("Choose first", { exact: true }).check();
    expect(await app.axeEverywhere("experiments")).toEqual([]);
    await app.page.setViewportSize({ width: 1280, height: 900 });
    await button("Delete …").click();
    await button("Delete").click();
    await app.page.getByText("No run is stored in this browser yet.").waitFor();
  });

  test("after a reload and a crash of the worker, a run continues to the bits of Node's WebAssembly", async () => {
    await startRun("interrupted");
    await app.page.reload();
    await app.page.getByText("interrupted trained when this page was loaded again. It continues").waitFor();
    await app.page.getByRole("link", { name: /^Experiments ?, a run trains$/ }).waitFor();
    await underWay("interrupted");
    await app.page.evaluate(() => {
      const [worker] = (globalThis as unknown as { workers: Worker[] }).workers.slice(-1);
      worker.terminate();
      worker.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
    });
    await app.page
      .getByRole("alert")
      .getByText(/interrupted: .*out of memory.*Continue it from its last checkpoint/)
      .waitFor();
    await state("interrupted", "paused");
    await button("Continue interrupted").first().click();
    await state("interrupted", "complete");
    await expectWholeBits(await saveZip("interrupted"));
  });

  test("a run begins in the command, continues in the page and ends in the command with the bits of one that was not interrupted", async () => {
    const path = join(folder, "command");
    const train = [
      "train",
      "stand-in",
      "--kernels",
      "wasm",
      "--train-images",
      String(rows),
      "--hidden",
      String(hidden),
    ];
    await handgrad([...train, "--epochs", String(epochs), "--out", path], { stopAt: tenthOf(epochs) });
    const begun = readCheckpoint(path).state.history.loss.length;
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThan(steps);
    const files = readdirSync(path).map((name) => [`command/${name}`, readFileSync(join(path, name))] as const);
    writeFileSync(join(folder, "command.zip"), encodeZip(Object.fromEntries(files)));
    await app.page.locator("input[type=file]").first().setInputFiles(join(folder, "command.zip"));
    await state("command", "paused");
    await card("command").getByRole("button", { name: "Continue command" }).click();
    await underWay("command");
    await button("Pause command").click();
    await state("command", "paused");
    const saved = await saveZip("command");
    const middle = (await findCheckpoint(saved)).state.history.loss.length;
    expect(middle).toBeGreaterThan(begun);
    expect(middle).toBeLessThan(steps);
    const back = join(folder, "back");
    mkdirSync(back);
    for (const name of await saved.list()) writeFileSync(join(back, name), (await saved.read(name)) as Uint8Array);
    const output = await handgrad(["train", "--resume", back]);
    expect(output).toContain(`resumed after ${middle} steps`);
    expect(output).not.toContain("warning");
    expect(hashOf(readCheckpoint(back).state)).toBe(whole.hash);
    const { loss, valScore } = readRecord(back);
    const text = new TextDecoder().decode(await whole.files.read("history.json"));
    const expected = parseRecord(text, { name: "whole" });
    expect({ loss, valScore }).toEqual({ loss: expected.loss, valScore: expected.valScore });
  });

  test("a full storage stops no training: it is said, the run can be saved from memory, and its last stored checkpoint stays whole", async () => {
    const client = await app.context.newCDPSession(app.page);
    const origin = new URL(app.url).origin;
    await startRun("full");
    await card("full").getByRole("button", { name: "Pause full" }).click(); // so that it has not ended when the storage is full
    await state("full", "paused");
    await client.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 }); // less than is used
    await card("full").getByRole("button", { name: "Continue full" }).click();
    await app.page
      .getByText(/full\/.*storage for this page is full.*exists only in the memory of this page/)
      .first()
      .waitFor();
    await state("full", "complete");
    await expectWholeBits(await saveZip("full"));
    await client.send("Storage.overrideQuotaForOrigin", { origin });
    await app.page.reload(); // what was kept in memory is gone
    await state("full", "paused");
    await card("full").getByRole("button", { name: "Continue full" }).click();
    await state("full", "complete");
    await expectWholeBits(await saveZip("full"));
  });

  test("a run on a table asks once for its file, and after a reload the browser has kept it", async () => {
    const random = new RandomState(3);
    const lines = Array.from({ length: 400 }, () => {
      const [width, height] = [random.randomSample(), random.randomSample()].map((value) => value.toFixed(4));
      return `${width},${height},${Number(width) + Number(height) > 1 ? "large" : "small"}`;
    });
    const table = join(folder, "leaves.csv");
    writeFileSync(table, ["width,height,size", ...lines].join("\n"));
    const epochs = 400;
    const settings = JSON.stringify({ patience: epochs });
    const train = [
      "train",
      table,
      "--target",
      "size",
      "--kernels",
      "wasm",
      "--hidden",
      "64,64",
      "--settings",
      settings,
    ];
    const all = [...train, "--epochs", String(epochs), "--out"];
    await handgrad([...all, join(folder, "whole")]);
    await handgrad([...all, join(folder, "table")], { stopAt: tenthOf(epochs) });
    const files = readdirSync(join(folder, "table")).map((name) => join(folder, "table", name));
    const zip = Object.fromEntries(files.map((file) => [`table/${basename(file)}`, readFileSync(file)]));
    writeFileSync(join(folder, "table.zip"), encodeZip(zip));
    await app.page.locator(".results input[type=file]").first().setInputFiles(join(folder, "table.zip"));
    await state("table", "paused");
    await card("table").getByRole("button", { name: "Continue table" }).click();
    const alert = app.page
      .getByRole("alert")
      .filter({ hasText: "leaves.csv: the data of this run is not in this browser" });
    await alert.locator("input[type=file]").first().setInputFiles(table);
    await card("table")
      .getByText(/^step [1-9]/)
      .waitFor();
    await app.page.reload();
    await state("table", "complete");
    expect(await card("table").textContent()).toMatch(/test accuracy\d+\.\d\d %/);
    const saved = savedRunOf(await findCheckpoint(await saveZip("table")));
    expect(saved.request.path).toBe(table);
    const hash = hashOf(saved.state);
    expect(hash).toBe(hashOf(readCheckpoint(join(folder, "whole")).state));
  });

  test("a file that holds no run is refused with what was expected", async () => {
    await app.page
      .locator("input[type=file]")
      .first()
      .setInputFiles({ name: "notes.zip", mimeType: "application/zip", buffer: Buffer.from("not a zip") });
    await app.page.getByRole("alert").getByText("notes.zip: cannot be read as a zip file").waitFor();
    await app.page
      .locator("input[type=file]")
      .first()
      .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no run") });
    await app.page
      .getByText(/notes.txt: expected the folder of a run with history.json or checkpoint.safetensors/)
      .waitFor();
  });
});
