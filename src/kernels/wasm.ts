import { pow } from "../mathematics/power.ts";
import type { DType, Numbers } from "../tensor/tensor.ts";
import type { ActivationName } from "./activations.ts";
import * as check from "./checks.ts";
import type { ImageKernels } from "./imageKernels.ts";
import type { AdamStep, Kernels, NormKernels } from "./kernels.ts";
import { ProductAttention } from "./productAttention.ts";
import { scalarKernels } from "./scalar.ts";
import { scalarUpdates } from "./scalarUpdates.ts";
import * as at from "./wasmCall.ts";
import { wasmImages } from "./wasmImages.ts";
import { WasmMachine, type WasmOptions } from "./wasmMachine.ts";
import { wasmNorms } from "./wasmNorms.ts";
import { planProduct } from "./wasmProduct.ts";

export { wasmSupported } from "./wasmMachine.ts";

/** Kernels in WebAssembly SIMD on 1 to 1024 threads. `wasmSupported` says whether they can run. Throws SettingsError for another number of threads. */
export function wasmKernels(options: WasmOptions = {}): Kernels {
  return new WasmKernels(options);
}

/** The cost of an exponential in operations, for the decision whether to wake other threads. */
const EXPONENTIAL = 20;

/** Translates the contract into calls of the machine. */
export class WasmKernels implements Kernels {
  readonly name = "wasm";
  readonly updates = scalarUpdates;
  readonly norms: NormKernels;
  readonly attention = new ProductAttention(this);
  readonly images: ImageKernels;
  /** For tests of failures. */
  readonly machine: WasmMachine;

  constructor(options: WasmOptions) {
    this.machine = new WasmMachine(options);
    this.images = wasmImages(this.machine, this);
    this.norms = wasmNorms(this.machine);
  }

  get threads(): number {
    return this.machine.threads;
  }

  allocate(dtype: DType, length: number): Numbers {
    return this.machine.heap.allocate(dtype, length);
  }

  allocateBytes(length: number): Uint8Array {
    return this.machine.heap.allocateBytes(length);
  }

