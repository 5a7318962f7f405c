import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { keepOwnRows } from "../../src/data/datasetInParts.ts";
import {
  CrossEntropyLoss,
  evaluate,
  type FitOptions,
  fit,
  type Numbers,
  oneRank,
  parseSettings,
  predictOutputs,
  RandomState,
  scalarKernels,
  shardedKernels,
} from "../../src/index.ts";
import { ShardSum } from "../../src/kernels/shardSum.ts";
import { nativeStatus, openKernels } from "../../src/node.ts";
import { sharedBoxes } from "./memoryRanks.ts";
import type { RankTask } from "./rankThread.ts";
import { symbolOptions, tinyOptions, tinySplits } from "./tinyRun.ts";

interface RankResult {
  readonly parameters: string;
  readonly buffers: string;
  readonly history: string;
  readonly stopped: boolean;
  /** of the training rows, those that this rank holds */
  readonly ownRows: number;
  readonly state: Uint8Array | undefined;
}

/** A run whose ranks are threads; the result of each. */
function onRanks(size: number, task: Omit<RankTask, "rank" | "size" | "memory">): Promise<RankResult[]> {
  const memory = sharedBoxes(size);
  const one = (rank: number) =>
    new Promise<RankResult>((done, failed) => {
      const workerData: RankTask = { rank, size, memory, ...task };
      const worker = new Worker(new URL("./rankThread.ts", import.meta.url), { workerData });
      worker.once("message", done);
      worker.once("error", failed);
    });
  return Promise.all(Array.from({ length: size }, (_, rank) => one(rank)));
}

const settings = {
  layers: [48, 6, 3],
  initScale: 0.1,
  batchSize: 16,
  shards: 8,
  epochs: 3,
  keepProb: 0.8,
  normalizationLayers: "batch",
  augmentation: { flip: "alternate", shift: 1, mixup: 0.4, cutmix: 1 },
  emaDecay: 0.9,
  preciseBatchNorm: true,
  clipNorm: 1,
  momentum: 0.9,
};

const choices = (["scalar", "wasm", "native"] as const).filter((name) => name !== "native" || nativeStatus().available);

test.each(choices)("%s: ranks give the same bits as one process", { timeout: 60_000 }, async (kernels) => {
  const [first] = await onRanks(1, { settings, kernels });
  for (const size of kernels === "scalar" ? [2, 8] : [4]) {
    for (const result of await onRanks(size, { settings, kernels })) expect(result).toEqual(first);
  }
});

test("ranks give the same bits with class weights and Muon", { timeout: 60_000 }, async () => {
  const weighted = { layers: [48, 6, 3], batchSize: 16, shards: 8, epochs: 3, classWeights: [1, 4, 0.5] };
  const task = { settings: { ...weighted, optimizer: "muon" }, kernels: "wasm" } as const;
  const [first] = await onRanks(1, task);
  for (const size of [2, 4]) {
    for (const result of await onRanks(size, task)) expect(result).toEqual(first);
  }
});

test("ranks give the same bits with attention", { timeout: 60_000 }, async () => {
  const layers = [
    { kind: "patches", size: 2 },
    { kind: "linear", outputs: 6 },
    { kind: "positionEmbedding" },
    { kind: "residual", layers: [{ kind: "layerNorm" }, { kind: "multiHeadAttention", heads: 2, causal: true }] },
    { kind: "globalAveragePool1d" },
    { kind: "linear", outputs: 3 },
  ];
  const tokens = { layers, batchSize: 16, shards: 8, epochs: 3, optimizer: "adam", learningRate: 0.01 };
  const [first] = await onRanks(1, { settings: tokens, kernels: "wasm" });
  for (const size of [2, 4]) {
    for (const result of await onRanks(size, { settings: tokens, kernels: "wasm" })) expect(result).toEqual(first);
  }
});

const transformer = {
  layers: [
    { kind: "embedding", rows: 5, columns: 4, initScale: 0.5 },
    { kind: "positionEmbedding" },
    { kind: "residual", layers: [{ kind: "layerNorm" }, { kind: "multiHeadAttention", heads: 2 }] },
    { kind: "flatten" },
    { kind: "linear", outputs: 3 },
  ],
  ...{ batchSize: 16, shards: 8, epochs: 3, learningRate: 0.1 },
};

