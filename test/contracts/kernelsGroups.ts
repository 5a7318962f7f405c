import { describe, expect, it } from "vitest";
import { type ActivationName, activations } from "../../src/kernels/activations.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { ShapeError } from "../../src/tensor/errors.ts";
import { type DType, type Numbers, zeros } from "../../src/tensor/tensor.ts";
import fc from "../properties.ts";
import { close, type Memory, noise, place, same, tolerance } from "./kernelsSupport.ts";

const length = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 2, 3, 8192, 20_001));
const side = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 4, 8, 64, 65, 128));
const memory = fc.constantFrom<Memory>("resident", "foreign", "offset");
const seed = fc.integer();

/** kernels.updates against the formulas of the contract. */
export function updatesContract(kernels: Kernels, dtype: DType): void {
  const { updates } = kernels;
  const step = { learningRate: 0.1, weightDecay: 0.02 };

  /** Three steps with the buffer `state`; `twin` gives the value and the state of one element after a step. */
  const agrees = (
    run: (values: Numbers, gradients: Numbers, state: Numbers) => void,
    twin: (value: number, gradient: number, state: number) => readonly [value: number, state: number],
  ) => {
    fc.assert(
      fc.property(length, memory, seed, (size, where, start) => {
        const [values, state] = [noise(dtype, size, start), zeros(dtype, size)].map((x) => place(kernels, x, where));
        for (let round = 1; round <= 3; round++) {
          const gradients = place(kernels, noise(dtype, size, start + round), where);
          const before = { values: values.slice(), state: state.slice() };
          run(values, gradients, state);
          for (let i = 0; i < size; i++) {
            const [value, moved] = twin(before.values[i], gradients[i], before.state[i]);
            close(dtype, values[i], value, 1);
            close(dtype, state[i], moved, 1);
          }
        }
      }),
      { numRuns: 20 },
    );
  };

  it.each([false, true])("momentum, nesterov %s", (nesterov) => {
    agrees(
      (values, gradients, u) => updates.momentum(values, gradients, u, { ...step, momentum: 0.9, nesterov }),
      (value, g, u) => {
        const moved = 0.9 * u + g;
        return [value - 0.1 * (nesterov ? g + 0.9 * moved : moved) - 0.02 * value, moved];
      },
    );
  });

  it("rmsprop, adagrad and lion", () => {
    agrees(
      (values, gradients, v) => updates.rmsprop(values, gradients, v, { ...step, alpha: 0.99, epsilon: 0.01 }),
      (value, g, v) => {
        const square = 0.99 * v + 0.01 * g * g;
        return [value - (0.1 * g) / (Math.sqrt(square) + 0.01) - 0.02 * value, square];
      },
    );
    agrees(
      (values, gradients, sum) => updates.adagrad(values, gradients, sum, { ...step, epsilon: 0.01 }),
      (value, g, sum) => {
        const total = sum + g * g;
        return [value - (0.1 * g) / (Math.sqrt(total) + 0.01) - 0.02 * value, total];
      },
    );
    agrees(
      (values, gradients, m) => updates.lion(values, gradients, m, { ...step, beta1: 0.9, beta2: 0.99 }),
      (value, g, m) => [value - 0.1 * Math.sign(0.9 * m + 0.1 * g) - 0.02 * value, 0.99 * m + 0.01 * g],
    );
  });

  it("amsgrad and nadam, over several steps", () => {
    fc.assert(
      fc.property(length, memory, seed, (size, where, start) => {
        const options = { beta1: 0.9, beta2: 0.99, epsilon: 0.01, weightDecay: 0.02 };
        const arrays = () => [noise(dtype, size, start), ...[0, 0, 0].map(() => zeros(dtype, size))];
        const [first, second] = [arrays(), arrays()].map((list) => list.map((x) => place(kernels, x, where)));
        const twins = [arrays(), arrays()].map((list) => list.map((x) => Float64Array.from(x)));
        for (let round = 1; round <= 3; round++) {
          // The gradients become smaller, so that the largest v is an older one
          const gradients = place(kernels, noise(dtype, size, start + round), where);
          for (let i = 0; i < size; i++) gradients[i] /= 4 ** round;
          const [values, m, v, largest] = first;
          updates.amsgrad(values, gradients, m, v, largest, { ...options, learningRate: 0.1, step: round });
          updates.nadam(second[0], gradients, second[1], second[2], {
            ...options,
            ofGradient: 0.1,
            ofMoment: 0.3,
            step: round,
          });
          twins.forEach(([values, m, v, largest], which) => {
            for (let i = 0; i < size; i++) {
              const g = gradients[i];
              m[i] = 0.9 * m[i] + 0.1 * g;
              v[i] = 0.99 * v[i] + 0.01 * g * g;
              largest[i] = Math.max(largest[i], v[i]);
              const root = Math.sqrt((which === 0 ? largest[i] : v[i]) / (1 - 0.99 ** round)) + 0.01;
              const step = which === 0 ? (0.1 * m[i]) / (1 - 0.9 ** round) : 0.1 * g + 0.3 * m[i];
              values[i] -= step / root + 0.02 * values[i];
            }
          });
        }
        [first, second].forEach((ours, which) => {
          for (const k of which === 0 ? [0, 1, 2, 3] : [0, 1, 2])
            for (let i = 0; i < size; i++) close(dtype, ours[k][i], twins[which][k][i], 1);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("lion's sign of 0 is 0, of NaN is NaN, of the least number is 1", () => {
    const gradients = place(kernels, zeros(dtype, 5), "resident");
    gradients.set([0, -0, Number.NaN, dtype === "float32" ? 1e-45 : 1e-320, -1]);
    const [values, m] = [zeros(dtype, 5), zeros(dtype, 5)];
    updates.lion(values, gradients, m, { learningRate: 0.5, weightDecay: 0, beta1: 0.5, beta2: 0.5 });
    expect(Array.from(values, Math.abs)).toEqual([0, 0, Number.NaN, 0.5, 0.5]);
  });

  it("blend, scale and clamp", () => {
    fc.assert(
      fc.property(length, memory, seed, (size, where, start) => {
        const values = noise(dtype, size, start + 1);
        const each = (run: (x: Numbers) => void, expected: (x: number, i: number) => number) => {
          const before = noise(dtype, size, start);
          const x = place(kernels, before.slice(), where);
          run(x);
          for (let i = 0; i < size; i++) close(dtype, x[i], expected(before[i], i), 1);
        };
        each(
          (x) => updates.blend(x, place(kernels, values, where), 0.3),
          (x, i) => x + 0.3 * (values[i] - x),
        );
        each(
          (x) => updates.scale(x, -0.7),
          (x) => -0.7 * x,
        );
        each(
          (x) => updates.clamp(x, 0.25),
          (x) => Math.max(-0.25, Math.min(0.25, x)),
        );
      }),
      { numRuns: 20 },
    );
  });

  it("clamp keeps NaN, scale has a factor that no float32 can hold", () => {
    const x = zeros(dtype, 5);
    x.set([Number.NaN, Infinity, -Infinity, 0.5, -2]);
    updates.clamp(x, 1);
    expect([...x]).toEqual([Number.NaN, 1, -1, 0.5, -1]);
    x.fill(1e38);
    updates.scale(x, 1e-47);
    for (const value of x) close(dtype, value, 1e-9);
  });

  it("sumSquares, in float64 whatever is summed", () => {
    fc.assert(
      fc.property(length, memory, seed, (size, where, start) => {
        const x = place(kernels, noise(dtype, size, start), where);
        const out = new Float64Array(1);
        updates.sumSquares(out, x);
        let expected = 0;
        for (let i = 0; i < size; i++) expected += x[i] * x[i];
        close("float64", out[0], expected);
      }),
      { numRuns: 20 },
    );
    const x = noise(dtype, 10_000, 1);
    x[9_999] = Number.NaN;
    const out = new Float64Array(1);
    updates.sumSquares(out, x);
    expect(out[0]).toBeNaN();
  });
}

/** kernels.norms against the formulas of the contract, in float64 and around what the kernel itself gave as mean and variance. */
export function normsContract(kernels: Kernels, dtype: DType): void {
  const { norms } = kernels;
  const epsilon = 1e-3;
  const settings = { numRuns: 40 };
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const moments = (values: readonly number[]): [number, number] => {
    const mean = total(values) / values.length;
    return [mean, total(values.map((value) => (value - mean) ** 2)) / values.length];
  };
  const columnOf = (x: Numbers, j: number, columns: number) =>
    Array.from({ length: x.length / columns }, (_, i) => x[i * columns + j]);
  const rowOf = (x: Numbers, i: number, columns: number) => [...x.subarray(i * columns, (i + 1) * columns)];
  /** Within the tolerance, relative to a size that the terms have. */
  const near = (what: string, got: number, expected: number, size: number) => {
    if (!(Math.abs(got - expected) <= tolerance(dtype) * size))
      expect.fail(`${what}: got ${got}, expected ${expected}`);
  };
  const arrays = (where: Memory, start: number) => ({
    random: (size: number, offset: number) => place(kernels, noise(dtype, size, start + offset), where),
    empty: (size: number) => place(kernels, noise(dtype, size, start), where),
  });

  const checkBatchNorm = (rows: number, columns: number, where: Memory, start: number) => {
    const { random, empty } = arrays(where, start);
    const [x, dy] = [random(rows * columns, 1), random(rows * columns, 2)];
    const [w, b] = [random(columns, 3), random(columns, 4)];
    const [y, again, dx] = [empty(x.length), empty(x.length), empty(x.length)];
    const [mean, variance, dw, db] = [empty(columns), empty(columns), empty(columns), empty(columns)];
    norms.batchNorm(y, mean, variance, x, w, b, rows, columns, epsilon);
    norms.batchNormEvaluate(again, mean, variance, x, w, b, rows, columns, epsilon);
    norms.batchNormBackward(dx, dw, db, dy, x, mean, variance, w, rows, columns, epsilon);
    same(again, y);
    for (let j = 0; j < columns; j++) {
      const [own, gradients] = [columnOf(x, j, columns), columnOf(dy, j, columns)];
      const [m, v] = moments(own);
      near("mean", mean[j], m, 1);
      near("variance", variance[j], v, 1);
      const inverse = 1 / Math.sqrt(variance[j] + epsilon);
      const normalized = own.map((value) => (value - mean[j]) * inverse);
      const [gradientW, gradientB] = [total(normalized.map((value, i) => value * gradients[i])), total(gradients)];
      near("dw", dw[j], gradientW, total(normalized.map((value, i) => Math.abs(value * gradients[i]))) + inverse);
      near("db", db[j], gradientB, total(gradients.map(Math.abs)));
      for (let i = 0; i < rows; i++) {
        near("y", y[i * columns + j], w[j] * normalized[i] + b[j], 1 + inverse);
        const expected = w[j] * inverse * (gradients[i] - gradientB / rows - (normalized[i] * gradientW) / rows);
        near("dx", dx[i * columns + j], expected, inverse * (2 + Math.abs(normalized[i] * gradientW) / rows));
      }
    }
  };

  const checkLayerNorm = (rows: number, columns: number, where: Memory, start: number) => {
    const { random, empty } = arrays(where, start);
    const [x, dy] = [random(rows * columns, 1), random(rows * columns, 2)];
    const [w, b] = [random(columns, 3), random(columns, 4)];
    const [y, dx, mean, inverse] = [empty(x.length), empty(x.length), empty(rows), empty(rows)];
    const [dw, db] = [empty(columns), empty(columns)];
    norms.layerNorm(y, mean, inverse, x, w, b, rows, columns, epsilon);
    norms.layerNormBackward(dx, dw, db, dy, x, mean, inverse, w, rows, columns);
    const normalized = Array.from(x, (value, at) => {
      const row = Math.floor(at / columns);
      return (value - mean[row]) * inverse[row];
    });
    for (let i = 0; i < rows; i++) {
      const [m, v] = moments(rowOf(x, i, columns));
      near("mean", mean[i], m, 1);
      near("inverse", inverse[i], 1 / Math.sqrt(v + epsilon), inverse[i]);
      const own = normalized.slice(i * columns, (i + 1) * columns);
      const gradients = rowOf(dy, i, columns).map((value, j) => value * w[j]);
      const [shift, slope] = [total(gradients), total(gradients.map((value, j) => value * own[j]))];
      for (let j = 0; j < columns; j++) {
        near("y", y[i * columns + j], w[j] * own[j] + b[j], 1 + inverse[i]);
        const expected = inverse[i] * (gradients[j] - shift / columns - (own[j] * slope) / columns);
        near("dx", dx[i * columns + j], expected, inverse[i] * (2 + Math.abs(own[j]) * (1 + inverse[i])));
      }
    }
    for (let j = 0; j < columns; j++) {
      const terms = columnOf(dy, j, columns).map((value, i) => value * normalized[i * columns + j]);
      near("dw", dw[j], total(terms), total(terms.map(Math.abs)) + 1);
      near("db", db[j], total(columnOf(dy, j, columns)), rows);
    }
  };

  it("batchNorm, over each column, forward and backward", () => {
    fc.assert(fc.property(side, side, memory, seed, checkBatchNorm), settings);
    checkBatchNorm(100_000, 3, "resident", 1);
    checkBatchNorm(2000, 139, "resident", 2);
    checkBatchNorm(150, 2000, "resident", 3);
  });

  /** What `batchNorm` and `activate`, then `multiply` and `batchNormBackward` compute one after the other. */
  const checkActivated = (name: ActivationName, rows: number, columns: number, where: Memory, start: number) => {
    const { random, empty } = arrays(where, start);
    const [x, dz, w, b] = [
      random(rows * columns, 1),
      random(rows * columns, 2),
      random(columns, 3),
      random(columns, 4),
    ];
    const parameter = 0.3;
    const run = (isJoined: boolean) => {
      const [y, z, derivative, dy, dx] = [1, 2, 3, 4, 5].map(() => empty(x.length));
      const [mean, variance, dw, db] = [1, 2, 3, 4].map(() => empty(columns));
      const [inputs, sizes] = [[mean, variance, x, w, b] as const, [rows, columns, epsilon] as const];
      if (isJoined) {
        norms.batchNormActivate?.(name, z, derivative, ...inputs, ...sizes, parameter);
        norms.batchNormActivateBackward?.(dx, dw, db, dz, derivative, x, mean, variance, w, ...sizes);
      } else {
        norms.batchNorm(y, ...inputs, ...sizes);
        kernels.activate(name, z, derivative, y, parameter);
        kernels.multiply(dy, dz, derivative);
        norms.batchNormBackward(dx, dw, db, dy, x, mean, variance, w, ...sizes);
      }
      return { z, derivative, mean, variance, dx, dw, db };
    };
    const [joined, apart] = [run(true), run(false)];
    for (const [what, array] of Object.entries(apart)) same(joined[what as keyof typeof joined], array);
  };

  it.skipIf(!norms.batchNormActivate)(
    "batchNorm with the activation after it has the bits of both, one after the other",
    () => {
      const name = fc.constantFrom(...(Object.keys(activations) as ActivationName[]));
      fc.assert(fc.property(name, side, side, memory, seed, checkActivated), settings);
      checkActivated("geluExact", 4000, 77, "resident", 1);
      checkActivated("relu", 150, 2001, "resident", 2);
    },
  );

  it("layerNorm, over each row, forward and backward", () => {
    fc.assert(fc.property(side, side, memory, seed, checkLayerNorm), settings);
    checkLayerNorm(3, 40_000, "resident", 1);
  });

  it("far from 0 the variance does not cancel", () => {
    const [rows, columns] = [100_000, 3];
    const x = zeros(dtype, rows * columns);
    for (let i = 0; i < x.length; i++) x[i] = 1000 + (Math.floor(i / columns) % 2);
    const [y, ones] = [zeros(dtype, x.length), zeros(dtype, columns).fill(1)];
    const [mean, variance] = [zeros(dtype, columns), zeros(dtype, columns)];
    norms.batchNorm(y, mean, variance, x, ones, ones, rows, columns, 1e-5);
    expect([...mean]).toEqual([1000.5, 1000.5, 1000.5]);
    for (const value of variance) close(dtype, value, 0.25);
    const inverse = zeros(dtype, 1);
    const wide = zeros(dtype, 40).map((_, i) => 1000 + (i % 2));
    norms.layerNorm(zeros(dtype, 40), zeros(dtype, 1), inverse, wide, wide, wide, 1, 40, 1e-5);
    close(dtype, inverse[0], 1 / Math.sqrt(0.25 + 1e-5));
  });

  it("NaN stays in its column, or in its row", () => {
    const [rows, columns] = [37, 83];
    const x = noise(dtype, rows * columns, 1);
    x[5 * columns + 70] = Number.NaN;
    const [w, y, dx, dw, db] = [columns, x.length, x.length, columns, columns].map((n) => noise(dtype, n, 2));
    const [mean, spread] = [zeros(dtype, columns), zeros(dtype, columns)];
    norms.batchNorm(y, mean, spread, x, w, w, rows, columns, epsilon);
    norms.batchNormBackward(dx, dw, db, y.fill(1), x, mean, spread, w, rows, columns, epsilon);
    for (const array of [mean, spread, dw]) expect(array.findIndex(Number.isNaN)).toBe(70);
    for (let i = 0; i < dx.length; i++) expect(Number.isNaN(dx[i])).toBe(i % columns === 70);
    norms.layerNorm(y, zeros(dtype, rows), zeros(dtype, rows), x, w, w, rows, columns, epsilon);
    for (let i = 0; i < y.length; i++) expect(Number.isNaN(y[i])).toBe(Math.floor(i / columns) === 5);
  });
}

/** What does not fit is refused, before anything is written. */
export function groupLimitsContract({ updates, norms }: Kernels, dtype: DType): void {
  const array = (size: number) => zeros(dtype, size);
  const other = (size: number) => zeros(dtype === "float32" ? "float64" : "float32", size);
  const step = { learningRate: 1, weightDecay: 0, epsilon: 1, alpha: 0.9, beta1: 0.9, beta2: 0.9 };
  const vectors = (size: number) => [array(size), array(size), array(size)] as const;
  const refused: Record<string, () => void> = {
    "a short velocity": () =>
      updates.momentum(array(2), array(2), array(1), { ...step, momentum: 0.9, nesterov: false }),
    "a short v": () => updates.rmsprop(array(2), array(2), array(1), step),
    "a short sum": () => updates.adagrad(array(2), array(2), array(1), step),
    "an m of another type": () => updates.lion(array(2), array(2), other(2), step),
    "a short largest v": () => updates.amsgrad(array(2), array(2), array(2), array(2), array(1), { ...step, step: 1 }),
    "a short m": () =>
      updates.nadam(array(2), array(2), array(1), array(2), { ...step, ofGradient: 1, ofMoment: 1, step: 1 }),
    "an average of another length": () => updates.blend(array(3), array(2), 0.5),
    "nothing to scale": () => updates.scale(array(0), 1),
    "nothing to clamp": () => updates.clamp(array(0), 1),
    "two places for one sum": () => updates.sumSquares(new Float64Array(2), array(2)),
    "a mean for each row": () => norms.batchNorm(array(6), array(2), array(3), array(6), array(3), array(3), 2, 3, 1),
    "a short b": () => norms.batchNormEvaluate(array(6), array(3), array(3), array(6), array(3), array(2), 2, 3, 1),
    ...(norms.batchNormActivate && {
      "a derivative of another size": () =>
        norms.batchNormActivate?.(
          ...(["relu", array(6), array(4), array(3), array(3), array(6), array(3), array(3), 2, 3, 1, 0] as const),
        ),
    }),
    "a dy of another size": () =>
      norms.batchNormBackward(array(6), array(3), array(3), array(4), array(6), ...vectors(3), 2, 3, 1),
    "a mean for each column": () =>
      norms.layerNorm(array(6), array(3), array(2), array(6), array(3), array(3), 2, 3, 1),
    "half a row": () => norms.layerNorm(array(3), array(1), array(1), array(3), array(2), array(2), 1.5, 2, 1),
    "a w of another type": () =>
      norms.layerNormBackward(array(6), array(3), array(3), array(6), array(6), array(2), array(2), other(3), 2, 3),
  };
  describe("the groups", () => {
    it.each(Object.keys(refused))("refuse %s with a ShapeError", (what) => {
      expect(refused[what]).toThrow(ShapeError);
    });
  });
}
