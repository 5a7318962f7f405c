import { afterAll, describe, expect, it } from "vitest";
import { type Activation, type ActivationName, activations } from "../../src/kernels/activations.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { SettingsError, ShapeError } from "../../src/tensor/errors.ts";
import { type DType, type Numbers, zeros } from "../../src/tensor/tensor.ts";
import fc from "../properties.ts";
import { attentionContract } from "./kernelsAttention.ts";
import { convolutionLimitsContract, convolutionsContract, imagesAloneContract } from "./kernelsConvolutions.ts";
import { elementwiseContract } from "./kernelsElementwise.ts";
import { groupLimitsContract, normsContract, updatesContract } from "./kernelsGroups.ts";
import { movesContract } from "./kernelsMoves.ts";
import { poolsContract } from "./kernelsPools.ts";
import { close, factors, type Memory, noise, place, positions, tolerance } from "./kernelsSupport.ts";
import { threadsContract } from "./kernelsThreads.ts";

export type MakeKernels = (options: { readonly threads: number }) => Kernels | undefined;

/** What every implementation of Kernels must hold to; `make` gives undefined for a number of threads that it cannot have. */
export function kernelsContract(name: string, make: MakeKernels): void {
  describe(`kernels: ${name}`, () => {
    const kernels = make({ threads: 2 }) ?? make({ threads: 1 });
    if (!kernels) throw new Error(`${name}: no kernels`);
    afterAll(() => kernels.close());

    for (const dtype of ["float32", "float64"] as const) {
      describe(dtype, () => {
        productsContract(kernels, dtype);
        elementwiseContract(kernels, dtype);
        orderContract(kernels, dtype);
        rowsContract(kernels, dtype);
        limitsContract(kernels, dtype);
        updatesContract(kernels, dtype);
        normsContract(kernels, dtype);
        attentionContract(kernels, dtype);
        groupLimitsContract(kernels, dtype);
        convolutionsContract(kernels, dtype);
        imagesAloneContract(kernels, dtype);
        convolutionLimitsContract(kernels, dtype);
        poolsContract(kernels, dtype);
        movesContract(kernels, dtype);
      });
    }
    memoryContract(kernels);
    threadsContract(make);
  });
}

const length = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 4, 5, 6, 8, 20, 100, 128));
const memory = fc.constantFrom<Memory>("resident", "foreign", "offset");
const seed = fc.integer();

function productsContract(kernels: Kernels, dtype: DType): void {
  const forms = [
    { form: "matmul", a: (i: number, p: number, _m: number, k: number) => i * k + p, transposedB: false },
    { form: "matmulTransposeA", a: (i: number, p: number, m: number) => p * m + i, transposedB: false },
    { form: "matmulTransposeB", a: (i: number, p: number, _m: number, k: number) => i * k + p, transposedB: true },
    { form: "linear", a: (i: number, p: number, _m: number, k: number) => i * k + p, transposedB: false },
  ] as const;
  for (const { form, a: indexA, transposedB } of forms) {
    const check = (m: number, k: number, n: number, where: Memory, start: number) => {
      const a = place(kernels, factors(kernels, dtype, m * k, start), where);
      const b = place(kernels, factors(kernels, dtype, k * n, start + 1), where);
      const bias = place(kernels, noise(dtype, n, start + 2), where);
      const c = place(kernels, noise(dtype, m * n, start + 3), where);
      if (form === "linear") kernels.linear(c, a, b, bias, m, k, n);
      else kernels[form](c, a, b, m, k, n);
      for (const at of positions(m * n, start)) {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = form === "linear" ? bias[j] : 0;
        let size = Math.abs(sum);
        for (let p = 0; p < k; p++) {
          const term = a[indexA(i, p, m, k)] * b[transposedB ? j * k + p : p * n + j];
          sum += term;
          size += Math.abs(term);
        }
        if (Math.abs(c[at] - sum) > tolerance(dtype) * size) {
          expect.fail(`${form} ${m}×${k}×${n}, ${where}: c[${i}, ${j}] = ${c[at]}, expected ${sum}`);
        }
      }
    };
    it(`${form} agrees with the sums of its definition, whatever the shape`, () => {
      fc.assert(fc.property(length, length, length, memory, seed, check), { numRuns: 60 });
    });
    it(`${form} with a long inner dimension and with large sides`, () => {
      check(100, 3072, 20, "resident", 1);
      check(7, 769, 1001, "foreign", 2);
      check(1001, 385, 9, "resident", 3);
      check(150, 900, 200, "resident", 4);
    });
  }

  it("a product keeps NaN and Infinity in their row and column", () => {
    const [m, k, n] = [13, 30, 17];
    const a = factors(kernels, dtype, m * k, 1);
    const b = factors(kernels, dtype, k * n, 2);
    a[4 * k + 3] = Number.NaN;
    a[12 * k] = Infinity;
    const c = zeros(dtype, m * n);
    kernels.matmul(c, a, b, m, k, n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const expected = i === 4 ? Number.NaN : i === 12 ? Math.sign(b[j]) * Infinity : undefined;
        if (expected === undefined) expect(Number.isFinite(c[i * n + j])).toBe(true);
        else expect(c[i * n + j]).toBe(expected);
      }
    }
  });

  it("sumRows sums each column", () => {
    fc.assert(
      fc.property(length, length, memory, seed, (rows, columns, where, start) => {
        const x = place(kernels, noise(dtype, rows * columns, start), where);
        const out = place(kernels, noise(dtype, columns, start), where);
        kernels.sumRows(out, x, rows, columns);
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          let size = 0;
          for (let i = 0; i < rows; i++) {
            sum += x[i * columns + j];
            size += Math.abs(x[i * columns + j]);
          }
          if (Math.abs(out[j] - sum) > tolerance(dtype) * size) expect.fail(`column ${j}: ${out[j]}, not ${sum}`);
        }
      }),
      { numRuns: 50 },
    );
  });
}

