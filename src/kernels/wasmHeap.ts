import { HandgradError } from "../tensor/errors.ts";
import type { DType, Numbers } from "../tensor/tensor.ts";

const PAGE = 65_536;
/**
 * One page less than 4 GiB, so that no address directly after an array wraps around to 0. Engines reserve addresses for the
 * maximum immediately; if they are not available (on phones), a smaller maximum is used.
 */
const MAXIMUM_PAGES = [65_535, 32_768, 16_384, 8_192];
const INITIAL_PAGES = 32;
/** A cache line. Arrays of two threads never share one. */
const ALIGNMENT = 64;

interface Block {
  readonly start: number;
  readonly size: number;
}

/** Allocates arrays in a shared WebAssembly memory that grows on demand, and reuses the memory of garbage-collected arrays. */
export class WasmHeap {
  readonly memory: WebAssembly.Memory;
  /** Free blocks in the order of their addresses. Adjacent free blocks are joined. */
  #free: Block[];
  #buffer: ArrayBufferLike;
  /** Each growth creates a new buffer object over the same bytes; arrays made before keep the old one. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  readonly #dropped = new FinalizationRegistry<Block>((block) => this.give(block));

  constructor(start: number) {
    this.memory = reserve(MAXIMUM_PAGES);
    this.#buffer = this.memory.buffer;
    this.#buffers.add(this.#buffer);
    this.#free = [{ start, size: INITIAL_PAGES * PAGE - start }];
  }

  /** Zeros; their block is free again when the array and all arrays made from it by `subarray` have been collected. */
  allocate(dtype: DType, length: number): Numbers {
    return dtype === "float32" ? this.#array(Float32Array, length) : this.#array(Float64Array, length);
  }

  allocateBytes(length: number): Uint8Array {
    return this.#array(Uint8Array, length);
  }

  #array<A extends Numbers | Uint8Array>(
    type: { new (buffer: ArrayBufferLike, start: number, length: number): A; readonly BYTES_PER_ELEMENT: number },
    length: number,
  ): A {
    const block = this.take(length * type.BYTES_PER_ELEMENT);
    const array = new type(this.#buffer, block.start, length);
    array.fill(0);
    this.#dropped.register(array, block);
    return keepAlive(array, array);
  }

  /** The address of an array in this memory; undefined for other arrays. */
  addressOf(array: ArrayBufferView): number | undefined {
    return array.buffer === this.#buffer || this.#buffers.has(array.buffer) ? array.byteOffset : undefined;
  }

  /** Takes the smallest free block that is large enough; the rest of it stays free. */
  take(bytes: number): Block {
    const size = Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const fits = this.#free[i].size >= size;
      if (fits && (best < 0 || this.#free[i].size < this.#free[best].size)) best = i;
    }
    if (best < 0) {
      this.#grow(size);
      best = this.#free.length - 1;
    }
    const { start, size: available } = this.#free[best];
    if (available === size) this.#free.splice(best, 1);
    else this.#free[best] = { start: start + size, size: available - size };
    return { start, size };
  }

  /** Frees a block and joins it with its free neighbours. */
  give({ start, size }: Block): void {
    let index = 0;
    for (let end = this.#free.length; index < end; ) {
      const middle = (index + end) >>> 1;
      if (this.#free[middle].start < start) index = middle + 1;
      else end = middle;
    }
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before !== undefined && before.start + before.size === start;
    const joinsAfter = after !== undefined && start + size === after.start;
    const first = joinsBefore ? before.start : start;
    const end = joinsAfter ? after.start + after.size : start + size;
    this.#free.splice(index - (joinsBefore ? 1 : 0), Number(joinsBefore) + Number(joinsAfter), {
      start: first,
      size: end - first,
    });
  }

  /** Makes the last free block reach `size`; by a quarter of the memory at least, since growing is slow. */
  #grow(size: number): void {
    const end = this.#buffer.byteLength;
    const last = this.#free.at(-1);
    const missing = last !== undefined && last.start + last.size === end ? size - last.size : size;
    const needed = Math.ceil(missing / PAGE);
    let pages = Math.max(needed, Math.ceil(end / PAGE / 4));
    try {
      try {
        this.memory.grow(pages);
      } catch {
        pages = needed;
        this.memory.grow(pages);
      }
    } catch (cause) {
      throw new HandgradError(
        `kernels: out of memory, ${megabytes(end)} in use and ${megabytes(size)} more wanted (the limit is 4 GiB); ` +
          "use a smaller batch or fewer arrays",
        { cause },
      );
    }
    this.#buffer = this.memory.buffer;
    this.#buffers.add(this.#buffer);
    this.give({ start: end, size: pages * PAGE });
  }
}

function reserve([maximum, ...smaller]: readonly number[]): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true });
  } catch (cause) {
    if (smaller.length > 0) return reserve(smaller);
    throw new HandgradError(
      "kernels: no address space left for WebAssembly memory; call close() on kernels that are not in use",
      {
        cause,
      },
    );
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/**
 * All arrays of a memory share one buffer, so a view does not keep its array alive. Therefore the views made by `subarray` get a
 * reference to their array.
 */
function keepAlive<A extends Numbers | Uint8Array>(view: A, owner: A): A {
  const plain = Object.getPrototypeOf(view).subarray;
  const subarray = (begin?: number, end?: number): A => keepAlive(plain.call(view, begin, end), owner);
  return Object.defineProperty(view, "subarray", { value: subarray });
}
