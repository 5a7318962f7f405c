import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseReference, reproduce } from "../../assignment/index.ts";
import { settingsOf } from "../../assignment/reference.ts";
import { DataError, type Dataset, scalarKernels } from "../../src/index.ts";

// Made with NumPy alone: test/fixtures/reference/make.py
const stored: { images: number[][]; labels: number[]; runs: Record<string, { config: object }> } = JSON.parse(
  readFileSync(new URL("../fixtures/reference/tiny.json", import.meta.url), "utf8"),
);
const reference = parseReference(JSON.stringify(stored.runs), { name: "tiny.json" });

function part(from: number, to: number): Dataset {
  return {
    ...{ name: "tiny", inputs: Uint8Array.from(stored.images.slice(from, to).flat()), inputShape: [2, 2, 3] },
    ...{ labels: Int32Array.from(stored.labels.slice(from, to)), labelNames: ["a", "b", "c"] },
  };
}
const data = { train: part(0, 40), validation: part(40, 60) };

describe("runs of NumPy with other settings than the published ones", () => {
  test.each(Object.keys(reference))("%s: every loss to 1e-12, every accuracy as it is", async (name) => {
    const result = await reproduce(reference[name], { data, kernels: scalarKernels });
    expect(result.lossesCompared).toBe(16);
    expect(result.lossDifference).toBeLessThan(1e-12);
    expect(result.normDifference).toBeLessThan(1e-12);
    expect(result.rows.map(({ ours }) => ours)).toEqual(result.rows.map(({ reference: theirs }) => theirs));
  });

  test("the decay is no small matter: without it the losses differ", () => {
    const [plain, decayed] = [reference.plain.loss_first, reference.decay.loss_first];
    expect(plain.slice(0, 4)).toEqual(decayed.slice(0, 4));
    expect(Math.abs(plain[15] - decayed[15])).toBeGreaterThan(1e-3);
  });
});

const parse = (change: object) => {
  const { plain } = stored.runs;
  return parseReference(JSON.stringify({ plain: { ...plain, config: { ...plain.config, ...change } } }), {
    name: "x.json",
  });
};

describe("settings", () => {
  test("of every kind are taken", () => {
    const change = {
      keep_prob: 0.5,
      optimizer: "lion",
      beta2: 0.98,
      label_smoothing: 0.1,
      activation: "tanh",
      clip_norm: 1,
    };
    expect(settingsOf(parse(change).plain)).toMatchObject({
      ...{ keepProb: 0.5, optimizer: "lion", beta2: 0.98, labelSmoothing: 0.1, activation: "tanh", clipNorm: 1 },
    });
    expect(settingsOf(parse({ lr_decay: 0.5, lr_decay_every: 3 }).plain).schedule).toEqual({
      kind: "step",
      factor: 0.5,
      every: 3,
    });
  });

  test.each([
    [{ lr_dekay: 0.5 }, /^x\.json: plain: config.lr_dekay: there is no such setting$/],
    [{ warm_restarts: 3 }, /^x\.json: plain: config.warm_restarts: there is no such setting$/],
    [{ momentum: 1.5 }, /^x\.json: plain: settings: momentum: expected a number below 1, found 1\.5$/],
    [
      { optimizer: "adam", momentum: 0.9 },
      /^x\.json: plain: settings: momentum: expected an optimizer that has it \(sgd, muon\), found adam$/,
    ],
    [{ optimizer: "adamax" }, /^x\.json: not a file of reference runs: plain\.config\.optimizer: expected one of/],
  ])("%j is refused with its run: it would be compared with something else", (change, message) => {
    expect(() => parse(change)).toThrow(DataError);
    expect(() => parse(change)).toThrow(message);
  });
});
