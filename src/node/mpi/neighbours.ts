import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { gatherRanks, type Ranks } from "../../kernels/ranks.ts";

/** The ranks on this machine, which are looked at in turn while this one waits. */
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

  /** Looks at one of them; its rank if its process has ended. Elsewhere than on Linux nothing is found. */
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
