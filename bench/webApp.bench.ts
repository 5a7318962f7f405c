import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { App } from "../test/browser/app.ts";
import { views } from "../web/app/views.ts";
import { median } from "./statistics.ts";
import { gzipped, kilobytes, sizeOfView, sizesByKind } from "./webAppSizes.ts";

// The web app in a headless browser: sizes, the time to the first curve, long tasks and memory while it trains, and steps per
// second compared with those of the command, with the same kernels and threads, alternately.
//
//   node bench/webApp.bench.ts [--parts sizes,loading,playground,speed] [--repeats 3] [--epochs 60] [--memory-minutes 1]
//
// Speeds are measured in pairs of a run in the page and a run of the command, in alternating order; the ratio is the median of all pairs.

const { values } = parseArgs({
  options: {
    parts: { type: "string", default: "sizes,loading,playground,speed" },
    repeats: { type: "string", default: "3" },
    epochs: { type: "string", default: "60" },
    "memory-minutes": { type: "string", default: "1" },
  },
});
const [repeats, epochs, memoryMinutes] = [values.repeats, values.epochs, values["memory-minutes"]].map(Number);
const parts = new Set(values.parts.split(","));
const rows = 10_000;

/** Opens a view with an empty profile. Returns the gzipped size of everything loaded until `ready`, and the seconds until then. */
async function load(view: string, ready: (page: Page) => Promise<unknown>) {
  const app = await App.open({ address: "#/nowhere" }); // the browser has started
  const page = await app.context.newPage();
  const files = new Set<string>();
  page.on("request", (request) => files.add(new URL(request.url()).pathname.slice(1) || "index.html"));
  await page.route("**/serviceWorker.js", (route) => route.abort()); // it would load everything after the page
  const started = performance.now();
  await page.goto(`${app.url}#/${view}`);
  await ready(page);
  const seconds = (performance.now() - started) / 1000;
  const bytes = [...files].reduce((sum, file) => sum + (gzipped.get(file) ?? 0), 0);
  await app.close();
  return { seconds, bytes, files: files.size };
}

if (parts.has("sizes")) {
  console.log(`all files: ${kilobytes([...gzipped.values()].reduce((sum, size) => sum + size, 0))} gzipped`);
  for (const [kind, size] of sizesByKind()) console.log(`  ${kind}: ${kilobytes(size)}`);
  for (const { id } of views) {
    const { all, code } = sizeOfView(id);
    console.log(`${id}: can load ${kilobytes(all)}, ${kilobytes(code)} without stored results`);
  }
}

const curve = async (page: Page) => {
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.waitForFunction(() => Number(document.querySelector(".progress-numbers .large")?.textContent) >= 3);
};
const heading = (page: Page) => page.waitForSelector("main h1 ~ *, main header ~ *");
if (parts.has("loading")) {
  console.log("\nview          files  loaded at first  ready after");
  for (const { id: view } of views) {
    const runs = [];
    for (let i = 0; i < repeats; i++) runs.push(await load(view, view === "playground" ? curve : heading));
    const { bytes, files } = runs[0];
    const what = view === "playground" ? " (a curve of three epochs)" : "";
    const ready = `${median(runs.map(({ seconds }) => seconds)).toFixed(2)} s`;
    console.log(
      `${view.padEnd(12)} ${String(files).padStart(6)} ${kilobytes(bytes).padStart(16)} ${ready.padStart(12)}${what}`,
    );
  }
}

/** Watches the page for tasks that block it for more than 50 ms (https://w3c.github.io/longtasks/). */
async function watchTasks(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const found: number[] = [];
    Object.assign(globalThis, { longTasks: found });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) found.push(Math.round(duration));
    }).observe({ type: "longtask" });
  });
  return () => page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks.splice(0));
}

const memoryOf = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    type Measures = { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await (performance as unknown as Measures).measureUserAgentSpecificMemory()).bytes;
  });

