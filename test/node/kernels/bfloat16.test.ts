import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { bfloat16Problem, nativeKernels, nativeStatus } from "../../../src/node/kernels/nativeKernels.ts";
import {
  fit,
  measureNormalization,
  openKernels,
  prepareFit,
  RandomState,
  readSettings,
  scalarKernels,
  syntheticSplits,
} from "../../../src/node.ts";
import { kernelsContract } from "../../contracts/kernels.contract.ts";
import { noise, same, toBfloat16 } from "../../contracts/kernelsSupport.ts";
import { moderate, sums } from "./bfloat16Sums.ts";
import { setsOfBfloat16, withIsa } from "./instructionSets.ts";

const problem = bfloat16Problem();
const inBfloat16 = { precision: "bfloat16" } as const;

type Sizes = readonly [m: number, k: number, n: number];
const products = ["matmul", "matmulTransposeA", "matmulTransposeB", "linear"] as const;

/** A product of (m, k) and (k, n), given as the operation expects them. */
function compute(kernels: Kernels, name: (typeof products)[number], sizes: Sizes, operands: readonly Float32Array[]) {
  const [m, k, n] = sizes;
  const [a, b, bias] = operands;
  const c = new Float32Array(m * n);
  const turned = (x: Float32Array, rows: number, columns: number) =>
    Float32Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);
  if (name === "linear") kernels.linear(c, a, b, bias, m, k, n);
  else if (name === "matmulTransposeA") kernels.matmulTransposeA(c, turned(a, m, k), b, m, k, n);
  else if (name === "matmulTransposeB") kernels.matmulTransposeB(c, a, turned(b, k, n), m, k, n);
  else kernels.matmul(c, a, b, m, k, n);
  return c;
}

if (problem !== undefined) it.skip(`native kernels, bfloat16: ${problem}`, () => {});

describe.each(setsOfBfloat16)("native kernels, bfloat16, %s", (isa) => {
  const open = (threads: number) => withIsa(isa, () => nativeKernels({ threads, ...inBfloat16 }));
  let kernels: Kernels;
  beforeAll(() => {
    kernels = open(2);
  });
  afterAll(() => kernels.close());

  kernelsContract(`native, bfloat16, ${isa}`, ({ threads }) => open(threads));

  it("says so in its name and precision", () => {
    expect(kernels).toMatchObject({ name: `native (${isa}, bfloat16)`, precision: "bfloat16" });
    const usual = nativeKernels({ threads: 1 });
    expect(usual).toMatchObject({ name: expect.not.stringContaining("bfloat16"), precision: "float32" });
    usual.close();
  });

  const sizes: readonly Sizes[] = [
    ...([
      [1, 1, 1],
      [2, 3, 5],
      [12, 2, 32],
      [13, 33, 33],
      [25, 64, 41],
      [7, 511, 57],
      [30, 512, 100],
      [100, 37, 64],
      [3, 100, 8],
    ] as const),
    [260, 300, 70],
    // More rows and a larger inner dimension than a block, which changes no bit with amx
    ...(isa === "amx" ? ([[530, 1100, 40]] as const) : []),
  ];
  describe.each(products)("%s", (name) => {
    it.each(sizes)(
      "%i × %i × %i: each sum adds products in the order of the instruction, to the bit",
      (...[m, k, n]) => {
        const [a, b, bias] = [moderate(m * k, 1), moderate(k * n, 2), moderate(n, 3)];
        const c = compute(kernels, name, [m, k, n], [a, b, bias]);
        const [x, y] = [a.map(toBfloat16), b.map(toBfloat16)];
        const expected = Float32Array.from(c, (_, place) => {
          const [i, j] = [Math.floor(place / n), place % n];
          const product = (p: number) => x[i * k + p] * y[p * n + j];
          return sums[isa](product, k, name === "linear" ? bias[j] : 0);
        });
        same(c, expected, name);
      },
    );

    it("2,000 terms: float32 sums of the rounded operands", () => {
      const [m, k, n] = [40, 2000, 70];
      const [a, b, bias] = [m * k, k * n, n].map((length, seed) => noise("float32", length, seed) as Float32Array);
      const c = compute(kernels, name, [m, k, n], [a, b, bias]);
      const [x, y] = [a.map(toBfloat16), b.map(toBfloat16)];
      for (let place = 0; place < c.length; place++) {
        const [i, j] = [Math.floor(place / n), place % n];
        let [sum, size] = name === "linear" ? [bias[j], Math.abs(bias[j])] : [0, 0];
        for (let p = 0; p < k; p++) {
          const term = x[i * k + p] * y[p * n + j];
          sum += term;
          size += Math.abs(term);
        }
        expect(Math.abs(c[place] - sum)).toBeLessThan(1e-5 * size);
      }
    });
  });

  it("ties go to even, denormal numbers to zero, and what is too large to infinity", () => {
    const one = Float32Array.of(1);
    const product = (x: number) => {
      const c = new Float32Array(1);
      kernels.matmul(c, Float32Array.of(x), one, 1, 1, 1);
      return c[0];
    };
    expect(product(1 + 2 ** -8)).toBe(1);
    expect(product(1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6);
    expect(product(1 + 2 ** -8 + 2 ** -20)).toBe(1 + 2 ** -7);
    expect(product(2 ** -127)).toBe(0);
    expect(product(-3.4e38)).toBe(Number.NEGATIVE_INFINITY);
    expect(product(Number.NaN)).toBeNaN();
  });

  it("a convolution of single pixels is a product, forward and backward, to the bit", () => {
    const [pixels, inputs, outputs] = [11 * 13, 37, 43];
    const one = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: [0, 0], groups: 1 } as const;
    const of = { batch: 1, input: [11, 13], output: [11, 13], channels: inputs, outputs, ...one } as const;
    const [x, w, dy] = [pixels * inputs, inputs * outputs, pixels * outputs].map((n, seed) =>
      noise("float32", n, seed),
    );
    const result = (length: number, run: (out: Float32Array) => void) => {
      const out = new Float32Array(length);
      run(out);
      return out;
    };
    const { images } = kernels;
    same(
      result(dy.length, (y) => images.conv2d(y, x, w, undefined, of)),
      result(dy.length, (y) => kernels.matmul(y, x, w, pixels, inputs, outputs)),
    );
    same(
      result(x.length, (dx) => images.conv2dInput(dx, dy, w, of)),
      result(x.length, (dx) => kernels.matmulTransposeB(dx, dy, w, pixels, outputs, inputs)),
    );
    same(
      result(w.length, (dw) => images.conv2dWeights(dw, dy, x, of)),
      result(w.length, (dw) => kernels.matmulTransposeA(dw, x, dy, inputs, pixels, outputs)),
    );
  });

  it("float64 arrays are computed as ever", () => {
    const usual = nativeKernels({ threads: 2 });
    const [a, b] = [noise("float64", 60 * 70, 1), noise("float64", 70 * 50, 2)];
    const results = [usual, kernels].map((each) => {
      const c = new Float64Array(60 * 50);
      each.matmul(c, a, b, 60, 70, 50);
      return c;
    });
    same(results[1], results[0]);
    usual.close();
  });
});

