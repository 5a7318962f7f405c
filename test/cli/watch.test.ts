import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn } from "./process.ts";

vi.setConfig({ testTimeout: 60_000 });

const folder = temporaryFolder("handgrad-watch-");

/** All events of a page until the server ends them. */
async function eventsOf(url: string): Promise<string> {
  const response = await fetch(`${url}events`);
  return response.text();
}

test("the page of a run shows its curves, stops it, and closes with it", async () => {
  const rows = Array.from({ length: 400 }, (_, i) => `${(i * 37) % 101},${i % 2 ? "a<b" : "c"}`);
  writeFileSync(join(folder, "<i>data.csv"), `x,y\n${rows.join("\n")}\n`);
  let events: Promise<string> | undefined;
  const args = ["train", "<i>data.csv", "--target", "y", "--epochs", "100000", "--patience", "100000", "--hidden", "8"];
  const { code, output } = await handgradIn(folder, [...args, "--out", "run", "--watch"], (_, text) => {
    const [url] = /http:\/\/127\.0\.0\.1:\d+\/\w+\//.exec(text) ?? [];
    if (!url || events) return;
    events = eventsOf(url);
    setTimeout(() => fetch(`${url}stop`, { method: "POST", headers: { Origin: new URL(url).origin } }), 1500);
  });
  expect(code, output).toBe(130);
  expect(output).toContain("--resume run");
  const text = (await events) ?? "";
  expect(text).toMatch(/event: status\ndata: \{"line":"Epoch \d+ of 100000, step \d+ of/);
  expect(text).toMatch(/event: figures\ndata: <svg class="wide"/);
  const [, end = "{}"] = /event: end\ndata: (.*)\n/.exec(text) ?? [];
  expect(JSON.parse(end)).toMatchObject({
    line: "Stopped. A checkpoint is kept.",
    text: expect.stringContaining("--resume run"),
  });
});