test("ranks give the same bits with an embedding", { timeout: 60_000 }, async () => {
  const task = { settings: { ...transformer, optimizer: "adam" }, data: "symbols", kernels: "wasm" } as const;
  const [first] = await onRanks(1, task);
  for (const result of await onRanks(4, task)) expect(result).toEqual(first);
});

test("shards change nothing but the rounding of an embedding", async () => {
  const { shards: _, ...plain } = { ...transformer, dtype: "float64" };
  const expected = await losses(symbolOptions(plain, scalarKernels));
  expect(expected[0]).not.toBeCloseTo(expected.at(-1) as number, 3);
  for (const shards of [2, 8]) {
    const found = await losses(symbolOptions({ ...plain, shards }, scalarKernels));
    expected.forEach((loss, step) => {
      expect(found[step]).toBeCloseTo(loss, 10);
    });
  }
});

test("a run on 4 ranks, stopped by one of them, continues on 1 and then on 2 with the same bits", {
  timeout: 60_000,
}, async () => {
  const kernels = "scalar";
  const [whole] = await onRanks(1, { settings, kernels });
  const stoppedAt = 2;
  const four = await onRanks(4, { settings, kernels, stopAt: stoppedAt - 1 });
  for (const { stopped, state, history } of four) {
    expect(stopped).toBe(true);
    expect(state).toEqual(four[0].state);
    // the request to stop is exchanged in the step after it
    expect(JSON.parse(history).loss.length).toBe(stoppedAt + 1);
  }
  const [one] = await onRanks(1, { settings, kernels, from: four[0].state as Uint8Array, stopAt: 5 });
  expect(one.stopped).toBe(true);
  for (const result of await onRanks(2, { settings, kernels, from: one.state as Uint8Array })) {
    expect(result).toEqual(whole);
  }
});

const inParts = { ...settings, preciseBatchNorm: false, inParts: true, classWeights: [1, 4, 0.5] };

test("8 ranks that hold their parts of the rows alone give the same bits as one process", {
  timeout: 120_000,
}, async () => {
  const kernels = "scalar";
  const [{ ownRows, ...whole }] = await onRanks(1, { settings: inParts, kernels });
  expect(ownRows).toBe(47);
  const results = await onRanks(8, { settings: inParts, kernels });
  for (const { ownRows: _, ...result } of results) expect(result).toEqual(whole);
  const held = results.map((result) => result.ownRows);
  expect(held.toSorted()).toEqual([5, 6, 6, 6, 6, 6, 6, 6]);
});

test("the statistics of data in parts cannot be measured", async () => {
  const task = { settings: { ...inParts, preciseBatchNorm: true }, kernels: "scalar" } as const;
  await expect(onRanks(1, task)).rejects.toThrow(
    "preciseBatchNorm: expected a network with batch normalization, found data in parts",
  );
});

test("a run in parts that is stopped on 4 ranks continues on 2 with the same bits", { timeout: 120_000 }, async () => {
  const kernels = "scalar";
  const [{ ownRows: _, ...whole }] = await onRanks(1, { settings: inParts, kernels });
  const [{ state }] = await onRanks(4, { settings: inParts, kernels, stopAt: 2 });
  for (const { ownRows: _, ...result } of await onRanks(2, { settings: inParts, kernels, from: state as Uint8Array }))
    expect(result).toEqual(whole);
});

test("the first convolution is whitened by the images of all ranks", { timeout: 60_000 }, async () => {
  const layers = [
    { kind: "conv2d", outputs: 6, kernel: 2, whitened: true },
    { kind: "gelu" },
    { kind: "globalAveragePool2d" },
    { kind: "linear", outputs: 3 },
  ];
  const convolution = { layers, batchSize: 16, shards: 8, inParts: true, epochs: 1 };
  const [{ ownRows: _, ...first }] = await onRanks(1, { settings: convolution, kernels: "scalar" });
  for (const { ownRows: _, ...result } of await onRanks(4, { settings: convolution, kernels: "scalar" }))
    expect(result).toEqual(first);
});

