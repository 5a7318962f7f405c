import { HandgradError } from "../tensor/errors.ts";
import type { Numbers } from "../tensor/tensor.ts";
import { checkThreads } from "./checks.ts";
import { type WasmBinary, wasmBinary } from "./wasmBinary.ts";
import * as at from "./wasmCall.ts";
import { WasmHeap } from "./wasmHeap.ts";
import { availableThreads, usableThreads, WasmPool } from "./wasmPool.ts";

export interface WasmOptions {
  /** The number of threads for a call, including the caller; by default all cores if threads can be used (see availableThreads). */
  readonly threads?: number;
  /** Starts the other threads at once instead of with the first large call: in a browser this takes 0.25 s or more. */
  readonly startThreads?: boolean;
  /** Without fused multiply-add: slower, but rounded like plain JavaScript on every machine. */
  readonly strict?: boolean;
}

interface Exports {
  readonly [name: string]: unknown;
  alone(): void;
  together(): void;
  finish(): number;
}

type Role = "input" | "output" | "update";
type Staged = { readonly array: ArrayBufferView; readonly block: { start: number; size: number }; readonly role: Role };

/** The number of floating-point operations below which a call is not shared, because waking a thread takes longer. */
const ALONE = 100_000;

/**
 * Runs calls of the WebAssembly kernels: `begin`, then the arrays, sizes and numbers, then `run`. Arrays in the kernels'
 * memory are passed by address, all others through a copy.
 */
export class WasmMachine {
  readonly threads: number;
  readonly fused: boolean;
  readonly heap = new WasmHeap(at.HEAP_START);
  /** The activations in the binary, with their numbers; it exports activation_NAME for each. */
  readonly activations: ReadonlyMap<string, number>;
  /** The least time in milliseconds, after the caller has finished its own items, until a worker that took an item counts as lost. */
  patience = 10_000;
  readonly #exports: Exports;
  readonly #module: WebAssembly.Module;
  #pool: WasmPool | undefined;
  readonly #words = new Uint32Array(this.heap.memory.buffer, at.CALL, 32);
  readonly #numbers = new Float64Array(this.heap.memory.buffer, at.CALL_NUMBERS, 8);
  readonly #window = new Int32Array(this.heap.memory.buffer, at.WINDOW, 64);
  #staged: Staged[] = [];
  #scratch = { start: 0, size: 0 };
  #failure: HandgradError | undefined;

  constructor({ threads = availableThreads(), startThreads = false, strict = false }: WasmOptions) {
    checkThreads(threads);
    this.threads = usableThreads(threads);
    this.fused = !strict && validate("fused");
    this.#module = new WebAssembly.Module(wasmBinary(this.fused ? "fused" : "plain"));
    const instance = new WebAssembly.Instance(this.#module, { env: { memory: this.heap.memory } });
    this.#exports = instance.exports as unknown as Exports;
    this.activations = new Map(
      Object.entries(this.#exports).flatMap(([name, value]) =>
        name.startsWith("activation_") ? [[name.slice("activation_".length), (value as WebAssembly.Global).value]] : [],
      ),
    );
    if (startThreads) this.#startPool();
  }

  /** The other threads. They are started by the first large call; a program with small calls never starts them. */
  get pool(): WasmPool {
    return this.#pool ?? this.#startPool();
  }

  #startPool(): WasmPool {
    this.#pool = new WasmPool(this.#module, this.heap.memory, this.threads - 1);
    return this.#pool;
  }

  begin(operation: number, type: Numbers): void {
    if (this.#failure) throw this.#failure;
    this.#words[at.OPERATION] = operation;
    this.#words[at.WIDE] = type.BYTES_PER_ELEMENT === 8 ? 1 : 0;
    this.#words.fill(0, at.POINTER, at.KEPT + 1);
  }

  array(index: number, array: Numbers | Uint8Array | Int32Array, role: Role): void {
    this.#words[at.POINTER + index] = this.heap.addressOf(array) ?? this.#stage(array, role);
  }

  word(index: number, value: number): void {
    this.#words[index] = value;
  }

  sizes(first: number, second = 0, third = 0): void {
    this.#words[at.SIZE] = first;
    this.#words[at.SIZE + 1] = second;
    this.#words[at.SIZE + 2] = third;
  }

  number(index: number, value: number): void {
    this.#numbers[index] = value;
  }

  /** Sets a parameter of a convolution or a pool. */
  window(index: number, value: number): void {
    this.#window[index] = value;
  }

  /** Runs the call: `items` independent items, `work` floating-point operations in all, `scratch` bytes for each thread. */
  run(items: number, work: number, scratch = 0): void {
    try {
      this.#words[at.ITEMS] = items;
      this.#provideScratch(scratch + at.EDGE_BYTES);
      if (this.threads === 1 || items === 1 || work < ALONE) this.#exports.alone();
      else this.#runTogether();
      for (const { array, block, role } of this.#staged) {
        if (role !== "input")
          bytesOf(array).set(new Uint8Array(this.heap.memory.buffer, block.start, array.byteLength));
      }
    } catch (cause) {
      throw cause instanceof HandgradError ? cause : this.#fail("the calling thread failed", cause);
    } finally {
      for (const { block } of this.#staged) this.heap.give(block);
      this.#staged = [];
    }
  }

  close(): void {
    this.#failure ??= new HandgradError("kernels: used after close(); make new kernels");
    this.#pool?.close();
  }

  #runTogether(): void {
    const lost = this.pool.failure();
    if (lost) throw this.#fail(lost);
    const started = performance.now();
    this.#exports.together();
    const ended = performance.now();
    const deadline = ended + Math.max(this.patience, 20 * (ended - started));
    for (let status = this.#exports.finish(); status !== 1; status = this.#exports.finish()) {
      if (status < 0) throw this.#fail(this.pool.failure() ?? "a worker failed");
      if (performance.now() > deadline) throw this.#fail("a worker took an item and did not finish it in time");
    }
  }

  #fail(reason: string, cause?: unknown): HandgradError {
    this.#failure = new HandgradError(
      `kernels (wasm, ${this.threads} threads): ${reason}; the results of this call are incomplete; make new kernels to continue`,
      { cause },
    );
    this.#pool?.close();
    return this.#failure;
  }

  #stage(array: ArrayBufferView, role: Role): number {
    const block = this.heap.take(array.byteLength);
    this.#staged.push({ array, block, role });
    if (role !== "output") new Uint8Array(this.heap.memory.buffer, block.start, array.byteLength).set(bytesOf(array));
    return block.start;
  }

  #provideScratch(bytes: number): void {
    const stride = Math.ceil(bytes / 64) * 64;
    if (stride > this.#scratch.size / this.threads) {
      if (this.#scratch.size) this.heap.give(this.#scratch);
      this.#scratch = { start: 0, size: 0 };
      this.#scratch = this.heap.take(stride * this.threads);
    }
    this.#words[at.SCRATCH] = this.#scratch.start;
    this.#words[at.SCRATCH_STRIDE] = stride;
  }
}

/** Whether this engine has WebAssembly with SIMD and shared memory. */
export function wasmSupported(): boolean {
  try {
    return validate("plain") && new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }) !== undefined;
  } catch {
    return false;
  }
}

function validate(name: WasmBinary): boolean {
  return WebAssembly.validate(wasmBinary(name));
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
