import { availableParallelism } from "node:os";
import type { ActivationName } from "../../kernels/activations.ts";
import {
  checkCrossEntropy,
  checkElementwise,
  checkGather,
  checkLinear,
  checkMatmul,
  checkSoftmax,
  checkSumRows,
  checkSwapAxes,
  checkThreads,
} from "../../kernels/checks.ts";
import { type AdamStep, type Kernels, type NormKernels, type Precision, shardDepth } from "../../kernels/kernels.ts";
import { ProductAttention } from "../../kernels/productAttention.ts";
import { isPowerOfTwo } from "../../kernels/ranks.ts";
import { scalarKernels } from "../../kernels/scalar.ts";
import { HandgradError, ShapeError } from "../../tensor/errors.ts";
import { allocating, type DType, type Numbers } from "../../tensor/tensor.ts";
import { loadNativeAddon, type NativeAddon, type NativeEngine, type NativeStatus } from "./nativeAddon.ts";
import { NativeImages } from "./nativeImages.ts";
import { nativeNorms } from "./nativeNorms.ts";
import { NativeUpdates } from "./nativeUpdates.ts";

export type { NativeStatus } from "./nativeAddon.ts";

/** The length of a cache line and of the widest vector, in bytes. */
const alignment = 64;

/** Whether the native kernels can run on this machine, and why. Loads the addon, starts no threads and never throws. */
export function nativeStatus(): NativeStatus {
  return loadNativeAddon().status;
}

export interface NativeKernelsOptions {
  /** the number of threads, including the calling one; the number of cores by default */
  readonly threads?: number;
  /**
   * "bfloat16": products and convolutions of float32 arrays round their operands to bfloat16 and sum in float32, with AMX where
   * the processor has it. Without AMX, 3×3 convolutions with Winograd's method multiply 16-bit integers with common scales
   * instead, with errors of the same size; with AMX, convolutions with few channels or steps above 1 are in float32. Everything
   * else, and float64, is not affected.
   */
  readonly precision?: Precision;
}

/** Why bfloat16 is not available on this machine; undefined if it is. */
export function bfloat16Problem(): string | undefined {
  const { addon, isa, status } = loadNativeAddon();
  return addon ? addon.bfloat16Problem(isa) : `the native kernels cannot run on this machine: ${status.reason}`;
}

/**
 * Kernels for the vector units of this machine. Throws HandgradError if they cannot run; nativeStatus() and, for bfloat16,
 * bfloat16Problem() report this in advance.
 */
export function nativeKernels({ threads = availableParallelism(), precision }: NativeKernelsOptions = {}): Kernels {
  checkThreads(threads);
  const { addon, isa, status } = loadNativeAddon();
  if (!addon) throw new HandgradError(`the native kernels cannot run on this machine: ${status.reason}`);
  const problem = precision === "bfloat16" ? addon.bfloat16Problem(isa) : undefined;
  if (problem !== undefined) {
    throw new HandgradError(
      `precision bfloat16: expected a processor with AVX512-BF16 (Intel Cooper Lake or Sapphire Rapids, AMD Zen 4, or newer), found native (${addon.instructionSet(isa)}): ${problem}; use float32`,
    );
  }
  return new NativeKernels(addon, isa, threads, precision);
}

// The threads of kernels that are not closed end when the kernels are garbage-collected, or with the process.
const forgotten = new FinalizationRegistry<() => void>((close) => close());

/** Checks the arguments of every call and then calls the addon, which does not check them. */
class NativeKernels implements Kernels, NativeEngine {
  readonly name: string;
  readonly updates = new NativeUpdates(this);
  readonly norms: NormKernels;
  readonly attention = new ProductAttention(this);
  readonly images: NativeImages;
  readonly threads: number;
  readonly precision: Precision;
  readonly addon: NativeAddon;
  readonly engine: number;
  readonly activations: ReadonlyMap<string, number>;
  readonly matmulTransposeAShards?: NonNullable<Kernels["matmulTransposeAShards"]>;
  readonly #isa: string;
  #inFloat32: Kernels | undefined;

  constructor(addon: NativeAddon, isa: string, threads: number, precision: Precision = "float32") {
    const inBfloat16 = precision === "bfloat16";
    const engine = addon.open(threads, isa, inBfloat16);
    this.addon = addon;
    this.engine = engine;
    this.activations = new Map(addon.activations.map((name, number) => [name, number]));
    this.threads = threads;
    this.precision = precision;
    this.norms = nativeNorms(this);
    this.images = new NativeImages(this);
    this.#isa = isa;
    this.name = `native (${addon.instructionSet(isa)}${inBfloat16 ? ", bfloat16" : ""})`;
    forgotten.register(this, () => addon.close(engine), this);
    const { matmulTransposeAStrided: product } = addon;
    if (!product || inBfloat16) return; // ShardSum makes the products one by one
    this.matmulTransposeAShards = (c, a, b, m, k, n, shards, stride = m) => {
      checkMatmul("matmulTransposeAShards", c, a, b, m, k, n, stride);
      if (!isPowerOfTwo(shards) || k % shards !== 0 || k > shardDepth) {
        throw new ShapeError(
          `matmulTransposeAShards: expected k up to ${shardDepth} and a power of two that divides it, found k ${k} and ${shards} shards`,
        );
      }
      product(engine, c, a, b, m, k, n, shards, stride);
    };
  }