async function playground(): Promise<void> {
  const app = await App.open({ address: "#/playground?data=spiral&layers=tanh:8,tanh:8" });
  const { page } = app;
  await page.waitForTimeout(1000);
  const tasks = await watchTasks(page);
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.waitForTimeout(10_000);
  console.log(`\nplayground, 10 s of training: tasks over 50 ms: ${(await tasks()).join(", ") || "none"} (ms)`);
  const sizes: number[] = [];
  for (let minute = 0; minute <= memoryMinutes; minute++) {
    if (minute > 0) await page.waitForTimeout(60_000);
    sizes.push(await memoryOf(page));
  }
  console.log(`playground, memory after each minute: ${sizes.map((size) => (size / 1e6).toFixed(1)).join(", ")} MB`);
  await app.close();
}
if (parts.has("playground")) await playground();

/** Steps per second of a run in the page: TinyNet on the stand-in, with evaluation after each epoch and checkpoints. */
async function inPage() {
  const app = await App.open({ address: "#/experiments" });
  const { page } = app;
  await page.getByLabel("Training rows", { exact: true }).fill(String(rows));
  await page.getByLabel("Epochs", { exact: true }).fill(String(epochs));
  const tasks = await watchTasks(page);
  await page.getByRole("button", { name: "Start the run" }).click();
  const record = await page.evaluate(async () => {
    for (;;) {
      await new Promise((wait) => setTimeout(wait, 500));
      const found = await find(await navigator.storage.getDirectory());
      if (found) return JSON.parse(await (await found.getFile()).text()) as { loss: number[]; seconds: number };
    }
    async function find(folder: FileSystemDirectoryHandle): Promise<FileSystemFileHandle | undefined> {
      type Entries = { values(): AsyncIterable<FileSystemHandle> };
      for await (const handle of (folder as unknown as Entries).values()) {
        if (handle.kind === "file" && handle.name === "history.json") return handle as FileSystemFileHandle;
        if (handle.kind === "directory") {
          const inner = await find(handle as FileSystemDirectoryHandle);
          if (inner) return inner;
        }
      }
      return undefined;
    }
  });
  const long = await tasks();
  await app.close();
  return { rate: record.loss.length / record.seconds, long };
}

function inCommand(): number {
  const out = mkdtempSync(join(tmpdir(), "handgrad-bench-"));
  const data = ["train", "--data", "stand-in", "--train-images", String(rows), "--epochs", String(epochs)];
  const how = ["--kernels", "wasm", "--checkpoint-every", "5s", "--quiet", "--no-tensorboard", "--json", "-"];
  const args = [join(import.meta.dirname, "../cli/main.ts"), ...data, ...how, "--out", join(out, "run")];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1e8 });
  rmSync(out, { recursive: true });
  if (!stdout) throw new Error(stderr);
  const { loss, seconds } = JSON.parse(stdout) as { loss: number[]; seconds: number };
  return loss.length / seconds;
}

async function speed(): Promise<void> {
  const pairs: { readonly page: number; readonly command: number }[] = [];
  const long: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const first = i % 2 === 1 ? inCommand() : undefined;
    const run = await inPage();
    const pair = { page: run.rate, command: first ?? inCommand() };
    pairs.push(pair);
    long.push(...run.long);
    const [page, command] = [pair.page, pair.command].map((rate) => rate.toFixed(0));
    console.log(`  pair ${i + 1}: page ${page} steps/s, command ${command} steps/s, ratio ${ratioOf(pair).toFixed(2)}`);
  }
  const [page, command] = [median(pairs.map((pair) => pair.page)), median(pairs.map((pair) => pair.command))];
  console.log(
    `TinyNet, batches of 100, ${rows} rows, ${epochs} epochs, wasm, all threads: page ${page.toFixed(0)} steps/s, command ${command.toFixed(0)} steps/s, ratio of a pair ${median(pairs.map(ratioOf)).toFixed(2)} (medians of ${repeats})`,
  );
  console.log(`tasks over 50 ms in the page during this time: ${long.join(", ") || "none"} (ms)`);
}
const ratioOf = ({ page, command }: { readonly page: number; readonly command: number }): number => page / command;
if (parts.has("speed")) await speed();
