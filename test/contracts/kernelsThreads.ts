import { describe, it } from "vitest";
import type { Window2d } from "../../src/kernels/imageKernels.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { type DType, type Numbers, zeros } from "../../src/tensor/tensor.ts";
import type { MakeKernels } from "./kernels.contract.ts";
import { convolutions } from "./kernelsConvolutions.ts";
import { noise, same } from "./kernelsSupport.ts";

/** Results have the same bits for any number of threads. */
export function threadsContract(make: MakeKernels): void {
  describe.each(["float32", "float64"] as const)("threads, %s", (dtype) => {
    const alone = make({ threads: 1 });
    const expected = alone && everything(alone, dtype);
    alone?.close();

    it.each([2, 3, 7])("%i threads give the bits of one, every time", (threads) => {
      const kernels = make({ threads });
      if (!kernels || !expected) return;
      try {
        const end = performance.now() + 400;
        for (let round = 0; round < 3 || (round < 100 && performance.now() < end); round++) {
          for (const [name, result] of Object.entries(everything(kernels, dtype))) {
            same(result, expected[name], `round ${round}: ${name}`);
          }
        }
      } finally {
        kernels.close();
      }
    });
  });
}

/** One result of every kernel, at sizes that are worth sharing out and do not divide evenly. */
function everything(kernels: Kernels, dtype: DType): Record<string, Numbers> {
  const array = (length: number, seed: number) => {
    const numbers = kernels.allocate(dtype, length);
    numbers.set(noise(dtype, length, seed));
    return numbers;
  };
  const results: Record<string, Numbers> = {};
  const [m, k, n] = [101, 500, 131];
  const product = (name: string, run: (c: Numbers) => void) => {
    const c = kernels.allocate(dtype, m * n);
    run(c);
    results[name] = c;
  };
  const [a, b] = [array(m * k, 1), array(k * n, 2)];
  product("matmul", (c) => kernels.matmul(c, a, b, m, k, n));
  product("matmulTransposeA", (c) => kernels.matmulTransposeA(c, a, b, m, k, n));
  product("matmulTransposeB", (c) => kernels.matmulTransposeB(c, a, b, m, k, n));
  const bias = array(n, 3);
  product("linear", (c) => kernels.linear(c, a, b, bias, m, k, n));

  const columns = kernels.allocate(dtype, k);
  kernels.sumRows(columns, a, m, k);
  results.sumRows = columns;
  const [y, derivative] = [array(a.length, 0), array(a.length, 0)];
  kernels.activate("gelu", y, derivative, a);
  Object.assign(results, { gelu: y, derivative });
  const p = array(m * n, 0);
  kernels.softmax(p, results.linear, m, n);
  results.softmax = p;
  const [losses, dlogits] = [array(m, 0), array(m * n, 0)];
  kernels.crossEntropy(losses, dlogits, results.linear, new Int32Array(m), m, n, 1 / m);
  Object.assign(results, { losses, dlogits });
  const [values, first, second] = [array(b.length, 4), zeros(dtype, b.length), zeros(dtype, b.length)];
  kernels.sgd(values, b, 0.1, 0.01);
  const options = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.001, step: 1 };
  kernels.adam(values, b, first, second, options);
  results.optimizers = values;
  const source = kernels.allocateBytes(m * k).map((_, i) => (i * 7919) >> 3);
  const gathered = kernels.allocate(dtype, m * k);
  kernels.gather(
    gathered,
    source,
    Int32Array.from({ length: m }, (_, i) => (i * 5) % m),
    k,
    array(768, 5),
  );
  results.gather = gathered;
  const shape = { batch: 5, tokens: 70, heads: 3, depth: 9, causal: true };
  const [query, key, value, dy] = [1, 2, 3, 4].map((seed) => array(5 * 70 * 27, seed));
  const [answer, dq, dk, dv] = [1, 2, 3, 4].map(() => array(query.length, 0));
  kernels.attention.attention(answer, query, key, value, shape);
  kernels.attention.attentionBackward(dq, dk, dv, dy, query, key, value, shape);
  const swapped = array(a.length, 0);
  kernels.swapAxes(swapped, a, 1, m, k, 1);
  Object.assign(results, { attention: answer, dq, dk, dv, swapped });
  const groups = { ...updates(kernels, dtype), ...norms(kernels, dtype) };
  return { ...results, ...groups, ...convolutions(kernels, dtype), ...pools(kernels, dtype) };
}