  get inFloat32(): Kernels | undefined {
    if (this.precision === "float32") return undefined;
    this.#inFloat32 ??= new NativeKernels(this.addon, this.#isa, this.threads);
    return this.#inFloat32;
  }

  allocate(dtype: DType, length: number): Numbers {
    const bytes = length * (dtype === "float32" ? 4 : 8) + alignment;
    const buffer = allocating(dtype, length, () => new ArrayBuffer(bytes));
    const offset = (alignment - this.addon.misalignment(buffer)) % alignment;
    return dtype === "float32" ? new Float32Array(buffer, offset, length) : new Float64Array(buffer, offset, length);
  }

  allocateBytes(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  matmul(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void {
    checkMatmul("matmul", c, a, b, m, k, n);
    this.addon.matmul(this.engine, c, a, b, m, k, n);
  }

  matmulTransposeA(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void {
    checkMatmul("matmulTransposeA", c, a, b, m, k, n);
    this.addon.matmulTransposeA(this.engine, c, a, b, m, k, n);
  }

  matmulTransposeB(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void {
    checkMatmul("matmulTransposeB", c, a, b, m, k, n);
    this.addon.matmulTransposeB(this.engine, c, a, b, m, k, n);
  }

  linear(y: Numbers, x: Numbers, w: Numbers, b: Numbers, rows: number, inputs: number, outputs: number): void {
    checkLinear(y, x, w, b, rows, inputs, outputs);
    this.addon.linear(this.engine, y, x, w, b, rows, inputs, outputs);
  }

  sumRows(out: Numbers, x: Numbers, rows: number, columns: number): void {
    checkSumRows(out, x, rows, columns);
    this.addon.sumRows(this.engine, out, x, rows, columns);
  }

  activate(name: ActivationName, y: Numbers, derivative: Numbers | undefined, x: Numbers, parameter = 0): void {
    const number = this.activations.get(name);
    if (number === undefined) {
      scalarKernels.activate(name, y, derivative, x, parameter);
      return;
    }
    if (derivative) checkElementwise("activate", y, x, derivative);
    else checkElementwise("activate", y, x);
    this.addon.activate(this.engine, y, derivative, x, x.length, number, parameter);
  }

  multiply(out: Numbers, a: Numbers, b: Numbers): void {
    checkElementwise("multiply", out, a, b);
    this.addon.multiply(this.engine, out, a, b, out.length);
  }

  swapAxes(out: Numbers, x: Numbers, batch: number, rows: number, columns: number, inner: number): void {
    checkSwapAxes(out, x, batch, rows, columns, inner);
    this.addon.swapAxes(this.engine, out, x, batch, rows, columns, inner);
  }

  softmax(p: Numbers, logits: Numbers, rows: number, classes: number): void {
    checkSoftmax(p, logits, rows, classes);
    this.addon.softmax(this.engine, p, logits, rows, classes);
  }

  crossEntropy(
    losses: Numbers,
    dlogits: Numbers,
    logits: Numbers,
    labels: Int32Array,
    rows: number,
    classes: number,
    scale: number,
  ): void {
    checkCrossEntropy(losses, dlogits, logits, labels, rows, classes);
    this.addon.crossEntropy(this.engine, losses, dlogits, logits, labels, rows, classes, scale);
  }

  addScaled(y: Numbers, x: Numbers, factor: number): void {
    checkElementwise("addScaled", y, x);
    this.addon.addScaled(this.engine, y, x, y.length, factor);
  }

  addSign(y: Numbers, x: Numbers, factor: number): void {
    checkElementwise("addSign", y, x);
    this.addon.addSign(this.engine, y, x, y.length, factor);
  }

  sgd(values: Numbers, gradients: Numbers, learningRate: number, weightDecay: number): void {
    checkElementwise("sgd", values, gradients);
    this.addon.sgd(this.engine, values, gradients, values.length, learningRate, weightDecay);
  }

  adam(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, options: AdamStep): void {
    checkElementwise("adam", values, gradients, m, v);
    const { learningRate, beta1, beta2, epsilon, weightDecay, step } = options;
    const { addon, engine } = this;
    addon.adam(engine, values, gradients, m, v, values.length, learningRate, beta1, beta2, epsilon, weightDecay, step);
  }

  gather(out: Numbers, source: Uint8Array, indices: Int32Array, rowLength: number, table: Numbers): void {
    checkGather(out, source, indices, rowLength, table);
    this.addon.gather(this.engine, out, source, indices, table, indices.length, rowLength, table.length / 256);
  }

  /** Ends the threads; a later call of a kernel throws. */
  close(): void {
    forgotten.unregister(this);
    this.#inFloat32?.close();
    this.addon.close(this.engine);
  }
}
