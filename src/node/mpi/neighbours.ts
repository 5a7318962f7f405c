import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { gatherRanks, type Ranks } from "../../kernels/ranks.ts";

/** The other ranks on this machine. While this rank waits, it checks them in turn. */
export class Neighbours {
  private readonly processes: readonly { readonly rank: number; readonly id: number }[];
  private next = 0;

  constructor(ranks: Ranks) {
    const { rank, size } = ranks;
    const machine = createHash("sha256").update(hostname()).digest().readUIntBE(0, 6);
    const all = new Float64Array(2 * size);
    all.set([machine, process.pid], 2 * rank);
    gatherRanks(
      ranks,
      all,
      Array.from({ length: size + 1 }, (_, i) => 2 * i),
    );
    this.processes = Array.from({ length: size }, (_, i) => ({
      rank: i,
      machine: all[2 * i],
      id: all[2 * i + 1],
    })).filter((each) => each.rank !== rank && each.machine === machine);
  }

  /** Checks one rank, and returns its number if its process has ended. Only Linux is supported; elsewhere the result is undefined. */
  findEnded(): number | undefined {
    if (process.platform !== "linux" || this.processes.length === 0) return undefined;
    const { rank, id } = this.processes[this.next++ % this.processes.length];
    try {
      // "4711 (node) S …": the state follows the name; Z is a process that has ended
      const state = /\) (.)[^)]*$/.exec(readFileSync(`/proc/${id}/stat`, "latin1"))?.[1];
      return state === "Z" || state === "X" ? rank : undefined;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ENOENT" ? rank : undefined;
    }
  }
}