const splits = syntheticSplits({ random: new RandomState(3), sizes: { train: 1500, validation: 400, test: 10 } });
const convolution = (outputs: number) => ({ kind: "conv2d", outputs, kernel: 3, stride: 2, padding: 1 });

/** Trains a small convolutional network; precision and shards are those of the settings. */
async function train(settings: object, kernels: Kernels) {
  const layers = [
    ...[convolution(16), { kind: "batchNorm" }, { kind: "relu" }, convolution(24), { kind: "relu" }],
    ...[{ kind: "flatten" }, { kind: "linear", outputs: 20 }],
  ];
  const rest = { optimizer: "adam", learningRate: 0.003, batchSize: 50, epochs: 4, seed: 1 };
  const normalization = measureNormalization(splits.train);
  const data = { train: splits.train, validation: splits.validation, normalization };
  const { history } = await fit(prepareFit(readSettings({ layers, ...rest, ...settings }), data, kernels));
  kernels.close();
  return history;
}

describe.skipIf(problem !== undefined)("training in bfloat16", () => {
  it("is as accurate as in float32, and the number of threads changes no bit", { timeout: 60_000 }, async () => {
    const float32 = await train({}, nativeKernels({ threads: 2 }));
    const one = await train(inBfloat16, nativeKernels({ threads: 1, ...inBfloat16 }));
    const two = await train(inBfloat16, nativeKernels({ threads: 2, ...inBfloat16 }));
    expect(one).toEqual(two);
    expect(one.loss).not.toEqual(float32.loss);
    const scores = [float32, one].map(({ valScore }) => Math.max(...valScore));
    expect(scores[0]).toBeGreaterThan(0.5); // always the same class: 0.05
    expect(Math.abs(scores[1] - scores[0])).toBeLessThan(0.05); // two standard deviations for 400 images
  });

  it("with shards gives the same bits for any number of threads", { timeout: 60_000 }, async () => {
    const settings = { ...inBfloat16, shards: 2, epochs: 1 };
    const [one, three] = [1, 3].map((threads) => train(settings, nativeKernels({ threads, ...inBfloat16 })));
    expect(await one).toEqual(await three);
  });
});

describe("the setting precision", () => {
  it("needs kernels that have it", async () => {
    const message = /precision: expected kernels of bfloat16.*found scalar/;
    await expect(train(inBfloat16, scalarKernels)).rejects.toThrow(message);
  });

  it("is for float32, which needs none", () => {
    expect(() => readSettings({ ...inBfloat16, dtype: "float64" })).toThrow(/precision: expected dtype float32/);
    expect(readSettings({ precision: "float32" })).toEqual(readSettings({}));
  });

  it.each(["wasm", "scalar"] as const)("is refused by %s kernels", (kernels) => {
    const message = new RegExp(`precision bfloat16: expected native kernels, found ${kernels}`);
    expect(() => openKernels({ kernels, ...inBfloat16 })).toThrow(message);
  });

  it("is refused with strict", () => {
    expect(() => openKernels({ strict: true, ...inBfloat16 })).toThrow(/precision bfloat16: .*--strict/);
  });
});

it.skipIf(!nativeStatus().available)(
  "where the processor lacks it, the error says what was found and what to do",
  () => {
    process.env.HANDGRAD_NATIVE_ISA = "baseline";
    try {
      if (!nativeStatus().available) return; // arm64 has no such set
      expect(bfloat16Problem()).toMatch(/AVX512-BF16|avx512/);
      expect(() => nativeKernels(inBfloat16)).toThrow(/found native \(baseline\).* use float32/);
    } finally {
      delete process.env.HANDGRAD_NATIVE_ISA;
    }
  },
);