function updates({ updates }: Kernels, dtype: DType): Record<string, Numbers> {
  const length = 65_500;
  const gradients = noise(dtype, length, 6);
  const results: Record<string, Numbers> = {};
  const step = { learningRate: 0.01, weightDecay: 0.001, epsilon: 1e-8, alpha: 0.99, beta1: 0.9, beta2: 0.99 };
  const run = (name: string, update: (values: Numbers, state: Numbers) => void) => {
    const [values, state] = [noise(dtype, length, 7), zeros(dtype, length).fill(0.5)];
    update(values, state);
    Object.assign(results, { [name]: values, [`${name}, its buffer`]: state });
  };
  run("momentum", (x, u) => updates.momentum(x, gradients, u, { ...step, momentum: 0.9, nesterov: true }));
  run("rmsprop", (x, v) => updates.rmsprop(x, gradients, v, step));
  run("adagrad", (x, sum) => updates.adagrad(x, gradients, sum, step));
  run("lion", (x, m) => updates.lion(x, gradients, m, step));
  const moments = [0.1, 0.2].map((value) => zeros(dtype, length).fill(value));
  run("amsgrad", (x, m) =>
    updates.amsgrad(x, gradients, m, moments[0].slice(), moments[1].slice(), { ...step, step: 2 }),
  );
  run("nadam", (x, m) =>
    updates.nadam(x, gradients, m, moments[0].slice(), { ...step, ofGradient: 0.1, ofMoment: 0.2, step: 2 }),
  );
  run("blend", (x) => updates.blend(x, gradients, 0.3));
  run("scale", (x) => updates.scale(x, 0.3));
  run("clamp", (x) => updates.clamp(x, 0.3));
  const squares = new Float64Array(1);
  updates.sumSquares(squares, gradients);
  return { ...results, squares };
}

function pools({ images }: Kernels, dtype: DType): Record<string, Numbers> {
  const of: Window2d = {
    ...{ batch: 5, channels: 37, input: [19, 17], output: [10, 9] },
    ...{ kernel: [3, 3], stride: [2, 2], dilation: [1, 1], padding: [1, 1] },
  };
  const [inputs, outputs] = [5 * 19 * 17 * 37, 5 * 10 * 9 * 37];
  const [x, dy, places] = [noise(dtype, inputs, 12), noise(dtype, outputs, 13), new Uint8Array(outputs)];
  const [maximum, mean] = [zeros(dtype, outputs), zeros(dtype, outputs)];
  const [ofMaximum, ofMean] = [zeros(dtype, inputs), zeros(dtype, inputs)];
  images.maxPool2d(maximum, places, x, of);
  images.maxPool2dBackward(ofMaximum, dy, places, of);
  images.averagePool2d(mean, x, of, false);
  images.averagePool2dBackward(ofMean, dy, of, false);
  const moved = zeros(dtype, inputs);
  const along = (length: number) => Int32Array.from({ length: 5 * length }, (_, i) => (i % length) - 1);
  const paste = { partners: Int32Array.of(1, 2, 3, 4, 0), top: 3, bottom: 11, left: 2, right: 9 };
  const moves = { batch: 5, height: 19, width: 17, channels: 37, lines: along(19), columns: along(17), paste };
  images.movePixels(moved, x, moves);
  return { maximum, ofMaximum, mean, ofMean, moved };
}

function norms({ norms }: Kernels, dtype: DType): Record<string, Numbers> {
  const [rows, columns] = [211, 517];
  const [x, dy] = [noise(dtype, rows * columns, 8), noise(dtype, rows * columns, 9)];
  const [w, b] = [noise(dtype, columns, 10), noise(dtype, columns, 11)];
  const matrix = () => zeros(dtype, rows * columns);
  const vector = (length: number) => zeros(dtype, length);
  const batch = { y: matrix(), mean: vector(columns), variance: vector(columns) };
  norms.batchNorm(batch.y, batch.mean, batch.variance, x, w, b, rows, columns, 1e-5);
  const evaluated = matrix();
  norms.batchNormEvaluate(evaluated, batch.mean, batch.variance, x, w, b, rows, columns, 1e-5);
  const batchBack = { dx: matrix(), dw: vector(columns), db: vector(columns) };
  const { dx, dw, db } = batchBack;
  norms.batchNormBackward(dx, dw, db, dy, x, batch.mean, batch.variance, w, rows, columns, 1e-5);
  const few = 60; // columns, and many rows
  const narrow = { y: vector(5000 * few), mean: vector(few), variance: vector(few) };
  const long = [noise(dtype, 5000 * few, 8), w.subarray(0, few), b.subarray(0, few)] as const;
  norms.batchNorm(narrow.y, narrow.mean, narrow.variance, ...long, 5000, few, 1e-5);
  const narrowBack = { dx: vector(5000 * few), dw: vector(few), db: vector(few) };
  norms.batchNormBackward(
    ...([narrowBack.dx, narrowBack.dw, narrowBack.db, noise(dtype, 5000 * few, 9)] as const),
    ...([long[0], narrow.mean, narrow.variance, long[1], 5000, few, 1e-5] as const),
  );
  const layer = { y: matrix(), mean: vector(rows), inverse: vector(rows) };
  norms.layerNorm(layer.y, layer.mean, layer.inverse, x, w, b, rows, columns, 1e-5);
  const layerBack = { dx: matrix(), dw: vector(columns), db: vector(columns) };
  const { mean, inverse } = layer;
  norms.layerNormBackward(layerBack.dx, layerBack.dw, layerBack.db, dy, x, mean, inverse, w, rows, columns);
  const named = (group: string, results: Record<string, Numbers>) =>
    Object.fromEntries(Object.entries(results).map(([name, result]) => [`${group} ${name}`, result]));
  return {
    ...named("batchNorm", { ...batch, ...batchBack, evaluated }),
    ...named("batchNorm of few columns", { ...narrow, ...narrowBack }),
    ...named("layerNorm", { ...layer, ...layerBack }),
  };
}
