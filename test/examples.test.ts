import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporaryFolder.ts";

const root = resolve(import.meta.dirname, "..");
const folder = temporaryFolder("handgrad-examples-");

const patience = 120_000; // each takes a few seconds on a quiet machine
const read = (path: string): string => readFileSync(resolve(root, path), "utf8");
const run = (file: string, ...args: readonly string[]): string =>
  execFileSync(process.execPath, ["--conditions=handgrad-source", resolve(root, "examples", file), ...args], {
    cwd: root,
    encoding: "utf8",
  });

/** What an example must say beside running: where a figure could be wrong without an error. */
const says: Readonly<Record<string, RegExp>> = {
  "checkpoints.ts": /^found: epoch 2, 10 steps\n20 steps, the same losses to the bit: true$/m,
  "compare-optimizers.ts": /^optimizer sgd, learning rate 0\.1, momentum 0 \(3 seeds\) \| 1, 2, 3 \| .*±/m,
  "convolution.ts": /^more than 5 epochs in an hour: true\ntest accuracy 0\.[5-9]\d, by chance 0\.05$/m,
  "formats.ts": /^(\w+: \d+ bytes, read back with the same answer\n){4}$/,
  "kernels.ts": /^same bits: true$/m,
  "metrics.ts": /^far: precision (0\.9\d|1\.00), recall (0\.9\d|1\.00)$/m,
  "pictures.ts": /^pixels: 5\d\.\d %\nDCT: 5\d\.\d %\nin 18 views: 6\d\.\d %$/m,
  "own-layer.ts": /: \d\.\de-(0?[89]|\d\d)$/m, // below 1e-7
  "own-table.ts": /^no, yes, yes$/m,
  "network-as-data.ts": /^validation accuracy (0\.9\d|1\.00)\nloaded again, the same accuracy: true\nONNX: \d+ bytes$/m,
  "many-targets.ts": /: 0\.9\d\d\nheight[\s\S]*^share of correct labels: 0\.9\d\d$/m,
  "first-network.ts": /^step 200: loss 0\.00\d$/m,
  "regression.ts": /^R² 0\.99\d, linear 0\.9[0-6]\d$/m,
  "sequences.ts": /^right at (9\d|100)\.\d % of all positions\n\(\[\(\)\] needs \) next$/m,
  "settings.ts": /^best epoch \d+ of \d+ that were trained\ntest accuracy 0\./m,
  "training-events.ts": /^paused after 16 steps\nstep 16:[\s\S]*^stopped \(enough\) after 32 steps/m,
};

/** Those that need more than to be run: they have tests of their own. */
const elsewhere = ["cifar100.ts", "image-folder.ts", "own-exercise.ts"];
const examples = readdirSync(resolve(root, "examples")).filter((file) => file.endsWith(".ts"));
test.each(examples.filter((file) => !elsewhere.includes(file)))(
  "%s runs",
  (file) => {
    expect(run(file)).toMatch(says[file] ?? /\S/);
  },
  patience,
);

test(
  "image-folder.ts distinguishes discs from stripes",
  async () => {
    const pictures = join(folder, "pictures");
    const shapes: Readonly<Record<string, (i: number) => string>> = {
      discs: (i) => `<circle cx="${14 + (i % 5)}" cy="${12 + (i % 7)}" r="9"/>`,
      stripes: (i) => [2, 10, 18, 26].map((y) => `<rect y="${y + (i % 5)}" width="32" height="4"/>`).join(""),
    };
    for (const [label, shape] of Object.entries(shapes)) {
      mkdirSync(join(pictures, label), { recursive: true });
      for (let i = 0; i < 30; i++) {
        const ground = `<rect width="32" height="32" fill="hsl(${37 * i} 60% 30%)"/>`;
        const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" fill="white">${ground}${shape(i)}</svg>`;
        await sharp(Buffer.from(svg))
          .png()
          .toFile(join(pictures, label, `${i}.png`));
      }
    }
    const said = run("image-folder.ts", pictures, join(folder, "model"));
    expect(said).toMatch(/^discs: predicted discs .*\nstripes: predicted stripes /m);
  },
  patience,
);

/** `npx vitest run test/examples.test.ts -t guide -u` copies the examples into the guide again. */
test("the guide shows the examples word for word", async () => {
  const recipe = /\[examples\/([\w-]+\.ts)\]\(\.\.\/examples\/\1\)\n\n```ts\n[\s\S]*?\n```\n/g;
  const shown: string[] = [];
  const expected = read("docs/guide.md").replaceAll(recipe, (_, file: string) => {
    shown.push(file);
    return `[examples/${file}](../examples/${file})\n\n\`\`\`ts\n${read(`examples/${file}`)}\`\`\`\n`;
  });
  expect(shown.length).toBe(expected.split("```ts\n").length - 1); // no code of its own
  expect(new Set(shown).size).toBe(17);
  await expect(expected).toMatchFileSnapshot("../docs/guide.md");
});
