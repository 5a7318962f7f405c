import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeCheckpoint, readCheckpoint } from "../../src/node.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn, on } from "./process.ts";

const parent = temporaryFolder("handgrad-");

const handgrad = (args: readonly string[], onOutput?: Parameters<typeof handgradIn>[2]) =>
  handgradIn(parent, args, onOutput);

const settings = "--data stand-in --layers 3072,8,20 --train-images 600 --epochs 40 --kernels wasm".split(" ");
const hashOf = (folder: string) =>
  createHash("sha256")
    .update(encodeCheckpoint(readCheckpoint(folder).state, null))
    .digest("hex");

test("SIGTERM: checkpoint, exit 143; SIGINT: 130; with other threads it ends like the run never interrupted", {
  timeout: 120_000,
}, async () => {
  const whole = handgrad(["train", ...settings, "--out", "whole", "--threads", "1"]);
  const first = await handgrad(
    ["train", ...settings, "--out", "broken", "--threads", "2"],
    on("epoch 4/40", "SIGTERM"),
  );
  expect(first.output).toContain("continue with: handgrad train --resume broken");
  expect(first.code).toBe(143);
  expect(existsSync(join(parent, "broken/run.lock"))).toBe(false);
  const steps = readCheckpoint(join(parent, "broken")).state.history.loss.length;
  expect(steps).toBeGreaterThanOrEqual(24);
  expect(steps).toBeLessThan(240);

  const second = await handgrad(["train", "--resume", "broken", "--threads", "1"], on("epoch 20/40", "SIGINT"));
  expect(second.output).toContain(`resumed after ${steps} steps`);
  expect(second.code).toBe(130);

  // the newest is damaged: the one before is taken, which is said
  const file = join(parent, "broken/checkpoint.safetensors");
  writeFileSync(file, readFileSync(file).subarray(0, 1000));
  const third = await handgrad(["train", "--resume", "broken"]);
  expect(third.output).toContain("the checkpoint before it is used");
  expect(third.code).toBe(0);
  expect((await whole).code).toBe(0);
  expect(hashOf(join(parent, "broken"))).toBe(hashOf(join(parent, "whole")));
});

test("a resumed run keeps its settings, and says which flags it cannot take", async () => {
  const { code, output } = await handgrad(["train", "--resume", "nothing", "--seed", "5"]);
  expect(output).toContain("nothing: no such run folder");
  expect(code).toBe(1);
});

test("DCT, both labels, views: train and evaluate print the same test scores", {
  timeout: 60_000,
}, async () => {
  const better = '{"dct":{"keep":8},"labels":"both","testTimeAugmentation":{"flip":true},"trainAccuracyImages":100}';
  const args = ["--data", "stand-in", "--train-images", "600", "--epochs", "2"];
  const trained = await handgrad(["train", ...args, "--settings", better, "--out", "better"]);
  expect(trained.output).toContain("network   192 → 128 → 20");
  const [, accuracy] = /test accuracy +(\d+\.\d+ %), averaged over shifted copies/.exec(trained.output) ?? [];
  const evaluated = await handgrad(["evaluate", "better", "--data", "stand-in"]);
  expect(evaluated.output).toContain(`accuracy  ${accuracy}`);
});
