import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder("handgrad-command-");

function handgrad(...args: string[]) {
  const options = { cwd: folder, encoding: "utf8", timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "cli/main.ts"), ...args], options);
  return { status, stdout, stderr };
}

const quick = [
  "--data",
  "stand-in",
  "--train-images",
  "500",
  "--layers",
  "3072,16,20",
  "--epochs",
  "2",
  "--learning-rate",
  "0.05",
];

describe("train, evaluate, predict on the stand-in", () => {
  const run = join(folder, "run");
  const trained = handgrad("train", ...quick, "--init-scale", "0.01", "--out", run, "--json", join(folder, "h.json"));

  test("train ends with accuracies, says where the results are, and says loudly that it is the stand-in", () => {
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stdout).toMatch(/validation accuracy +\d+\.\d\d %/);
    expect(trained.stdout).toMatch(/test accuracy +\d+\.\d\d %/);
    expect(trained.stdout).toContain("STAND-IN");
    expect(trained.stdout).toContain(`results: ${run}`);
    expect(readdirSync(run)).toEqual(expect.arrayContaining(["history.json", "last.safetensors", "model.safetensors"]));
  });

  test("in a pipe there are lines, no bar and no control characters", () => {
    expect(trained.stderr).toMatch(/epoch 2\/2: accuracy training \d+/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not occur
    expect(trained.stdout + trained.stderr).not.toMatch(/\u001b|\r/);
  });

  test("--json has a loss an iteration, accuracies an epoch and the settings", () => {
    const { loss, trainAccuracy, valAccuracy, config } = JSON.parse(readFileSync(join(folder, "h.json"), "utf8"));
    expect(loss.length).toBe(10);
    expect(trainAccuracy.length).toBe(2);
    expect(valAccuracy.length).toBe(2);
    expect(config).toMatchObject({ layers: [3072, 16, 20], epochs: 2, trainImages: 500, dtype: "float32", seed: 123 });
  });

  test("evaluate reproduces the validation accuracy of the best epoch", () => {
    const { valAccuracy } = JSON.parse(readFileSync(join(folder, "h.json"), "utf8"));
    const { stdout } = handgrad("evaluate", run, "--part", "validation", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ accuracy: Math.max(...valAccuracy), rows: 2000, standIn: true });
  });

  test("last.safetensors is the network after the last step", () => {
    const { valAccuracy } = JSON.parse(readFileSync(join(folder, "h.json"), "utf8"));
    const { stdout } = handgrad("evaluate", join(run, "last.safetensors"), "--part", "validation", "--json");
    expect(JSON.parse(stdout).accuracy).toBe(valAccuracy[1]);
  });

  test("predict takes an image file of any size and gives labels whose probabilities fall", async () => {
    const image = join(folder, "red.png");
    await sharp({ create: { width: 70, height: 40, channels: 3, background: "red" } })
      .png()
      .toFile(image);
    const { stdout, status } = handgrad("predict", run, image, "--top", "20", "--json");
    expect(status).toBe(0);
    const { labels } = JSON.parse(stdout) as { labels: { label: string; probability: number }[] };
    const probabilities = labels.map(({ probability }) => probability);
    expect(labels.length).toBe(20);
    expect(probabilities.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect([...probabilities].sort((a, b) => b - a)).toEqual(probabilities);
    expect(handgrad("predict", run, image).stdout).toContain(labels[0].label);
  });

  test("predict names the file that is no image, and the run that is none", () => {
    writeFileSync(join(folder, "text.png"), "no image");
    expect(handgrad("predict", run, join(folder, "text.png"))).toMatchObject({ status: 1 });
    expect(handgrad("predict", run, join(folder, "text.png")).stderr).toContain("text.png");
    expect(handgrad("predict", join(folder, "nowhere"), "x.png").stderr).toContain("nowhere: no such run folder");
  });
});

describe("what cannot be run is reported in a sentence", () => {
  test.each([
    [["train", "--epochs", "0"], "--epochs", "Expected a whole number of at least 1"],
    [["train", "--batch-size", "-5"], "--batch-size", "Expected a whole number of at least 1"],
    [["train", "--layers", "3072"], "--layers", "at least two sizes"],
    [["train", "--layers", "3072,0,20"], "--layers", "Expected sizes of at least 1"],
    [["train", "--keep-prob", "1.5"], "--keep-prob", "from 0 to 1"],
    [["train", "--learning-rate", "fast"], "--learning-rate", "Expected a number"],
    [["train", "--surprise"], "unknown option '--surprise'", ""],
    [["train", "--kernels", "magic"], "native, wasm, scalar", ""],
    [
      ["train", "--data", "/no/such/folder"],
      "/no/such/folder: no such file or folder",
      "handgrad data download cifar100",
    ],
    [
      ["train", "--data", "stand-in", "--layers", "3072,8,10"],
      "layers: expected 20 outputs, one for each class of stand-in train, found (10)",
      "",
    ],
    [
      ["train", "--data", "stand-in", "--batch-size", "20000"],
      "batchSize",
      "batchSize: expected at most 10000, the rows of stand-in train, found 20000",
    ],
    [["reproduce", "surprise", "--data", "stand-in"], "found the run surprise", "tinynet"],
    [["reproduce", "--data", "stand-in"], "reproduce needs CIFAR-100 itself", ""],
    [["vectors", "nowhere.json"], "nowhere.json", ""],
    [["gradcheck", "surprise"], "found surprise", "linear"],
    [["trian"], "unknown command 'trian'", "train"],
  ])("handgrad %s", (args, ...messages) => {
    const { status, stderr } = handgrad(...args);
    const isData = /no such|needs CIFAR-100|nowhere|found surprise|found the run surprise/.test(stderr);
    expect(status).toBe(isData ? 1 : 2);
    for (const message of messages) expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test("vectors: exit code 1 when something differs, and missing parts are counted as skipped", () => {
  const array = (data: number[]) => ({ shape: [1, 2], data });
  const relu = {
    kind: "layer",
    name: "relu",
    config: {},
    params: {},
    dparams: {},
    x: array([-1, 2]),
    y: array([0, 2]),
    dy: array([3, 3]),
    dx: array([0, 3]),
  };
  const write = (cases: object[]) => {
    writeFileSync(join(folder, "vectors.json"), JSON.stringify({ cases }));
    return handgrad("vectors", "vectors.json");
  };
  expect(write([relu, { ...relu, name: "attention" }])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("2 passed, 0 failed, 2 skipped"),
  });
  expect(write([{ ...relu, dx: array([0, 4]) }])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining("0 passed, 2 failed, 0 skipped"),
  });
});
