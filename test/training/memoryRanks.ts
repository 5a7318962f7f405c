import type { Numbers, Ranks } from "../../src/index.ts";

const boxBytes = 1 << 16;

/** Memory for this number of ranks, which are threads. */
export function sharedBoxes(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(size * size * (boxBytes + 4));
}

/** Ranks that exchange through shared memory: a box and a flag ("full") for each ordered pair. */
export function memoryRanks(rank: number, size: number, memory: SharedArrayBuffer): Ranks {
  const full = new Int32Array(memory, size * size * boxBytes, size * size);
  const boxOf = (from: number, to: number) => from * size + to;
  const waitFor = (box: number, state: number): void => {
    while (Atomics.load(full, box) !== state) {
      if (Atomics.wait(full, box, 1 - state, 20_000) === "timed-out") throw new Error(`rank ${rank}: no answer`);
    }
  };
  const put = (box: number, state: number): void => {
    Atomics.store(full, box, state);
    Atomics.notify(full, box);
  };
  const bytesOf = (x: Numbers) => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
  const swap = (partner: number, outgoing: Numbers, incoming: Numbers) => {
    const [out, back] = [boxOf(rank, partner), boxOf(partner, rank)];
    waitFor(out, 0);
    new Uint8Array(memory, out * boxBytes, boxBytes).set(bytesOf(outgoing));
    put(out, 1);
    waitFor(back, 1);
    bytesOf(incoming).set(new Uint8Array(memory, back * boxBytes, incoming.byteLength));
    put(back, 0);
  };
  return { rank, size, swap };
}