test("data in parts is scored like the same data as a whole", async () => {
  const parts = { count: 8, ranks: oneRank };
  const { network, normalization } = tinyOptions({ dtype: "float64" }, scalarKernels);
  const classWeights = [1, 4, 0.5];
  const dataset = keepOwnRows(tinySplits.train, parts);
  const expected = await evaluate(network, tinySplits.train, { normalization, classWeights });
  const found = await evaluate(network, dataset, { normalization, classWeights });
  expect(found.predictions).toEqual(expected.predictions);
  expect(found.score).toBe(expected.score);
  expect(found.loss).toBeCloseTo(expected.loss, 12);
  const outputs = await predictOutputs(network, tinySplits.train, { normalization });
  expect(await predictOutputs(network, dataset, { normalization })).toEqual(outputs);
});

async function losses(options: FitOptions): Promise<readonly number[]> {
  return (await fit(options)).history.loss;
}

test("shards change nothing but the rounding, where nothing is drawn", async () => {
  const kinds = [
    { normalizationLayers: "batch" },
    { normalizationLayers: "layer" },
    { classWeights: [1, 4, 0.5], labelSmoothing: 0.1 },
    { classWeights: [0, 1, 2] },
  ];
  for (const kind of kinds) {
    const plain = { batchSize: 16, epochs: 4, dtype: "float64", ...kind, learningRate: 0.1 };
    const expected = await losses(tinyOptions(plain, scalarKernels));
    for (const shards of [1, 2, 8, 16]) {
      const found = await losses(tinyOptions({ ...plain, shards }, scalarKernels));
      expected.forEach((loss, step) => {
        expect(found[step]).toBeCloseTo(loss, 10);
      });
    }
  }
});

test("without `shards` a run has the bits that it had before", async () => {
  const { sharding, ...options } = tinyOptions({ batchSize: 16, keepProb: 0.5 });
  expect(sharding).toBeUndefined();
  expect((await fit(options)).history.loss.length).toBe(3 * 2);
});

test("weight gradients are added in pairs, ((0 + 1) + (2 + 3))", () => {
  // float32: 1 + 2^-24 = 1, but 2^-24 + 2^-24 counts
  const tiny = 2 ** -24;
  const kernels = shardedKernels(scalarKernels, { shards: 4, ranks: oneRank });
  const ones = new Float32Array(4).fill(1);
  const sum = (values: readonly number[]) => {
    const [c, rows] = [new Float32Array(1), new Float32Array(1)];
    kernels.matmulTransposeA(c, Float32Array.from(values), ones, 1, 4, 1);
    kernels.sumRows(rows, Float32Array.from(values), 4, 1);
    expect(rows[0]).toBe(c[0]);
    return c[0];
  };
  expect(sum([1, 0, tiny, tiny])).toBe(1 + 2 * tiny);
  expect(sum([1, tiny, tiny, 0])).toBe(1);
});

test.skipIf(!nativeStatus().available)("native kernels add up shards in the same tree, to the bit", () => {
  const native = openKernels({ kernels: "native", threads: 2 });
  const random = new RandomState(5);
  const draw = (length: number) => {
    const x = native.allocate("float32", length);
    random.fillRandn(x);
    return x;
  };
  for (const [m, k, n] of [
    [5, 8, 3],
    [37, 48, 33],
    [200, 256, 40],
    [30, 1024, 20],
  ]) {
    const [a, b, c] = [draw(m * k), draw(k * n), draw(m * n)];
    for (const shards of [1, 2, 8]) {
      const expected = draw(m * n);
      new ShardSum(native).tree(expected, shards, (shard, out) => {
        const [ofA, ofB] = [(m * k) / shards, (k * n) / shards];
        const part = (x: Numbers, length: number) => x.subarray(shard * length, (shard + 1) * length);
        native.matmulTransposeA(out, part(a, ofA), part(b, ofB), m, k / shards, n);
      });
      shardedKernels(native, { shards, ranks: oneRank }).matmulTransposeA(c, a, b, m, k, n);
      expect(c).toEqual(expected);
      // in parts of whole rows, each announced when it is complete
      const inParts = draw(m * n);
      const announced: number[] = [];
      const done = (part: Numbers) => announced.push(...part);
      const parts = { length: 500, done };
      shardedKernels(native, { shards, ranks: oneRank, parts }).matmulTransposeA(inParts, a, b, m, k, n);
      expect(inParts).toEqual(expected);
      if (announced.length > 0) expect(Float32Array.from(announced)).toEqual(expected);
      expect(announced.length > 0).toBe(m * n > 500 && (2 * k) / shards <= 256 && shards > 1);
    }
  }
  expect(() => native.matmulTransposeAShards?.(draw(1), draw(6), draw(6), 1, 6, 1, 4)).toThrow("power of two");
  expect(() => native.matmulTransposeAShards?.(draw(2), draw(12), draw(6), 2, 6, 1, 2, 1)).toThrow("stride");
  expect(() => native.matmulTransposeAShards?.(draw(2), draw(12), draw(6), 2, 6, 1, 2, 3)).toThrow(
    "a: expected 17 values",
  );
  native.close();
});

