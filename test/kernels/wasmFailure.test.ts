import { spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { WasmKernels } from "../../src/kernels/wasm.ts";
import { HANG, SLEEPERS, TRAP } from "../../src/kernels/wasmCall.ts";
import { HandgradError } from "../../src/tensor/errors.ts";

const side = 300;
const square = () => new Float32Array(side * side).fill(1);
const multiply = (kernels: WasmKernels) => {
  const c = square();
  kernels.matmul(c, square(), square(), side, side, side);
  expect(c.every((value) => value === side)).toBe(true);
};

/** Makes worker 1 fail in the middle of a call that the caller takes part in. */
function fail(kernels: WasmKernels, operation: number): void {
  const { machine } = kernels;
  machine.begin(operation, new Float32Array(1));
  machine.sizes(1);
  machine.run(2, Number.POSITIVE_INFINITY);
}

describe("wasm kernels, when a worker fails", () => {
  it("a trap in a worker is thrown by the call, with its reason, and by every call after it", () => {
    const kernels = new WasmKernels({ threads: 2 });
    multiply(kernels);
    expect(() => fail(kernels, TRAP)).toThrow(/worker 1 failed: RuntimeError: unreachable/);
    expect(() => multiply(kernels)).toThrow(HandgradError);
    expect(() => multiply(kernels)).toThrow(/worker 1 failed.*make new kernels/s);
    kernels.close();
  });

  it("a worker that never finishes its piece does not hang the caller", () => {
    const kernels = new WasmKernels({ threads: 2 });
    kernels.machine.patience = 300;
    expect(() => fail(kernels, HANG)).toThrow(/took an item and did not finish it in time/);
    expect(() => multiply(kernels)).toThrow(HandgradError);
    kernels.close();
  });

  it("a worker that was killed makes the next call throw", async () => {
    const kernels = new WasmKernels({ threads: 3 });
    multiply(kernels);
    kernels.machine.pool.kill(2);
    // Until its end is known the others do the work; then the kernels say what happened.
    await expect
      .poll(() => {
        try {
          multiply(kernels);
          return "no error";
        } catch (error) {
          return error instanceof HandgradError ? error.message : "another error";
        }
      })
      .toMatch(/worker 2 ended/);
    kernels.close();
  });

  it("says so when used after close()", () => {
    const kernels = new WasmKernels({ threads: 2 });
    kernels.close();
    expect(() => multiply(kernels)).toThrow(/used after close/);
  });

  it("sleeping workers wake up, and are no part of the work until they do", async () => {
    const kernels = new WasmKernels({ threads: 4 });
    for (let round = 0; round < 5; round++) {
      multiply(kernels);
      await pause(20);
    }
    kernels.close();
  });
});

it("threads that start at once wait for the first call", { timeout: 60_000 }, async () => {
  const kernels = new WasmKernels({ threads: 3, startThreads: true });
  const sleepers = new Int32Array(kernels.machine.heap.memory.buffer, SLEEPERS, 1);
  await expect.poll(() => Atomics.load(sleepers, 0), { timeout: 50_000 }).toBe(2);
  kernels.close();
});

describe("wasm kernels and their process", () => {
  const run = (last: string) =>
    spawnSync(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `import { wasmKernels } from ${JSON.stringify(new URL("../../src/kernels/wasm.ts", import.meta.url).href)};
         const kernels = wasmKernels({ threads: 3 });
         const a = kernels.allocate("float32", 90000).fill(1);
         const c = kernels.allocate("float32", 90000);
         for (let i = 0; i < 20; i++) kernels.matmul(c, a, a, 300, 300, 300);
         console.log(c[89999]);
         ${last}`,
      ],
      { encoding: "utf8", timeout: 20_000 },
    );

  it.each([
    ["ends by itself", ""],
    ["ends by itself after close()", "kernels.close();"],
  ])("%s", (_, last) => {
    const { status, stdout, stderr } = run(last);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "300\n", stderr: "" });
  });

  it("out of memory is a clear error, and the kernels continue to work", () => {
    const kernels = new WasmKernels({ threads: 1 });
    expect(() => kernels.allocate("float64", 2 ** 29)).toThrow(/out of memory.*4 GiB/s);
    multiply(kernels);
    kernels.close();
  });
});

describe("memory of the wasm kernels", () => {
  const { heap } = new WasmKernels({ threads: 1 }).machine;

  it("starts small, grows, and earlier arrays stay valid", () => {
    const first = heap.allocate("float32", 100).fill(3);
    expect(heap.memory.buffer.byteLength).toBeLessThan(4 * 2 ** 20);
    const large = heap.allocate("float64", 2 ** 20);
    expect(large.byteOffset % 64).toBe(0);
    large.fill(1);
    expect(heap.addressOf(first)).toBe(first.byteOffset);
    expect(first.every((value) => value === 3)).toBe(true);
    expect(heap.addressOf(new Float32Array(1))).toBeUndefined();
  });

  it("takes arrays back that nothing refers to, but not while a view of them lives", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const quarter = 2 ** 22; // 16 MiB of float32
    const view = heap.allocate("float32", quarter).fill(5).subarray(1, 9).subarray(1);
    for (let i = 0; i < 60; i++) {
      heap.allocate("float32", quarter).fill(7);
      collect();
      await pause(1);
    }
    expect(heap.memory.buffer.byteLength).toBeLessThan(300 * 2 ** 20);
    expect([...view]).toEqual(Array(7).fill(5));
  });

  it("reuses blocks and joins free neighbours", () => {
    const blocks = [0, 1, 2, 3].map(() => heap.take(2 ** 20));
    const size = heap.memory.buffer.byteLength;
    for (const i of [2, 0, 1, 3]) heap.give(blocks[i]);
    const joined = heap.take(4 * 2 ** 20);
    expect(heap.memory.buffer.byteLength).toBe(size);
    expect(joined.start).toBe(Math.min(...blocks.map(({ start }) => start)));
    heap.give(joined);
  });
});
