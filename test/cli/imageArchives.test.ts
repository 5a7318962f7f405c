import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import sharp from "sharp";
import { beforeAll, expect, test, vi } from "vitest";
import { zipOf } from "../../scripts/fuzz/structures.ts";
import { RandomState } from "../../src/node.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn } from "./process.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = temporaryFolder("handgrad-archives-");
const random = new RandomState(5);

/** Red or blue noise; the names of the classes are what a terminal and a page might obey. */
const labels = { "\u001b[31mred": 0, "=blue<b>": 2 } as const;
const files: Record<string, Uint8Array> = {};
beforeAll(async () => {
  for (const [label, channel] of Object.entries(labels)) {
    for (let i = 0; i < 30; i++) {
      const noise = Uint8Array.from({ length: 192 }, (_, j) => random.randint(0, 80) + (j % 3 === channel ? 150 : 0));
      files[`top/${label}/${i}.png`] = await sharp(noise, { raw: { width: 8, height: 8, channels: 3 } })
        .png()
        .toBuffer();
    }
  }
  files["top/=blue<b>/broken.png"] = files["top/=blue<b>/0.png"].subarray(0, 60);
  writeFileSync(join(folder, "pets.zip"), zipOf(files, random, deflateRawSync, { ending: "", lies: false }));
});

test("a ZIP: a broken file stops train with one line; with --skip-broken it is counted, stored, and left out again", async () => {
  const quick = ["--size", "8", "--epochs", "4", "--hidden", "8", "--no-baseline", "--out", "run"];
  const refused = await handgradIn(folder, ["train", "pets.zip", ...quick]);
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(
    /error: pets\.zip: top\/=blue<b>\/broken\.png: cannot be decoded.*; --skip-broken leaves such files out\n$/,
  );
  const trained = await handgradIn(folder, ["train", "pets.zip", "--skip-broken", ...quick]);
  expect(trained.code, trained.output).toBe(0);
  expect(trained.output).toContain("1 broken file skipped: pets.zip: top/=blue<b>/broken.png");
  expect(trained.output).not.toContain("\u001b[31mred");
  const scored = await handgradIn(folder, ["evaluate", "run"]);
  expect(scored.output).toContain("9 rows");
  expect(scored.code, scored.output).toBe(0);
});

test("predict reads the pictures of a ZIP and of a folder; broken ones are named", async () => {
  mkdirSync(join(folder, "loose"));
  for (const [path, bytes] of Object.entries(files))
    writeFileSync(join(folder, "loose", path.replace(/[^\w.]/g, "-")), bytes);
  const [zipped, loose] = await Promise.all(
    ["pets.zip", "loose"].map(async (path) => {
      const { code, output } = await handgradIn(folder, ["predict", "run", path, "--json"]);
      const lines = output.trim().split("\n");
      expect([code, lines.filter((line) => !line.startsWith("{"))]).toEqual([
        1,
        [expect.stringMatching(/broken\.png: cannot be decoded/)],
      ]);
      return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line).labels[0]);
    }),
  );
  expect(zipped).toHaveLength(60);
  const sorted = (found: readonly { label: string; probability: number }[]) =>
    found.map(({ label, probability }) => `${label} ${probability}`).sort();
  expect(sorted(loose)).toEqual(sorted(zipped));
});