  matmul(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void {
    check.checkMatmul("matmul", c, a, b, m, k, n);
    this.#product(c, a, b, undefined, m, k, n, 0);
  }

  matmulTransposeA(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void {
    check.checkMatmul("matmulTransposeA", c, a, b, m, k, n);
    this.#product(c, a, b, undefined, m, k, n, at.TRANSPOSE_A);
  }

  matmulTransposeB(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void {
    check.checkMatmul("matmulTransposeB", c, a, b, m, k, n);
    this.#product(c, a, b, undefined, m, k, n, at.TRANSPOSE_B);
  }

  linear(y: Numbers, x: Numbers, w: Numbers, b: Numbers, rows: number, inputs: number, outputs: number): void {
    check.checkLinear(y, x, w, b, rows, inputs, outputs);
    this.#product(y, x, w, b, rows, inputs, outputs, 0);
  }

  #product(
    c: Numbers,
    a: Numbers,
    b: Numbers,
    bias: Numbers | undefined,
    m: number,
    k: number,
    n: number,
    transposed: number,
  ): void {
    const { machine } = this;
    const plan = planProduct(m, k, n, c.BYTES_PER_ELEMENT, machine.fused ? 6 : 5, machine.threads);
    machine.begin(at.PRODUCT, c);
    machine.array(0, c, "output");
    machine.array(1, a, "input");
    machine.array(2, b, "input");
    if (bias) machine.array(3, bias, "input");
    machine.sizes(m, k, n);
    machine.word(at.TRANSPOSED, transposed);
    machine.word(at.BLOCK_ROWS, plan.rows);
    machine.word(at.BLOCK_COLUMNS, plan.columns);
    machine.word(at.KEPT, plan.kept);
    machine.run(plan.items, 2 * m * k * n, plan.scratch);
  }

  sumRows(out: Numbers, x: Numbers, rows: number, columns: number): void {
    check.checkSumRows(out, x, rows, columns);
    this.machine.begin(at.SUM_ROWS, out);
    this.machine.array(0, out, "output");
    this.machine.array(1, x, "input");
    this.machine.sizes(rows, columns);
    this.machine.run(Math.ceil(columns / at.COLUMN_GROUP), rows * columns);
  }

  activate(name: ActivationName, y: Numbers, derivative: Numbers | undefined, x: Numbers, parameter = 0): void {
    const code = this.machine.activations.get(name);
    // The exact GELU in float64 needs more precision than the polynomial has
    if (code === undefined || (name === "geluExact" && y.BYTES_PER_ELEMENT === 8)) {
      scalarKernels.activate(name, y, derivative, x, parameter);
      return;
    }
    check.checkElementwise("activate", y, x, ...(derivative ? [derivative] : []));
    this.machine.begin(at.ACTIVATE, y);
    this.machine.array(0, y, "output");
    if (derivative) this.machine.array(1, derivative, "output");
    this.machine.array(2, x, "input");
    this.machine.number(0, parameter);
    this.#elementwise(x.length, EXPONENTIAL, code);
  }

  multiply(out: Numbers, a: Numbers, b: Numbers): void {
    check.checkElementwise("multiply", out, a, b);
    this.machine.begin(at.MULTIPLY, out);
    this.machine.array(0, out, "output");
    this.machine.array(1, a, "input");
    this.machine.array(2, b, "input");
    this.#elementwise(out.length, 1);
  }

  swapAxes(out: Numbers, x: Numbers, batch: number, rows: number, columns: number, inner: number): void {
    scalarKernels.swapAxes(out, x, batch, rows, columns, inner);
  }

  softmax(p: Numbers, logits: Numbers, rows: number, classes: number): void {
    check.checkSoftmax(p, logits, rows, classes);
    this.machine.begin(at.SOFTMAX, p);
    this.machine.array(0, p, "output");
    this.machine.array(1, logits, "input");
    this.machine.sizes(rows, classes);
    this.machine.run(Math.ceil(rows / at.ROW_GROUP), EXPONENTIAL * p.length);
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
    check.checkCrossEntropy(losses, dlogits, logits, labels, rows, classes);
    this.machine.begin(at.CROSS_ENTROPY, logits);
    this.machine.array(0, losses, "output");
    this.machine.array(1, dlogits, "output");
    this.machine.array(2, logits, "input");
    this.machine.array(3, labels, "input");
    this.machine.sizes(rows, classes);
    this.machine.number(0, scale);
    this.machine.run(Math.ceil(rows / at.ROW_GROUP), EXPONENTIAL * logits.length);
  }

  addScaled(y: Numbers, x: Numbers, factor: number): void {
    this.#update("addScaled", at.ADD_SCALED, y, x, factor);
  }

  addSign(y: Numbers, x: Numbers, factor: number): void {
    this.#update("addSign", at.ADD_SIGN, y, x, factor);
  }

  sgd(values: Numbers, gradients: Numbers, learningRate: number, weightDecay: number): void {
    this.#update("sgd", at.SGD, values, gradients, learningRate, weightDecay);
  }

  #update(kernel: string, operation: number, y: Numbers, x: Numbers, first: number, second = 0): void {
    check.checkElementwise(kernel, y, x);
    this.machine.begin(operation, y);
    this.machine.array(0, y, "update");
    this.machine.array(1, x, "input");
    this.machine.number(0, first);
    this.machine.number(1, second);
    this.#elementwise(y.length, 2);
  }

  adam(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, options: AdamStep): void {
    check.checkElementwise("adam", values, gradients, m, v);
    const { learningRate, beta1, beta2, epsilon, weightDecay, step } = options;
    this.machine.begin(at.ADAM, values);
    this.machine.array(0, values, "update");
    this.machine.array(1, gradients, "input");
    this.machine.array(2, m, "update");
    this.machine.array(3, v, "update");
    const rate = learningRate / (1 - pow(beta1, step));
    const scale = 1 / (1 - pow(beta2, step));
    [beta1, 1 - beta1, beta2, 1 - beta2, rate, scale, epsilon, weightDecay].forEach((value, index) => {
      this.machine.number(index, value);
    });
    this.#elementwise(values.length, 10);
  }

  #elementwise(length: number, workEach: number, activation = 0): void {
    this.machine.sizes(length, activation);
    this.machine.run(Math.ceil(length / at.CHUNK), workEach * length);
  }

  gather(out: Numbers, source: Uint8Array, indices: Int32Array, rowLength: number, table: Numbers): void {
    check.checkGather(out, source, indices, rowLength, table);
    this.machine.begin(at.GATHER, out);
    this.machine.array(0, out, "output");
    this.machine.array(1, source, "input");
    this.machine.array(2, indices, "input");
    this.machine.array(3, table, "input");
    this.machine.sizes(indices.length, rowLength, table.length / 256);
    this.machine.run(Math.ceil(indices.length / at.ROW_GROUP), 2 * out.length);
  }

  close(): void {
    this.machine.close();
  }
}