test("batch normalization has the statistics of the whole batch", () => {
  const random = new RandomState(3);
  const [rows, columns, epsilon] = [16, 3, 1e-5];
  const draw = (length: number) => {
    const x = new Float64Array(length);
    random.fillRandn(x, 2);
    return x;
  };
  const [x, dy, w, b] = [draw(rows * columns), draw(rows * columns), draw(columns), draw(columns)];
  const run = ({ norms }: typeof scalarKernels) => {
    const [y, dx] = [new Float64Array(rows * columns), new Float64Array(rows * columns)];
    const [mean, variance, dw, db] = Array.from({ length: 4 }, () => new Float64Array(columns));
    norms.batchNorm(y, mean, variance, x, w, b, rows, columns, epsilon);
    norms.batchNormBackward(dx, dw, db, dy, x, mean, variance, w, rows, columns, epsilon);
    return [y, mean, variance, dx, dw, db].flatMap((array) => [...array]);
  };
  const expected = run(scalarKernels);
  for (const shards of [1, 2, 4, 8, 16]) {
    const found = run(shardedKernels(scalarKernels, { shards, ranks: oneRank }));
    expected.forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 12);
    });
  }
});

test("a layer that may add up rows in its own way is refused", async () => {
  const options = { ...tinyOptions({ batchSize: 16 }), sharding: { shards: 8 } };
  Object.assign(options.network.layers.find(({ kind }) => kind === "linear") as object, { kind: "mine" });
  await expect(fit(options)).rejects.toThrow(
    /^shards: .* cannot be trained in shards; expected linear, .* as layers with parameters$/,
  );
});

test("what cannot be divided is refused", () => {
  expect(() => parseSettings({ shards: 3 })).toThrow("shards: expected a power of two");
  expect(() => parseSettings({ shards: 8, batchSize: 100 })).toThrow(
    "batchSize: expected a multiple of 8, the shards of a batch, such as 96 or 104, found 100",
  );
  expect(() => parseSettings({ inParts: true })).toThrow("inParts: expected shards beside it");
  expect(() => tinyOptions({ batchSize: 16, shards: 8, inParts: true })).toThrow(
    "inParts: expected data in parts, found all rows of tiny 1",
  );
  const options = tinyOptions({ batchSize: 16 });
  const train = keepOwnRows(tinySplits.train, { count: 8, ranks: oneRank });
  const refuse = (change: Partial<FitOptions>, message: string) =>
    expect(fit({ ...options, sharding: { shards: 8 }, ...change })).rejects.toThrow(message);
  return Promise.all([
    refuse(
      { train, sharding: { shards: 4 } },
      "shards: expected 8 and 1 processes, for which tiny 1 was read in parts",
    ),
    refuse({ train, batchSize: 48 }, "batchSize: expected at most 40, because the smallest of 8 parts has 5 rows"),
    refuse({ batchSize: 12 }, "batchSize: expected a multiple of 8"),
    refuse({ loss: new CrossEntropyLoss({ sizeAverage: false }) }, "expected a loss that is a mean"),
    refuse(
      { sharding: { shards: 2, ranks: { ...oneRank, size: 4 } } },
      "expected a number of processes that is a power of two up to 2",
    ),
  ]);
});