function orderContract(kernels: Kernels, dtype: DType): void {
  const few = fc.integer({ min: 1, max: 40 });
  it("swapAxes moves every number to its place", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), few, few, few, memory, (batch, rows, columns, inner, where) => {
        const x = place(kernels, noise(dtype, batch * rows * columns * inner, 1), where);
        const out = place(kernels, noise(dtype, x.length, 2), where);
        kernels.swapAxes(out, x, batch, rows, columns, inner);
        for (let at = 0; at < x.length; at++) {
          const [k, j] = [at % inner, Math.floor(at / inner) % columns];
          const [i, n] = [Math.floor(at / inner / columns) % rows, Math.floor(at / inner / columns / rows)];
          if (out[((n * columns + j) * rows + i) * inner + k] !== x[at]) expect.fail(`${n}, ${i}, ${j}, ${k}`);
        }
      }),
      { numRuns: 50 },
    );
  });
}

function rowsContract(kernels: Kernels, dtype: DType): void {
  const softmaxOf = (row: Numbers) => {
    const top = Math.max(...row);
    const terms = Array.from(row, (z) => Math.exp(z - top));
    const sum = terms.reduce((total, term) => total + term, 0);
    return { p: terms.map((term) => term / sum), logSum: top + Math.log(sum) };
  };

  it("softmax and crossEntropy agree with their definitions", () => {
    fc.assert(
      fc.property(length, fc.integer({ min: 1, max: 50 }), memory, seed, (rows, classes, where, start) => {
        const logits = place(kernels, noise(dtype, rows * classes, start), where);
        for (let i = 0; i < logits.length; i++) logits[i] *= 20;
        const labels = Int32Array.from({ length: rows }, (_, i) => (i * 7) % classes);
        const p = place(kernels, zeros(dtype, rows * classes), where);
        const losses = place(kernels, zeros(dtype, rows), where);
        const dlogits = place(kernels, zeros(dtype, rows * classes), where);
        kernels.softmax(p, logits, rows, classes);
        kernels.crossEntropy(losses, dlogits, logits, labels, rows, classes, 0.25);
        for (let i = 0; i < rows; i++) {
          const expected = softmaxOf(logits.slice(i * classes, (i + 1) * classes));
          close(dtype, losses[i], expected.logSum - logits[i * classes + labels[i]], 20);
          for (let j = 0; j < classes; j++) {
            close(dtype, p[i * classes + j], expected.p[j]);
            close(dtype, dlogits[i * classes + j], 0.25 * (expected.p[j] - (j === labels[i] ? 1 : 0)));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("softmax and crossEntropy stay right, or become NaN, at the ends of the range", () => {
    const rows = [
      [1000, 999, -1000, -1e30, 998],
      [-Infinity, 0, 1, 0, -Infinity],
      [-1e4, -1e4, -1e4, -1e4, -1e4],
      [Number.NaN, 1, 2, 3, 4],
      [Infinity, 1, 2, 3, 4],
      [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      [3, 4, Number.NaN, 1, 2],
    ];
    const logits = dtype === "float32" ? new Float32Array(rows.flat()) : new Float64Array(rows.flat());
    const p = zeros(dtype, logits.length);
    const losses = zeros(dtype, rows.length);
    const dlogits = zeros(dtype, logits.length);
    kernels.softmax(p, logits, rows.length, 5);
    kernels.crossEntropy(losses, dlogits, logits, new Int32Array(rows.length), rows.length, 5, 1);
    const e = Math.exp(-1);
    const third = e / (1 + 2 * e);
    const first = 1 / (1 + e + e * e);
    const expected = [
      [first, first * e, 0, 0, first * e * e],
      [0, third, 1 / (1 + 2 * e), third, 0],
      [0.2, 0.2, 0.2, 0.2, 0.2],
      ...[3, 4, 5, 6].map(() => Array(5).fill(Number.NaN)),
    ].flat();
    for (let i = 0; i < p.length; i++) close(dtype, p[i], expected[i]);
    close(dtype, losses[0], -Math.log(first));
    expect(losses[1]).toBe(Infinity);
    close(dtype, losses[2], Math.log(5));
    expect([...losses.slice(3)]).toEqual([3, 4, 5, 6].map(() => Number.NaN));
    expect(dlogits[5]).toBe(-1);
  });

  it("gather picks the table's very entries", () => {
    const channels = fc.constantFrom(1, 2, 3, 4);
    fc.assert(
      fc.property(length, length, channels, memory, seed, (rows, rowLength, depth, where, start) => {
        const table = place(kernels, noise(dtype, 256 * depth, start), where);
        const images = 7;
        const source =
          where === "foreign" ? new Uint8Array(images * rowLength) : kernels.allocateBytes(images * rowLength);
        for (let i = 0; i < source.length; i++) source[i] = (i * 7919 + start) & 255;
        const indices = Int32Array.from({ length: rows }, (_, i) => (i * 5) % images);
        const out = place(kernels, zeros(dtype, rows * rowLength), where);
        kernels.gather(out, source, indices, rowLength, table);
        for (let i = 0; i < out.length; i++) {
          const [r, j] = [Math.floor(i / rowLength), i % rowLength];
          const expected = table[(j % depth) * 256 + source[indices[r] * rowLength + j]];
          if (out[i] !== expected) expect.fail(`out[${r}, ${j}] = ${out[i]}, expected ${expected}`);
        }
      }),
      { numRuns: 30 },
    );
  });
}

function limitsContract(kernels: Kernels, dtype: DType): void {
  const array = (size: number) => zeros(dtype, size);
  const other = (size: number) => zeros(dtype === "float32" ? "float64" : "float32", size);
  const refused: Record<string, () => void> = {
    "no rows": () => kernels.matmul(array(0), array(0), array(6), 0, 2, 3),
    "half a row": () => kernels.matmul(array(1), array(1), array(1), 0.5, 2, 2),
    "a wrong length": () => kernels.matmulTransposeA(array(6), array(6), array(4), 2, 3, 3),
    "two types": () => kernels.matmulTransposeB(array(4), array(4), other(4), 2, 2, 2),
    "a short bias": () => kernels.linear(array(4), array(4), array(4), array(1), 2, 2, 2),
    "no columns": () => kernels.sumRows(array(0), array(0), 3, 0),
    "nothing to activate": () => kernels.activate("gelu", array(0), undefined, array(0)),
    "a short derivative": () => kernels.activate("gelu", array(3), array(2), array(3)),
    "factors of two lengths": () => kernels.multiply(array(2), array(2), array(3)),
    "a short transposed matrix": () => kernels.swapAxes(array(5), array(6), 1, 2, 3, 1),
    "no classes": () => kernels.softmax(array(0), array(0), 1, 0),
    "a label out of range": () => kernels.crossEntropy(array(1), array(2), array(2), new Int32Array([2]), 1, 2, 1),
    "an index out of range": () => kernels.gather(array(2), new Uint8Array(4), new Int32Array([2]), 2, array(256)),
    "half a table": () => kernels.gather(array(2), new Uint8Array(4), new Int32Array([1]), 2, array(128)),
    "moments of another length": () =>
      kernels.adam(array(2), array(2), array(1), array(2), {
        ...{ learningRate: 1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, step: 1 },
      }),
  };
  it.each(Object.keys(refused))("refuses %s with a ShapeError", (what) => {
    expect(refused[what]).toThrow(ShapeError);
  });
}

function memoryContract(kernels: Kernels): void {
  it("allocate gives zeros, again and again", () => {
    for (let round = 0; round < 3; round++) {
      const numbers = kernels.allocate("float64", 1000);
      const bytes = kernels.allocateBytes(999);
      expect(numbers).toBeInstanceOf(Float64Array);
      expect(bytes).toHaveLength(999);
      expect(numbers.every((value) => value === 0) && bytes.every((value) => value === 0)).toBe(true);
      numbers.fill(1);
      bytes.fill(1);
    }
  });

  it.each(["float32", "float64"] as const)("computes an activation that only the table has, %s", (dtype) => {
    const table: Record<string, Activation> = activations;
    table.softsign = { value: (x) => x / (1 + Math.abs(x)), derivative: (x) => (1 + Math.abs(x)) ** -2 };
    try {
      const [x, y, derivative] = [0, 1, 2].map(() => kernels.allocate(dtype, 4));
      x.set([-3, 0, 1, 7]);
      kernels.activate("softsign" as ActivationName, y, derivative, x);
      expect([...y]).toEqual([-0.75, 0, 0.5, 0.875]);
      expect([...derivative]).toEqual([1 / 16, 1, 1 / 4, 1 / 64]);
    } finally {
      delete table.softsign;
    }
  });

  it("refuses an activation that the table does not have", () => {
    const x = new Float32Array(3);
    for (const name of ["softsign", "constructor"]) {
      expect(() => kernels.activate(name as ActivationName, x.slice(), undefined, x)).toThrow(SettingsError);
    }
  });
}
